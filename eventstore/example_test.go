// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// An append is refused when the stream has another version than expected. A repeated command gets its first result.
func ExampleStore_Append() {
	ctx := context.Background()
	db, closeDB, err := storetest.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer closeDB()

	stream := newID()
	open := eventstore.Append{
		Stream: stream, Kind: "talk", ExpectedVersion: 0, // the stream must not exist
		By: operator, Command: eventstore.CommandID{Actor: operator.ID, Key: "request-1"},
		Events: []eventstore.NewEvent{
			{Type: "talk.opened.v1", Data: []byte(`{"topic":"report"}`)},
			{Type: "talk.said.v1", Data: []byte(`{}`), Personal: []byte("Mario Rossi, 347 0000000")}, // sealed
		},
	}
	result, err := db.Store.Append(ctx, open)
	fmt.Println("stored: version", result.Version, "position", result.Position, err)

	result, err = db.Store.Append(ctx, open)
	fmt.Println("again: version", result.Version, "repeated", result.Repeated, err)

	_, err = db.Store.Append(ctx, eventstore.Append{
		Stream: stream, Kind: "talk", ExpectedVersion: 1, By: operator, // decided before the second event
		Events: []eventstore.NewEvent{{Type: "talk.ended.v1", Data: []byte(`{}`)}},
	})
	fmt.Println("at version 1: conflict", errors.Is(err, eventstore.ErrConflict))

	records, err := db.Store.ReadStream(ctx, stream)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range records {
		fmt.Printf("%d %s %s %q\n", r.Version, r.Type, r.Data, r.Personal)
	}
	// Output:
	// stored: version 2 position 1.2 <nil>
	// again: version 2 repeated true <nil>
	// at version 1: conflict true
	// 1 talk.opened.v1 {"topic":"report"} ""
	// 2 talk.said.v1 {} "Mario Rossi, 347 0000000"
}

// A consumer writes in the transaction that moves its checkpoint. A reader can wait until the consumer has handled an append.
func ExampleStore_Consume() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	db, closeDB, err := storetest.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer closeDB()
	const createCounts = `create table counts (type text primary key, events int); grant all on counts to sol_worker`
	if err := execAsOwner(ctx, db.URL, createCounts); err != nil {
		fmt.Println(err)
		return
	}

	var consumer sync.WaitGroup
	consumer.Go(func() {
		err := db.Store.Consume(ctx, eventstore.Consumer{
			Name: "counts", Version: 1,
			Handle: func(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
				for _, r := range records {
					_, err := tx.Exec(ctx, `
						insert into counts values ($1, 1) on conflict (type) do update set events = counts.events + 1`, r.Type)
					if err != nil {
						return err
					}
				}
				return nil
			},
		})
		fmt.Println("ended:", err)
	})
	result, err := db.Store.Append(ctx, newAppend(newID(), 0, "one", "two", "three"))
	if err != nil {
		fmt.Println(err)
	}
	if err := db.Store.WaitForConsumer(ctx, "counts", 1, result.Position.N); err != nil {
		fmt.Println(err)
	}
	var events int
	if err := db.Store.Pools().Consumer.QueryRow(ctx, `select events from counts where type = 'talk.said.v1'`).Scan(&events); err != nil {
		fmt.Println(err)
	}
	fmt.Println("counted:", events)

	cancel()
	consumer.Wait()
	// Output:
	// counted: 3
	// ended: <nil>
}

func execAsOwner(ctx context.Context, url, sql string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}
