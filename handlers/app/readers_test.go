// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
)

// TestTicketIsReadByItsReaderTags changes the reader tags of a ticket behind the service's back. The read of a person asks them, besides the
// rules; the auditor and the holder of the ticket's personal link need none. Tags that are out of date refuse nobody, until they are written
// anew.
func TestTicketIsReadByItsReaderTags(t *testing.T) {
	s := newService(t)
	id := s.open()
	conn := storetest.Connect(t, s.Database)
	set := func(readers []string, version int) {
		t.Helper()
		tag, err := conn.Exec(t.Context(), `update log.streams set readers = $2, readers_version = $3 where id = $1::text::uuid`, string(id), readers, version)
		if err != nil || tag.RowsAffected() != 1 {
			t.Fatalf("set tags: %v, %v", tag, err)
		}
	}
	region := app.Caller{Actor: person.Actor{ID: s.Account(t, "rita", person.RegionalOperator, catalog.Region), Role: person.RegionalOperator, Entity: catalog.Region}}
	reads := func(when string, by app.Caller, want bool) {
		t.Helper()
		if _, err := s.App.Ticket(t.Context(), by, id, nil); want != (err == nil) || err != nil && !errors.Is(err, eventstore.ErrNotFound) {
			t.Errorf("%s: %s of %s: got %v, want the ticket: %t", when, by.Actor.Role, by.Actor.Entity, err, want)
		}
	}
	holder := app.LinkHolder(id, "192.0.2.1")
	for _, by := range []app.Caller{s.anna, s.auditor, holder} {
		reads("opened", by, true)
	}
	reads("opened", region, false)

	set([]string{"entity/regione"}, 1)
	reads("tags of others", s.anna, false)
	reads("tags of others", s.auditor, true)
	reads("tags of others", holder, true)
	if _, err := s.App.Ticket(t.Context(), region, id, nil); err == nil {
		t.Error("the Region: got a ticket that the rules do not show, because it has a tag")
	}

	set([]string{"entity/regione"}, 0)      // of an earlier version of the ticket
	reads("tags out of date", s.anna, true) // the read writes those of the ticket
	reads("written by the read", region, false)
	set([]string{"entity/regione"}, 0)
	if n, err := s.App.RefreshReaders(t.Context()); err != nil || n != 1 {
		t.Errorf("refresh: got %d tickets, %v, want 1", n, err)
	}
	reads("refreshed", s.anna, true)
	set([]string{"entity/regione"}, 1)
	s.update(s.anna, id, take()) // the append of a command writes them too
	reads("after an append", s.anna, true)
}
