// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
)

// StaffFilter filters the list of accounts. Empty text fields do not filter.
type StaffFilter struct {
	Q      string             // a part of the user name, or of the given and family name
	Entity catalog.EntityCode // of a current, past or future placement
	After  string             // user name of the last account of the page before
	Limit  int                // largest number of accounts
}

// ListStaff returns accounts with their placements, by user name. It leaves out accounts that only have placements as a citizen.
func (i *Identity) ListStaff(ctx context.Context, f StaffFilter) ([]Account, error) {
	if !person.IsValidText(f.Q) || !person.IsValidText(string(f.Entity)) || !person.IsValidText(f.After) {
		return nil, nil // Postgres does not accept this text, so no account matches it
	}
	like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(strings.TrimSpace(f.Q))) + "%"
	return i.queryAccounts(ctx, `
		where (a.username like $1 or lower(a.given_name || ' ' || a.family_name) like $1) and a.username > $2
			and ($3 = '' or exists (select from identity.placements p where p.account = a.id and p.entity = $3))
			and (not exists (select from identity.placements p where p.account = a.id)
				or exists (select from identity.placements p where p.account = a.id and p.role <> 'cittadino'))
		order by a.username limit $4`, like, f.After, f.Entity, f.Limit)
}

// Account returns an account with its placements. Error: ErrNotFound.
func (i *Identity) Account(ctx context.Context, id string) (Account, error) {
	if !eventstore.IsID(id) {
		return Account{}, fmt.Errorf("account: %w", ErrNotFound)
	}
	all, err := i.queryAccounts(ctx, `where a.id = $1`, id)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("account %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return Account{}, err
	}
	return all[0], nil
}

// FindAccount returns the id of the account with a user name, in upper or lower case, or with an id. Error: ErrNotFound.
func (i *Identity) FindAccount(ctx context.Context, name string) (string, error) {
	if !person.IsValidText(name) {
		return "", fmt.Errorf("find account: %w", ErrNotFound)
	}
	all, err := i.queryAccounts(ctx, `where a.username = $1 or a.id::text = $1`, strings.ToLower(strings.TrimSpace(name)))
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("find account: %w", ErrNotFound)
	}
	if err != nil {
		return "", err
	}
	return all[0].ID, nil
}

// IsPerson reports whether a person's tax code is that of an account.
func (i *Identity) IsPerson(ctx context.Context, account, person string) (is bool, err error) {
	err = i.Pools.Session.QueryRow(ctx, `select exists (select from identity.accounts where id::text = $1 and person::text = $2)`, account, person).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("find person: %w", err)
	}
	return is, nil
}

// queryAccounts returns the accounts that match a where clause, each with its current, past and future placements.
func (i *Identity) queryAccounts(ctx context.Context, where string, args ...any) ([]Account, error) {
	rows, err := i.Pools.Read.Query(ctx, `
		select a.id::text, a.username, a.given_name, a.family_name, a.created_at, a.disabled_at, a.password = '!' from identity.accounts a `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	accounts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Account, err error) {
		err = row.Scan(&a.ID, &a.Username, &a.GivenName, &a.FamilyName, &a.CreatedAt, &a.DisabledAt, &a.Pending)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	ids := make([]string, len(accounts))
	for n, a := range accounts {
		ids[n] = a.ID
	}
	placements, err := i.queryPlacements(ctx, `where p.account = any ($1::text[]::uuid[]) order by p.valid_from, p.id`, ids)
	if err != nil {
		return nil, err
	}
	for n := range accounts {
		accounts[n].Placements = append([]Placement{}, placements[accounts[n].ID]...)
	}
	return accounts, nil
}

// CountStaff returns the number of enabled accounts with a current placement other than citizen, and the number of these placements.
func (i *Identity) CountStaff(ctx context.Context) (accounts, placements int, err error) {
	err = i.Pools.Read.QueryRow(ctx, `
		select count(distinct p.account), count(*) from identity.placements p join identity.accounts a on a.id = p.account
		where a.disabled_at is null and p.role <> 'cittadino' and p.valid_from <= $1 and (p.valid_to is null or p.valid_to > $1)`, i.Now()).Scan(&accounts, &placements)
	if err != nil {
		return 0, 0, fmt.Errorf("count accounts: %w", err)
	}
	return accounts, placements, nil
}
