// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/identity/bindings"
)

// The tables of accounts and placements follow from the account stream of the log: ApplyChanges writes each event once, whoever calls it.
// Names and hashes are in no event; ReserveAccount and StageSecrets store them before the event that makes them valid.

// noSecret stands for the hashes of an account that cannot log in yet. No secret matches it.
const noSecret = "!"

// ReserveAccount stores the names of an account that cannot log in until the event of a change creates it, and returns its id. A reservation of
// the same user name whose change was refused is replaced; until then the name is taken. Errors: *InvalidError, ErrTaken.
func (i *Identity) ReserveAccount(ctx context.Context, change string, n NewAccount) (string, error) {
	return i.insertAccount(ctx, n, noSecret, noSecret, change)
}

// StageSecrets stores the hashes of a new password and PIN for the event of a change. An empty one is left as it is: an earlier StageSecrets of
// the change set it, or the account keeps its own. Error: ErrNotFound for an account that does not exist.
func (i *Identity) StageSecrets(ctx context.Context, change, account, password, pin string) error {
	passwordHash, pinHash, err := i.hashSecrets(ctx, password, pin)
	if err != nil {
		return err
	}
	if password == "" {
		passwordHash = ""
	}
	if pin == "" {
		pinHash = ""
	}
	_, err = i.Pools.ExecDurably(ctx, `
		insert into identity.staged_secrets as s (id, account, password, pin) values ($1, $2, $3, $4)
		on conflict (id) do update set password = coalesce(excluded.password, s.password), pin = coalesce(excluded.pin, s.pin)`,
		change, account, textOrNil(passwordHash), textOrNil(pinHash))
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23503" { // foreign key
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("stage secrets: %w", err)
	}
	return nil
}

// Unstage deletes the staged secrets of a change that was refused, so that a reserved user name is free again.
func (i *Identity) Unstage(ctx context.Context, change string) error {
	if _, err := i.Pools.ExecDurably(ctx, `delete from identity.staged_secrets where id = $1`, change); err != nil {
		return fmt.Errorf("delete staged secrets: %w", err)
	}
	return nil
}

// Facts returns what is known of an account when a change of it is decided. The rights of an unknown account are empty. Error: ErrNotFound.
func (i *Identity) Facts(ctx context.Context, id string) (f account.Facts, err error) {
	if _, err := uuid.Parse(id); err != nil {
		return f, fmt.Errorf("account: %w", ErrNotFound)
	}
	// The version is read first: facts that are newer than it are decided again, older ones cannot be.
	if err := i.Pools.Read.QueryRow(ctx, `select version from identity.applied`).Scan(&f.Version); err != nil {
		return f, fmt.Errorf("facts of accounts: %w", err)
	}
	if f.Administrators, err = i.Administrators(ctx); err != nil {
		return f, err
	}
	var secret string
	var mustChange, disabled bool
	err = i.Pools.Read.QueryRow(ctx, `
		select case when pin = '!' then pin else password end, must_change, disabled_at is not null, person is not null from identity.accounts where id = $1`, id).
		Scan(&secret, &mustChange, &disabled, &f.HasTaxCode)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, fmt.Errorf("account %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return f, fmt.Errorf("facts of accounts: %w", err)
	}
	f.Rights = account.Rights{Roles: []account.RoleAt{}, Credentials: account.Own, Disabled: disabled}
	switch {
	case secret == noSecret:
		f.Rights.Credentials = account.None
	case mustChange:
		f.Rights.Credentials = account.Temporary
	}
	placements, err := i.Placements(ctx, id)
	if err != nil {
		return f, err
	}
	for _, p := range placements {
		f.Rights.Roles = append(f.Rights.Roles, account.RoleAt{Role: p.Role, Entity: p.Entity})
	}
	return f, i.Bindings.AddFacts(ctx, id, &f)
}

// Administrators returns the enabled accounts that are administrators now and can log in.
func (i *Identity) Administrators(ctx context.Context) ([]account.Administrator, error) {
	rows, err := i.Pools.Read.Query(ctx, `
		select a.id::text, p.entity from identity.placements p join identity.accounts a on a.id = p.account
		where p.role = $1 and a.disabled_at is null and a.password <> $3 and a.pin <> $3 and p.valid_from <= $2 and (p.valid_to is null or p.valid_to > $2)
		order by a.id`, person.Administrator, i.Now(), noSecret)
	if err != nil {
		return nil, fmt.Errorf("list administrators: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[account.Administrator])
	if err != nil {
		return nil, fmt.Errorf("list administrators: %w", err)
	}
	return all, nil
}

// RecordedChange is an event of the account stream with its version and the log's time.
type RecordedChange struct {
	account.Event
	Version int
	At      time.Time
}

// ApplyChanges writes the events of the account stream that the tables do not hold yet, in the order of their versions and in one transaction.
// A repetition, on any node, writes nothing; so a node that dies between an event and its rows leaves the rows to the next call.
func (i *Identity) ApplyChanges(ctx context.Context, changes []RecordedChange) error {
	if len(changes) == 0 {
		return nil
	}
	err := i.Pools.Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var version int
		if err := tx.QueryRow(ctx, `select version from identity.applied for update`).Scan(&version); err != nil {
			return err
		}
		for _, c := range changes {
			if c.Version != version+1 {
				continue // it is applied
			}
			if err := applyChange(ctx, tx, c); err != nil {
				return fmt.Errorf("version %d: %w", c.Version, err)
			}
			version = c.Version
		}
		_, err := tx.Exec(ctx, `update identity.applied set version = $1 where version < $1`, version)
		return err
	})
	for _, c := range changes {
		i.publishRights(c.Account) // after an error too: the transaction may have been committed
	}
	if err != nil {
		return fmt.Errorf("apply changes of accounts: %w", err)
	}
	return nil
}

