// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"slices"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/projectionstest"
)

// TestEventOfANewerReleaseStopsItsTicketAlone projects two tickets, of which one has an event of a newer release. All read models go on with
// the other one, live and rebuilt, and say that they skip a stream. When the release knows the event, the tables are as if it always had.
func TestEventOfANewerReleaseStopsItsTicketAlone(t *testing.T) {
	h := projectionstest.New(t, All()...)
	left := h.OpenTicket(tickettest.Torino)
	h.Do(left, tickettest.Operator, tickettest.Take)
	h.DB.RenameEventType(t, string(left), "ticket.taken.v1", "ticket.taken.v9")
	h.Do(h.OpenTicket(tickettest.Torino), tickettest.Operator, tickettest.Take)
	skipped := func(want int) {
		t.Helper()
		list, err := h.Runner().List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			if s.Skipped != want || s.Lag != 0 || s.Failures != 0 {
				t.Errorf("got status %+v, want %d skipped streams and no lag", s, want)
			}
		}
	}
	h.Project()
	skipped(1)
	live := h.Dump()
	for _, m := range All() {
		h.Rebuild(m)
	}
	skipped(1)
	if rebuilt := h.Dump(); !slices.Equal(rebuilt, live) {
		t.Errorf("with a skipped stream: live\n%s\nrebuilt\n%s", live, rebuilt)
	}

	h.DB.RenameEventType(t, string(left), "ticket.taken.v9", "ticket.taken.v1")
	h.OpenTicket(tickettest.Torino)
	h.Project()
	skipped(0)
	live = h.Dump()
	for _, m := range All() {
		h.Rebuild(m)
	}
	if rebuilt := h.Dump(); !slices.Equal(rebuilt, live) {
		t.Errorf("with the stream handled late: live\n%s\nrebuilt\n%s", live, rebuilt)
	}
}

// TestRebuildHandlesSkippedStreams rebuilds read models on a release that knows the event at which they left a stream.
func TestRebuildHandlesSkippedStreams(t *testing.T) {
	h := projectionstest.New(t, All()...)
	left := h.OpenTicket(tickettest.Torino)
	h.Do(left, tickettest.Operator, tickettest.Take)
	h.DB.RenameEventType(t, string(left), "ticket.taken.v1", "ticket.taken.v9")
	h.Project()
	h.DB.RenameEventType(t, string(left), "ticket.taken.v9", "ticket.taken.v1")
	for _, m := range All() {
		h.Rebuild(m)
	}
	list, err := h.Runner().List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.Skipped != 0 {
			t.Errorf("got status %+v, want no skipped stream", s)
		}
	}
	rebuilt := h.Dump()
	h.Project()
	if live := h.Dump(); !slices.Equal(live, rebuilt) {
		t.Errorf("rebuilt\n%s\nand then live\n%s", rebuilt, live)
	}
}
