// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package restore begins a new epoch of a log that was restored from a backup.
package restore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
)

// The stream of the log itself. Its id is the log's id; consumers of other kinds of streams skip its events. The names are stored.
const (
	StreamKind   = "log"
	RestoredName = "log.restored.v1"
)

// Restored is the data of the event with which an epoch begins.
type Restored struct {
	From       string    `json:"from"`                 // EPOCH.POSITION of the last event that the restore kept
	Epoch      int       `json:"epoch"`                // the epoch that begins with this event
	Known      string    `json:"known,omitempty"`      // EPOCH.POSITION of the last event that is known of the lost log
	Checkpoint string    `json:"checkpoint,omitempty"` // leaf of that event, in hex
	ActedUntil time.Time `json:"acted_until"`          // until then the lost events may have had effects outside
	Numbers    int64     `json:"numbers"`              // ticket numbers up to this one may have been given out
	System     Change    `json:"system"`               // system identifier of the database server
	Timeline   Change    `json:"timeline"`             // timeline of the database server
}

// Change is a value before and after a restore; "" if it is not known.
type Change struct {
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Accepted describes a restore that a person has accepted.
type Accepted struct {
	Restored      // From and Epoch are ignored: Begin sets them
	LastEpoch int // newest epoch that is known anywhere: the new one is later
	By        eventstore.Actor
	// Also changes what is stored beside the log, in the same transaction, as the owner of the database. nil: nothing.
	Also func(ctx context.Context, tx pgx.Tx, epoch int) error
}

// Begin begins a new epoch of the log in one transaction: it keeps every event that the log holds, appends the event Restored, and lets numbers
// continue after Restored.Numbers. url is for the owner of the database. No other node may run. The store keeps its epoch; open another one to
// go on.
func Begin(ctx context.Context, s *eventstore.Store, url string, a Accepted) (Restored, eventstore.Result, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return Restored{}, eventstore.Result{}, fmt.Errorf("begin epoch: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var result eventstore.Result
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) (err error) {
		result, err = begin(ctx, s, tx, &a)
		return err
	})
	if err != nil {
		return Restored{}, eventstore.Result{}, fmt.Errorf("begin epoch: %w", err)
	}
	return a.Restored, result, nil
}

// begin does the work of Begin in tx. It sets From and Epoch.
func begin(ctx context.Context, s *eventstore.Store, tx pgx.Tx, a *Accepted) (eventstore.Result, error) {
	var id eventstore.StreamID
	var from eventstore.Position
	var version int
	if _, err := tx.Exec(ctx, `select from log.allocator for update`); err != nil { // before the snapshot that reads the head
		return eventstore.Result{}, err
	}
	err := tx.QueryRow(ctx, `
		select id::text, epoch, head, coalesce((select version from log.streams s where s.id = l.id), 0) from log.logs l`).
		Scan(&id, &from.Epoch, &from.N, &version)
	if err != nil {
		return eventstore.Result{}, err
	}
	if err := checkConsumers(ctx, tx, from.N); err != nil {
		return eventstore.Result{}, err
	}
	a.From, a.Epoch = from.String(), max(from.Epoch, a.LastEpoch)+1
	for _, change := range []struct {
		sql  string
		args []any
	}{
		{`update log.allocator set epoch = $1`, []any{a.Epoch}},
		{`insert into log.epochs (epoch, from_epoch, cut, acted_until, began_at) values ($1, $2, $3, $4, clock_timestamp())`,
			[]any{a.Epoch, from.Epoch, from.N, a.ActedUntil}},
		{`select setval('log.numbers', greatest($1::bigint, (select last_value from log.numbers)))`, []any{max(1, a.Numbers)}},
	} {
		if _, err := tx.Exec(ctx, change.sql, change.args...); err != nil {
			return eventstore.Result{}, err
		}
	}
	data, err := json.Marshal(a.Restored)
	if err != nil {
		return eventstore.Result{}, err
	}
	result, err := s.AppendIn(ctx, tx, eventstore.Append{
		Stream: id, Kind: StreamKind, ExpectedVersion: version, By: a.By, Events: []eventstore.NewEvent{{Type: RestoredName, Data: data}},
	})
	if err == nil && a.Also != nil {
		err = a.Also(ctx, tx, a.Epoch)
	}
	return result, err
}

// checkConsumers returns an error if a consumer has read beyond the head: then its tables were restored from another backup than the log.
func checkConsumers(ctx context.Context, tx pgx.Tx, head int64) error {
	var name string
	var position int64
	err := tx.QueryRow(ctx, `select name, position from log.consumers where position > $1 order by position desc limit 1`, head).
		Scan(&name, &position)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("consumer %s has read up to %d, the log ends at %d: restore all schemas from the same backup", name, position, head)
}
