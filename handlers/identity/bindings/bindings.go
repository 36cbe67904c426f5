// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package bindings stores bound identities: which identity at a provider leads to which account of the staff. An identity is stored as a keyed hash.
package bindings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// hashPurpose is the purpose of the keyed hashes of identities at providers. Purposes are stored names.
const hashPurpose = "provider-identity"

// Store stores bound identities. It is safe for concurrent use.
type Store struct {
	Pools *pgpool.Pools
	// KeyedHashes returns the hashes of a value with the keys of this installation, the newest first.
	KeyedHashes func(purpose, value string) []string
}

// Binding is a bound identity.
type Binding struct {
	ID       string               `json:"id"` // UUID
	Provider string               `json:"provider"`
	Kind     account.IdentityKind `json:"kind" enum:"tax-code,subject" doc:"By what the person is known at the provider: their tax code, or their id there"`
	BoundAt  time.Time            `json:"bound_at"`
	AtLogin  bool                 `json:"at_login" doc:"The first log-in made it, by the mapping of the provider, and no administrator"`
}

// Identity is a person at a provider.
type Identity struct {
	Provider string
	TaxCode  string // in normal form; "": not told
	Subject  string // the person's id there; "": not told
}

// hashes returns the hashes by which an account is bound to the person: those of the tax code first, which an administrator knows.
func (s *Store) hashes(who Identity) (all []string) {
	if who.TaxCode != "" {
		all = s.KeyedHashes(hashPurpose, "tax-code/"+who.TaxCode)
	}
	if who.Subject != "" {
		all = append(all, s.SubjectHashes(who.Subject)...)
	}
	return all
}

// SubjectHashes returns the hashes of a person's id at a provider, the newest first.
func (s *Store) SubjectHashes(subject string) []string {
	return s.KeyedHashes(hashPurpose, "subject/"+subject)
}

// SessionHashes returns the hashes of the id of a session at a provider, the newest first.
func (s *Store) SessionHashes(session string) []string {
	return s.KeyedHashes(hashPurpose, "session/"+session)
}

// Owner is the account to which an identity leads.
type Owner struct {
	Account, Username string
	Disabled          bool
	Pending           bool // its creation is not finished
}

// Find returns the account to which an identity leads; known is false if it leads to none.
func (s *Store) Find(ctx context.Context, who Identity) (o Owner, known bool, err error) {
	return s.find(ctx, who, "")
}

// Holds reports whether an identity still leads to an account. It waits for the end of a binding that another transaction has begun, so that a
// session which was stored before cannot outlive the binding.
func (s *Store) Holds(ctx context.Context, who Identity, account string) (bool, error) {
	o, known, err := s.find(ctx, who, " for share of b")
	return known && o.Account == account, err
}

func (s *Store) find(ctx context.Context, who Identity, lock string) (o Owner, known bool, err error) {
	err = s.Pools.Session.QueryRow(ctx, `
		select a.id::text, a.username, a.disabled_at is not null, a.password = '!'
		from identity.bound_identities b join identity.accounts a on a.id = b.account
		where b.provider = $1 and b.identity = any ($2) order by array_position($2, b.identity) limit 1`+lock,
		who.Provider, s.hashes(who)).Scan(&o.Account, &o.Username, &o.Disabled, &o.Pending)
	if errors.Is(err, pgx.ErrNoRows) {
		return Owner{}, false, nil
	}
	if err != nil {
		return Owner{}, false, fmt.Errorf("find the account of an identity: %w", err)
	}
	return o, true, nil
}

// List returns the bound identities of an account, the oldest first.
func (s *Store) List(ctx context.Context, account string) ([]Binding, error) {
	rows, err := s.Pools.Read.Query(ctx, `
		select id::text, provider, kind, bound_at, at_login from identity.bound_identities where account::text = $1 order by bound_at, id`, account)
	if err != nil {
		return nil, fmt.Errorf("list bound identities: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Binding])
	if err != nil {
		return nil, fmt.Errorf("list bound identities: %w", err)
	}
	return all, nil
}

// Stage stores an identity that leads nowhere until the event with the id of the change binds it. All its hashes are kept, so that one which was
// bound under an earlier key is found.
func (s *Store) Stage(ctx context.Context, change, account string, kind account.IdentityKind, who Identity) error {
	_, err := s.Pools.ExecDurably(ctx, `insert into identity.staged_bindings (id, account, provider, kind, identities) values ($1, $2, $3, $4, $5)`,
		change, account, who.Provider, kind, slices.Compact(s.hashes(who)))
	if err != nil {
		return fmt.Errorf("stage an identity: %w", err)
	}
	return nil
}

// Unstage deletes an identity whose change was refused.
func (s *Store) Unstage(ctx context.Context, change string) error {
	if _, err := s.Pools.ExecDurably(ctx, `delete from identity.staged_bindings where id = $1`, change); err != nil {
		return fmt.Errorf("delete a staged identity: %w", err)
	}
	return nil
}

// AddFacts adds to the facts about an account its bound identities, and those that wait and lead elsewhere by now.
func (s *Store) AddFacts(ctx context.Context, account string, f *account.Facts) error {
	rows, err := s.Pools.Read.Query(ctx, `
		select id::text, '' from identity.bound_identities where account::text = $1
		union all
		select s.id::text, a.username from identity.staged_bindings s
		join identity.bound_identities b on b.provider = s.provider and b.identity = any (s.identities) join identity.accounts a on a.id = b.account
		where s.account::text = $1`, account)
	if err != nil {
		return fmt.Errorf("facts about identities: %w", err)
	}
	f.Bindings, f.Taken = nil, map[string]string{}
	var id, by string
	_, err = pgx.ForEachRow(rows, []any{&id, &by}, func() error {
		if by == "" {
			f.Bindings = append(f.Bindings, id)
		} else {
			f.Taken[id] = by
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("facts about identities: %w", err)
	}
	return nil
}

// Apply writes the event of a change that binds an identity or ends a binding. The sessions that began with it end.
func Apply(ctx context.Context, tx pgx.Tx, c account.Change, at time.Time) error {
	var statements []string
	switch c.Operation { //nolint:exhaustive // the other operations are not about identities
	case account.BindIdentity: // one that a first log-in bound meanwhile leads to the account of the event
		statements = []string{
			`delete from identity.bound_identities b using identity.staged_bindings s where s.id::text = @id and b.provider = s.provider and b.identity = any (s.identities)`,
			`insert into identity.bound_identities (id, provider, identity, kind, account, bound_at)
				select s.id, s.provider, s.identities[1], s.kind, s.account, @at from identity.staged_bindings s where s.id::text = @id`,
		}
	case account.UnbindIdentity: // in this order: Store.Holds waits for the first
		statements = []string{
			`delete from identity.bound_identities where id::text = @id and account::text = @account`,
			`delete from identity.sessions where account::text = @account and provider = @provider`,
		}
	}
	for _, statement := range statements {
		_, err := tx.Exec(ctx, statement, pgx.NamedArgs{"id": c.Binding.ID, "account": c.Account, "provider": c.Binding.Provider, "at": at})
		if err != nil {
			return err
		}
	}
	return nil
}
