// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	_ "embed"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// SetLocalClock sets the node's own clock, which may be wrong, and the interval of reading the database's clock.
func (c *Config) SetLocalClock(wall func() time.Time, syncInterval time.Duration) {
	c.LocalClock, c.clockSyncInterval = wall, syncInterval
}

// appendBefore00013 is append.sql of the release before migration 00013. It has the parameters $1 to $27.
//
//go:embed testdata/append_before_00013.sql
var appendBefore00013 string

// AppendAsBefore00013 appends as a node of the release before migration 00013 does.
func (s *Store) AppendAsBefore00013(ctx context.Context, a Append) (Result, error) {
	p, err := parseAppend(a)
	if err != nil {
		return Result{}, err
	}
	if err := s.sealEvents(ctx, p); err != nil {
		return Result{}, err
	}
	p.setCommandID(s.keyring, a)
	var statements pgx.Batch
	statements.Queue(`select from log.logs for update`)
	statements.Queue(appendBefore00013, s.batchColumns([]*pendingAppend{p})[:27]...)
	results := s.pools.Append.SendBatch(ctx, &statements)
	_, err = results.Exec()
	var answers []answer
	if err == nil {
		answers, err = readAnswers(results, 1)
	}
	if closeErr := results.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return Result{}, err
	}
	return answers[0].Result, answers[0].err
}

// ExplainAppend returns the plan of the append statement on a connection for appends.
func (s *Store) ExplainAppend(ctx context.Context, a Append) (string, error) {
	p, err := parseAppend(a)
	if err != nil {
		return "", err
	}
	p.setCommandID(s.keyring, a)
	rows, err := s.pools.Append.Query(ctx, "explain "+appendSQL, s.batchColumns([]*pendingAppend{p})...)
	if err != nil {
		return "", err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return strings.Join(lines, "\n"), err
}

// SetStreamPageSize sets the number of events in a page of ReadByStream.
func (c *Config) SetStreamPageSize(n int) { c.streamPageSize = n }
