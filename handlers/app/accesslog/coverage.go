// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// Coverage says from which moments on the access log holds looks. Answers from it show this, so that nobody takes a look without a record for one
// that did not happen.
type Coverage struct {
	// CompleteFrom is the moment from which on each look has a record that is still kept: the upgrade from the first releases, the last record of
	// a node of theirs, or the end of the last month that was dropped.
	CompleteFrom time.Time `json:"complete_from" doc:"From this moment on each look has a record"`
	// EarlierFrom is the time of the oldest record of the first releases. They recorded openings of tickets and searches for a person, and no
	// lists, exports, figures or refused looks. Zero: there is none.
	EarlierFrom time.Time `json:"earlier_from,omitzero" doc:"Oldest record of earlier releases, which recorded openings of tickets and searches for a person alone; absent without one"`
}

// Covers reports whether each look from a moment on has a record; the zero time is the beginning of the service.
func (c Coverage) Covers(from time.Time) bool { return !from.IsZero() && !from.Before(c.CompleteFrom) }

// ReadCoverage returns the coverage of the access log for an auditor or data protection officer. Others get the zero value.
func ReadCoverage(ctx context.Context, requests *pgpool.Requests, reader eventstore.Reader) (c Coverage, err error) {
	batch := &pgx.Batch{}
	batch.Queue(`select complete_from, earlier_from from access.coverage()`).QueryRow(func(row pgx.Row) error {
		var complete, earlier *time.Time
		if err := row.Scan(&complete, &earlier); err != nil {
			return err
		}
		if complete != nil {
			c.CompleteFrom = complete.UTC()
		}
		if earlier != nil {
			c.EarlierFrom = earlier.UTC()
		}
		return nil
	})
	if err := requests.Read(ctx, reader, "accesses", batch); err != nil {
		return Coverage{}, fmt.Errorf("read the coverage of the access log: %w", err)
	}
	return c, nil
}
