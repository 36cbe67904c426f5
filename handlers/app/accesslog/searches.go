// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog

import (
	"context"
	"fmt"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// PersonSearch is a search for a person by an actor.
type PersonSearch struct {
	By     person.Actor
	Person string   // person id of a whole tax code; empty for all else
	Terms  []string // keyed hashes of what was searched for
	Covers []string // keyed hashes of the beginnings of the terms
	// Typing: the actor may still be typing. The search is kept, and recorded when it is sent, when the actor begins another one, or when nobody
	// typed on for two minutes.
	Typing bool
}

// RecordSearch records a search for a person, or keeps it as the one that its actor types. What it stores is committed when it returns.
func RecordSearch(ctx context.Context, pools *pgpool.Pools, r PersonSearch) error {
	release, err := pools.ShareSession(ctx, "access")
	if err != nil {
		return fmt.Errorf("record search: %w", err)
	}
	defer release()
	// One search of an actor at a time: of two that begin at once, none may replace the other unrecorded. The lock ends with the statement.
	_, err = pools.Session.Exec(ctx, `
		with turn as materialized (select pg_advisory_xact_lock(hashtextextended($8, 0)))
		select access.record_search($1, $2, $3, $4, $5, $6, $7) from turn`,
		r.By.ID, string(r.By.Role), string(r.By.Entity), r.Person, r.Terms, r.Covers, r.Typing,
		fmt.Sprintf("search by %s %s %s", r.By.ID, r.By.Role, r.By.Entity))
	if err != nil {
		return fmt.Errorf("record search: %w", err)
	}
	return nil
}

// RecordTypedSearches records the searches that were typed and not sent: those on which nobody typed for two minutes, or all.
func RecordTypedSearches(ctx context.Context, pools *pgpool.Pools, all bool) error {
	release, err := pools.ShareSession(ctx, "access")
	if err != nil {
		return fmt.Errorf("record typed searches: %w", err)
	}
	defer release()
	if _, err := pools.Session.Exec(ctx, `select access.record_typed_searches($1)`, all); err != nil {
		return fmt.Errorf("record typed searches: %w", err)
	}
	return nil
}
