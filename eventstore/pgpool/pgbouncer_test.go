// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func newAppend(stream string) eventstore.Append {
	return eventstore.Append{Stream: stream, Kind: "talk", By: eventstore.Actor{ID: "anna"}, Events: []eventstore.NewEvent{{Type: "talk.said.v1", Data: []byte("1"), Personal: []byte("2")}}}
}

// A node works through PgBouncer in session mode: settings, appends, consumers, leases and LISTEN.
func TestPgBouncerInSessionMode(t *testing.T) {
	db := storetest.New(t)
	url := db.PgBouncerURL(t, "session", 60)
	through := func(c *eventstore.Config) { c.URL, c.PollInterval = url, time.Hour } // without polling: LISTEN alone wakes a node
	first, second := db.OpenNode(t, through), db.OpenNode(t, through)
	ctx, end := context.WithCancel(t.Context())
	handled := make(chan struct{}, 1)
	var consuming sync.WaitGroup
	consuming.Go(func() {
		err := second.Consume(ctx, eventstore.Consumer{Name: "consumer", Version: 1, Handle: func(context.Context, pgx.Tx, []eventstore.Record) error {
			select {
			case handled <- struct{}{}:
			default:
			}
			return nil
		}})
		if err != nil {
			t.Error(err)
		}
	})
	defer consuming.Wait()
	defer end()
	const stream = "01999999-0000-7000-8000-00000000000a"
	if _, err := first.Append(t.Context(), newAppend(stream)); err != nil {
		t.Fatal(err)
	}
	// A message that is sent before the second node listens wakes nobody, so that one append is not enough.
	storetest.Eventually(t, "an append of one node wakes the other's consumer", func() bool {
		if _, err := first.Append(t.Context(), newAppend(uuid.Must(uuid.NewV7()).String())); err != nil {
			t.Fatal(err)
		}
		select {
		case <-handled:
			return true
		default:
			return false
		}
	})
	records, err := second.ReadStream(t.Context(), stream)
	if err != nil || len(records) != 1 || string(records[0].Personal) != "2" {
		t.Errorf("got %+v, %v, want the event", records, err)
	}
	var role, timeout string
	err = first.Pools().Session.QueryRow(t.Context(), "select current_user, current_setting('lock_timeout')").Scan(&role, &timeout)
	if err != nil || role != "sol_worker" || timeout != "30s" { // storetest multiplies it by 20
		t.Errorf("got role %s and lock_timeout %s, %v, want those of the pool", role, timeout, err)
	}
}

// Through PgBouncer in transaction mode a node does not start, because nothing but requests works there.
func TestPgBouncerInTransactionModeIsRefused(t *testing.T) {
	db := storetest.New(t)
	url := db.PgBouncerURL(t, "transaction", 10)
	_, err := eventstore.Open(t.Context(), eventstore.Config{URL: url, MasterKey: storetest.MasterKey()})
	if !errors.Is(err, pgpool.ErrTransactionMode) {
		t.Errorf("got %v, want ErrTransactionMode", err)
	}
	for range 3 { // what the check leaves behind must not hide the mode
		if _, err := pgpool.Open(t.Context(), pgpool.Config{URL: url}); !errors.Is(err, pgpool.ErrTransactionMode) {
			t.Errorf("again: got %v, want ErrTransactionMode", err)
		}
	}
}

// The request pool works through PgBouncer in transaction mode, where each transaction may run on another connection of the server, and
// leaves nothing on these connections.
func TestRequestsThroughPgBouncerInTransactionMode(t *testing.T) {
	db := storetest.New(t)
	url := db.PgBouncerURL(t, "transaction", 2)
	requests := db.OpenNode(t, func(c *eventstore.Config) { c.RequestURL = url }).Pools().Request
	kinds := []string{"a", "b", "c"}
	var all sync.WaitGroup
	for n := range 30 {
		all.Go(func() {
			err := requests.InTx(t.Context(), eventstore.Reader{}, kinds[n%len(kinds)], pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
				for range 5 {
					var role, level, timeout, same string
					var number int
					err := tx.QueryRow(t.Context(), fmt.Sprintf(`
						select current_user, current_setting('transaction_isolation'), current_setting('statement_timeout'), $1::text, $2::int + %d
						where $3 = any ($4::text[]) and now() > $5`, n%3), "è", n, "b", []string{"a", "b"}, time.Unix(0, 0)).
						Scan(&role, &level, &timeout, &same, &number)
					if err != nil {
						return err
					}
					if role != "sol_viewer" || level != "repeatable read" || timeout != "40s" || same != "è" || number != n+n%3 {
						t.Errorf("got %s %s %s %s %d, want role, settings and arguments of the transaction", role, level, timeout, same, number)
					}
				}
				batch := &pgx.Batch{}
				batch.Queue("select set_config('app.role', $1, true)", "auditor")
				batch.Queue("select count(*) from shown.reads where role = $1", "auditor")
				return tx.SendBatch(t.Context(), batch).Close()
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	conn, err := pgx.Connect(t.Context(), url+"&default_query_exec_mode=simple_protocol")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var role, login, timeout string
	var prepared int
	err = conn.QueryRow(t.Context(), "select current_user, session_user, current_setting('statement_timeout'), (select count(*) from pg_prepared_statements)").
		Scan(&role, &login, &timeout, &prepared)
	if err != nil || role != login || timeout != "0" || prepared != 0 {
		t.Errorf("afterwards: got role %s of %s, statement_timeout %s, %d prepared statements, %v, want a connection as new", role, login, timeout, prepared, err)
	}
}
