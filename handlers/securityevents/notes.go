// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Note stores an event that has no other record in the database, for the receiver. It stores nothing in an installation that never had one. While
// 10,000 events wait for the receiver, it counts those that come after them; the receiver is told the number (Dropped).
func Note(ctx context.Context, db execer, e Event) error {
	fields, err := json.Marshal(e)
	if err == nil {
		_, err = db.Exec(ctx, `select security.note($1, clock_timestamp(), $2::text::jsonb)`, string(e.Kind), string(fields))
	}
	if err != nil {
		return fmt.Errorf("note %s: %w", e.Kind, err)
	}
	return nil
}

type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// notes is the source of events without another record. A note is deleted when the receiver has it, so the order of the commits does not matter.
type notes struct{ pool *pgxpool.Pool }

func (notes) name() string { return "notes" }

func (notes) begin(context.Context, pgx.Tx) error { return nil }

// waiting implements source.
func (n notes) waiting(ctx context.Context, limit int) ([]Event, ackFunc, error) {
	rows, err := n.pool.Query(ctx, `
		select id, at, kind, fields::text, 0::bigint from security.notes
		union all select 0, clock_timestamp(), $2, '{}', dropped from security.forwarder where dropped > 0
		order by id limit $1`, limit, Dropped)
	if err != nil {
		return nil, nil, fmt.Errorf("read notes: %w", err)
	}
	var events []Event
	var ids []int64
	var id, number, dropped int64
	var at time.Time
	var kind Kind
	var fields string
	_, err = pgx.ForEachRow(rows, []any{&id, &at, &kind, &fields, &number}, func() error {
		var e Event
		if err := json.Unmarshal([]byte(fields), &e); err != nil {
			return err
		}
		e.ID, e.Time, e.Kind, e.Count = fmt.Sprintf("note/%d", id), at, kind, 1
		if id == 0 {
			e.ID, e.Count, dropped = fmt.Sprintf("dropped/%d", at.UnixMicro()), int(number), number
		}
		events, ids = append(events, e), append(ids, id)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read notes: %w", err)
	}
	if len(events) == 0 {
		return nil, nil, nil
	}
	return events, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `delete from security.notes where id = any ($1)`, ids); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update security.forwarder set dropped = dropped - $1 where $1 > 0`, dropped)
		return err
	}, nil
}
