// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package epoch tells which positions of the log a restore kept, and whether the log that a node opened was replaced by another one.
package epoch

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
)

// Start is the beginning of an epoch after the first.
type Start struct {
	Epoch int
	Cut   int64 // the last position that the epoch kept of the one before
}

// History holds the beginnings of all epochs of a log after the first, in their order.
type History []Start

// Read reads the history from the database.
func Read(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}) (History, error) {
	rows, err := db.Query(ctx, `select epoch, cut from log.epochs order by epoch`)
	if err != nil {
		return nil, fmt.Errorf("read epochs: %w", err)
	}
	h, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Start])
	if err != nil {
		return nil, fmt.Errorf("read epochs: %w", err)
	}
	return h, nil
}

// Of returns the epoch in which the event at a position was recorded.
func (h History) Of(position int64) int {
	epoch := 1
	for _, start := range h {
		if position > start.Cut {
			epoch = start.Epoch
		}
	}
	return epoch
}

// Kept returns the last position of an earlier epoch that the log still holds: no later restore lost it. It is -1 for an epoch that the log
// does not know, because the restore that began it is lost itself.
func (h History) Kept(epoch int) int64 {
	known, last := epoch == 1, int64(math.MaxInt64)
	for _, start := range h {
		known = known || start.Epoch == epoch
		if start.Epoch > epoch {
			last = min(last, start.Cut)
		}
	}
	if !known {
		return -1
	}
	return last
}
