// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog_test

import (
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// TestTermsAreSealedWithTheKeyOfTheMonth: any node opens what one sealed, with one key a month, until the key is destroyed.
func TestTermsAreSealedWithTheKeyOfTheMonth(t *testing.T) {
	db := storetest.New(t)
	other := db.OpenNode(t)
	first, err := accesslog.NewSealer(db.Store).Seal(t.Context(), accesslog.TermsLabel, "Dora Esempio")
	if err != nil {
		t.Fatal(err)
	}
	second, err := accesslog.NewSealer(other).Seal(t.Context(), accesslog.TermsLabel, "Dora Esempio")
	if err != nil {
		t.Fatal(err)
	}
	if first.Key != second.Key || string(first.Content) == string(second.Content) {
		t.Errorf("got keys %s and %s, want one key and different contents", first.Key, second.Key)
	}
	if text, err := accesslog.NewSealer(other).Open(t.Context(), accesslog.TermsLabel, first); err != nil || text != "Dora Esempio" {
		t.Errorf("got %q, %v on another node", text, err)
	}
	if text, err := accesslog.NewSealer(other).Open(t.Context(), "another", first); err == nil {
		t.Errorf("with another label: got %q, want an error", text)
	}
	if _, err := storetest.Connect(t, db.URL).Exec(t.Context(), `update keys.keys set wrapped = null, destroyed_at = now() where id = $1::text::uuid`, first.Key); err != nil {
		t.Fatal(err)
	}
	if _, err := accesslog.NewSealer(other).Open(t.Context(), accesslog.TermsLabel, first); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("with a destroyed key: got %v, want %v", err, eventstore.ErrErased)
	}
}

// TestARequestHasOneRecord: what a request looks at beside its first look continues that record.
func TestARequestHasOneRecord(t *testing.T) {
	db := storetest.New(t)
	recorder := accesslog.NewRecorder(db.Store.Pools())
	request := accesslog.WithLook(t.Context())
	if accesslog.HasRecord(request) {
		t.Error("a request has a record before it looks")
	}
	for range 3 {
		if _, err := recorder.Record(request, accesslog.Access{By: anna, Ticket: one, Kind: accesslog.Ticket}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := recorder.Record(accesslog.WithLook(t.Context()), accesslog.Access{By: anna, Ticket: one, Kind: accesslog.Ticket}); err != nil {
		t.Fatal(err)
	}
	var looks, further int
	err := storetest.Connect(t, db.URL).QueryRow(t.Context(), `select count(*) filter (where look is null), count(*) filter (where look = 1) from access.records`).Scan(&looks, &further)
	if err != nil || looks != 2 || further != 2 || !accesslog.HasRecord(request) {
		t.Errorf("got %d looks and %d continuations, %v, want 2 and 2", looks, further, err)
	}
}
