// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestMain(m *testing.M) {
	storetest.Run(m, func() error { return storetest.Leaks() }) // a closed store leaves no goroutine
}

var operator = eventstore.Actor{ID: "0190a000-0000-7000-8000-000000000001", Role: "operatore_asr", Entity: "010301"}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// newAppend returns an append with one event for each text, without personal parts.
func newAppend(stream string, expected int, texts ...string) eventstore.Append {
	a := eventstore.Append{Stream: stream, Kind: "talk", ExpectedVersion: expected, By: operator}
	for _, text := range texts {
		a.Events = append(a.Events, eventstore.NewEvent{Type: "talk.said.v1", Data: []byte(`"` + text + `"`)})
	}
	return a
}

// withCommand returns the append with a command id of its actor and key, and a request body.
func withCommand(a eventstore.Append, key, body string) eventstore.Append {
	a.Command, a.RequestBody = eventstore.CommandID{Actor: a.By.ID, Key: key}, []byte(body)
	return a
}

func mustAppend(t testing.TB, s *eventstore.Store, a eventstore.Append) eventstore.Result {
	t.Helper()
	r, err := s.Append(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readLog(t testing.TB, s *eventstore.Store) []eventstore.Record {
	t.Helper()
	records, err := s.Read(context.WithoutCancel(t.Context()), 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return records
}
