// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/signedreader"
)

// Operator is an operator or supervisor of an entity.
type Operator struct {
	ID       string // the account's UUID
	Username string
	Name     string // given and family name
	Role     person.Role
	Entity   catalog.EntityCode
}

// Names returns the given and family names of accounts by id, for a reader, without ids that no account has. The database gives those of the
// staff to staff, and those of all accounts to readers of everything and administrators.
func (i *Identity) Names(ctx context.Context, by signedreader.Reader, ids []string) (map[string]string, error) {
	names := map[string]string{}
	var valid []string
	for _, id := range ids {
		if eventstore.IsID(id) {
			valid = append(valid, id)
		}
	}
	if valid == nil {
		return names, nil
	}
	batch := &pgx.Batch{}
	batch.Queue(`select id::text, name from identity.names($1::text[]::uuid[])`, valid).Query(func(rows pgx.Rows) error {
		var id, name string
		_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error { names[id] = name; return nil })
		return err
	})
	if err := i.Pools.Request.Read(ctx, by, "names", batch); err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	return names, nil
}

// currentOperators selects the operators and supervisors with a placement at the time $1.
const currentOperators = `
	select a.id::text, a.username, a.given_name || ' ' || a.family_name, p.role, p.entity
	from identity.placements p join identity.accounts a on a.id = p.account
	where a.disabled_at is null and p.valid_from <= $1 and (p.valid_to is null or p.valid_to > $1)
	and p.role in ('operatore_asr', 'supervisore_asr', 'operatore_regionale', 'supervisore_regionale')`

func scanOperator(row pgx.CollectableRow) (o Operator, err error) {
	err = row.Scan(&o.ID, &o.Username, &o.Name, &o.Role, &o.Entity)
	return o, err
}

// ListOperators returns the current operators and supervisors of an entity, by family name.
func (i *Identity) ListOperators(ctx context.Context, at catalog.EntityCode) ([]Operator, error) {
	rows, err := i.Pools.Read.Query(ctx, currentOperators+` and p.entity = $2 order by a.family_name, a.given_name, a.id`, i.Now(), at)
	if err != nil {
		return nil, fmt.Errorf("list operators: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanOperator)
	if err != nil {
		return nil, fmt.Errorf("list operators: %w", err)
	}
	return all, nil
}

// FindOperator returns the current operator or supervisor with a user name or id: at the entity preferred if they have a placement there,
// and otherwise at the entity of their oldest current placement. Error: ErrNotFound.
func (i *Identity) FindOperator(ctx context.Context, nameOrID string, preferred catalog.EntityCode) (Operator, error) {
	if !usernamePattern.MatchString(normalizeUsername(nameOrID)) {
		return Operator{}, ErrNotFound
	}
	rows, err := i.Pools.Read.Query(ctx, currentOperators+` and (a.username = $2 or a.id::text = $2)
		order by p.entity = $3 desc, p.valid_from, p.id limit 1`, i.Now(), normalizeUsername(nameOrID), preferred)
	if err != nil {
		return Operator{}, fmt.Errorf("find operator: %w", err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, scanOperator)
	if errors.Is(err, pgx.ErrNoRows) {
		return Operator{}, ErrNotFound
	}
	if err != nil {
		return Operator{}, fmt.Errorf("find operator: %w", err)
	}
	return o, nil
}
