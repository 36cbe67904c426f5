// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestReadersAreSignedAgainAfterAJumpOfTheTime reads after the node's time and the database's have moved apart, as after a sleep of the node or
// when a clock was set: each read succeeds, is carried out once, and the next ones too.
func TestReadersAreSignedAgainAfterAJumpOfTheTime(t *testing.T) {
	pools := storetest.New(t).Store.Pools()
	by := eventstore.Reader{Role: "auditor", Everything: true}
	const question = `select (access.reader()).role`
	calls := 0
	role := func(row pgx.Row) error {
		calls++
		var got string
		if err := row.Scan(&got); err != nil || got != by.Role {
			t.Errorf("got reader %q, %v, want %s", got, err, by.Role)
		}
		return nil
	}
	inTx := func(tx pgx.Tx) error { return role(tx.QueryRow(t.Context(), question)) }
	for name, read := range map[string]func() error{
		"Read": func() error {
			batch := &pgx.Batch{}
			batch.Queue(question).QueryRow(role)
			return pools.Request.Read(t.Context(), by, "test", batch)
		},
		"InTx":       func() error { return pools.Request.InTx(t.Context(), by, "test", pgx.TxOptions{}, inTx) },
		"InSnapshot": func() error { return pools.Request.InSnapshot(t.Context(), by, "test", "log.logs", inTx) },
	} {
		for _, jump := range []time.Duration{-100 * time.Hour, -61 * time.Second, -31 * time.Second, 0, 31 * time.Second, 61 * time.Second, 100 * time.Hour} {
			pools.SetSignedTime(time.Now().Add(jump))
			for range 2 {
				calls = 0
				if err := read(); err != nil || calls != 1 {
					t.Errorf("%s after a jump of %s: got %d calls, %v, want 1", name, jump, calls, err)
				}
			}
		}
	}
}
