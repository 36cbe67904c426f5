// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog

import (
	"context"
	"encoding/json"
	"fmt"
)

// TypedSearch is a search that its person may still be typing.
type TypedSearch struct {
	Access
	Typed  []string // keyed hashes of the terms
	Covers []string // keyed hashes of the beginnings of the terms
	// Typing: the person may still be typing. The search is kept, and recorded when it is sent, when the person begins another one, or when
	// nobody typed on for two minutes. Its record holds the tickets that any of its answers showed.
	Typing bool
}

// RecordSearch records a search, or keeps it as the one that its person types. What it stores is committed when it returns.
func (r *Recorder) RecordSearch(ctx context.Context, s TypedSearch) error {
	encoded, err := json.Marshal(newRow(s.Access))
	if err != nil {
		return fmt.Errorf("record search: %w", err)
	}
	release, err := r.pools.ShareSession(ctx, "access")
	if err != nil {
		return fmt.Errorf("record search: %w", err)
	}
	defer release()
	_, err = r.pools.Session.Exec(ctx, `select access.append_search($1::text::jsonb, coalesce($2::text[], '{}'), coalesce($3::text[], '{}'), $4)`, string(encoded), s.Typed, s.Covers, s.Typing)
	if err != nil {
		return fmt.Errorf("record search: %w", err)
	}
	lookOf(ctx).set(0)
	return nil
}

// RecordTypedSearches records the searches that were typed and not sent: those on which nobody typed for two minutes, or all.
func (r *Recorder) RecordTypedSearches(ctx context.Context, all bool) error {
	release, err := r.pools.ShareSession(ctx, "access")
	if err != nil {
		return fmt.Errorf("record typed searches: %w", err)
	}
	defer release()
	// Nodes of the release before keep theirs in a table of their own.
	if _, err := r.pools.Session.Exec(ctx, `select access.record_typed_searches($1), access.append_typed($1)`, all); err != nil {
		return fmt.Errorf("record typed searches: %w", err)
	}
	return nil
}