// AppliedVersion returns the version of the account stream that the tables hold.
func (i *Identity) AppliedVersion(ctx context.Context) (v int, err error) {
	if err = i.Pools.Read.QueryRow(ctx, `select version from identity.applied`).Scan(&v); err != nil {
		return 0, fmt.Errorf("applied changes: %w", err)
	}
	return v, nil
}

// applyChange writes one event. It deletes the staged secrets that the event names, whether it makes them valid or not.
func applyChange(ctx context.Context, tx pgx.Tx, c RecordedChange) error {
	exec := func(sql string, args ...any) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	}
	var err error
	if c.Done() {
		switch c.Operation {
		case account.RenewCredentials, account.Create, account.ChangeCredentials:
			if c.Kind == account.Reviewed { // no PIN matches, so who gave the credentials and who got them cannot log in with them
				err = exec(`update identity.accounts set pin = $2, must_change = true where id = $1`, c.Account, noSecret)
			}
			if err == nil {
				err = exec(`
					update identity.accounts a set password = coalesce(s.password, a.password), pin = coalesce(p.pin, s.pin, a.pin), must_change = $2
					from identity.staged_secrets s left join identity.staged_secrets p on p.id = $3 where s.id = $1 and a.id = s.account`,
					c.ID, c.After.Credentials == account.Temporary, textOrNil(c.PIN))
			}
			if err == nil {
				err = exec(`delete from identity.sessions where account = $1`, c.Account)
			}
		case account.GiveRole: // a new PIN for a person whose secrets who asked may know; who logged in with the old one must log in again
			err = exec(`
				with renewed as (
					update identity.accounts a set pin = s.pin, must_change = true
					from identity.staged_secrets s where s.id = $1 and a.id = s.account returning a.id
				)
				delete from identity.sessions where account in (select id from renewed)`, textOrNil(c.PIN))
		case account.EndRole:
			err = exec(`
				update identity.placements set valid_to = greatest(valid_from, $4)
				where account = $1 and role = $2 and entity = $3 and valid_to is null`, c.Account, c.Role, c.Entity, c.At)
		case account.Disable:
			err = exec(`update identity.accounts set disabled_at = coalesce(disabled_at, $2) where id = $1`, c.Account, c.At)
			if err == nil {
				err = exec(`delete from identity.sessions where account = $1`, c.Account)
			}
		case account.AddFactor, account.RemoveFactor, account.ResetFactors:
			err = applyFactor(ctx, tx, c)
		case account.BindIdentity, account.UnbindIdentity:
			err = bindings.Apply(ctx, tx, c.Change, c.At)
		}
		if err == nil && c.Role != "" && (c.Operation == account.GiveRole || c.Operation == account.Create) {
			err = exec(`
				insert into identity.placements (id, account, role, entity, valid_from) values ($1, $2, $3, $4, $5) on conflict do nothing`,
				c.ID, c.Account, c.Role, c.Entity, c.At)
		}
	}
	if err == nil && c.Kind != account.Requested {
		err = exec(`with binding as (delete from identity.staged_bindings where id = $1) delete from identity.staged_secrets where id in ($1, $2)`, c.ID, textOrNil(c.PIN))
	}
	return err
}

// DeleteStagedSecrets deletes staged secrets and identities that no event made valid for 90 days, the longest time that a request can wait, and returns the number of
// secrets.
func (i *Identity) DeleteStagedSecrets(ctx context.Context) (int64, error) {
	done, err := i.Pools.Consumer.Exec(ctx, `
		with bindings as (delete from identity.staged_bindings where staged_at < clock_timestamp() - interval '90 days')
		delete from identity.staged_secrets where staged_at < clock_timestamp() - interval '90 days'`)
	if err != nil {
		return 0, fmt.Errorf("delete staged secrets: %w", err)
	}
	return done.RowsAffected(), nil
}
