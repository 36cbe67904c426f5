// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package lastseen remembers outside the database what a node last saw of the log, and compares it with what the database holds now. So a
// log that went back, because a backup was restored or a standby without the last events was promoted, is recognised.
package lastseen

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sol-assistenza/sol/eventstore"
)

// Log identifies a log and its database server, with the position that was seen last.
type Log struct {
	ID               string    `json:"log"`                         // UUID of the log; a dump keeps it
	SystemIdentifier string    `json:"system_identifier,omitempty"` // of the database server; "": it may not be read
	Timeline         int       `json:"timeline,omitempty"`          // of the database server; a promotion and a point-in-time recovery raise it
	Epoch            int       `json:"epoch"`
	Position         int64     `json:"position"`          // of the last event; 0: the log is empty
	Hash             string    `json:"hash,omitempty"`    // leaf of that event, in hex
	RecordedAt       time.Time `json:"recorded_at"`       // of that event; zero: the log is empty
	Number           int64     `json:"number"`            // the last ticket number that was given out
	SeenAt           time.Time `json:"seen_at,omitempty"` // when, by the database's clock
}

// Head returns the position of the last event that was seen.
func (l Log) Head() eventstore.Position { return eventstore.Position{Epoch: l.Epoch, N: l.Position} }

// Querier is a connection or a pool of connections.
type Querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Read returns what the database holds now.
func Read(ctx context.Context, db Querier) (Log, error) {
	var l Log
	var recordedAt *time.Time
	err := db.QueryRow(ctx, `
		select l.id::text, l.epoch, l.head, coalesce(encode(e.hash, 'hex'), ''), e.recorded_at,
			(select case when is_called then last_value else last_value - 1 end from log.numbers), clock_timestamp()
		from log.logs l left join log.events e on e.position = l.head`).
		Scan(&l.ID, &l.Epoch, &l.Position, &l.Hash, &recordedAt, &l.Number, &l.SeenAt)
	if err != nil {
		return Log{}, fmt.Errorf("read the state of the log: %w", err)
	}
	if l.SeenAt = l.SeenAt.UTC(); recordedAt != nil {
		l.RecordedAt = recordedAt.UTC()
	}
	err = db.QueryRow(ctx, `select s.system_identifier::text, c.timeline_id from pg_control_system() s cross join pg_control_checkpoint() c`).
		Scan(&l.SystemIdentifier, &l.Timeline)
	if denied := new(pgconn.PgError); errors.As(err, &denied) && denied.Code == "42501" {
		return l, nil // some providers do not let their customers read it; the head is compared all the same
	}
	if err != nil {
		return Log{}, fmt.Errorf("read the identity of the database server: %w", err)
	}
	return l, nil
}

// ReadServer returns the server that the database itself names as its own: the one on which it was served last. The fields are zero if it
// names none, as before the first start of this release.
func ReadServer(ctx context.Context, db Querier) (l Log, err error) {
	err = db.QueryRow(ctx, `select system_identifier, timeline from log.server`).Scan(&l.SystemIdentifier, &l.Timeline)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return Log{}, fmt.Errorf("read log.server: %w", err)
	}
	return l, nil
}

// StoreServer writes into the database that this is its server. The role must own the tables.
func StoreServer(ctx context.Context, db interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}, now Log,
) error {
	if now.SystemIdentifier == "" {
		return nil
	}
	_, err := db.Exec(ctx, `
		insert into log.server as s (system_identifier, timeline) values ($1, $2)
		on conflict (singleton) do update set system_identifier = $1, timeline = $2
		where (s.system_identifier, s.timeline) is distinct from ($1, $2)`, now.SystemIdentifier, now.Timeline)
	if err != nil {
		return fmt.Errorf("write log.server: %w", err)
	}
	return nil
}

// hashAt returns the leaf of the event at a position, in hex; "" if there is none.
func hashAt(ctx context.Context, db Querier, position int64) (hash string, err error) {
	err = db.QueryRow(ctx, `select encode(hash, 'hex') from log.events where position = $1`, position).Scan(&hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read event %d: %w", position, err)
	}
	return hash, nil
}
