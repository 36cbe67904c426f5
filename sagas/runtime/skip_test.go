// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"slices"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// TestEventOfANewerReleaseStopsItsTicketAlone resolves two tickets, of which one has an event of a newer release before. The saga closes the
// other one. When the release knows the event, the saga handles the rest of the ticket once, and closes it too.
func TestEventOfANewerReleaseStopsItsTicketAlone(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	saga := sagas.AutoClose(catalog.Default())
	left, other := w.open(), w.open()
	w.resolve(left)
	w.db.RenameEventType(t, string(left), "ticket.resolved.v1", "ticket.resolved.v9")
	w.resolve(other)
	older := w.runner(saga)
	stop := w.run(older)
	w.must(older.RunUntilIdle(w.ctx))
	if got := w.decisions(left); len(got) > 0 {
		t.Errorf("ticket with an event of a newer release: got journal %q, want none", got)
	}
	list, err := runtime.ListSagas(w.ctx, w.store.Pools().Consumer)
	w.must(err)
	if list[0].Skipped != 1 || list[0].Timers != 1 || list[0].Lag != 0 {
		t.Errorf("got status %+v, want one skipped stream and one timer", list[0])
	}
	stop()

	w.db.RenameEventType(t, string(left), "ticket.resolved.v9", "ticket.resolved.v1")
	newer := w.node(saga)
	w.run(newer)
	w.must(newer.RunUntilIdle(w.ctx))
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:00"))
	w.must(newer.RunUntilIdle(w.ctx))
	for _, id := range []ticket.ID{left, other} {
		// The running node may have closed the ticket and not yet recorded the outcome.
		w.eventually("the timer has an outcome", func() bool { return len(w.decisions(id)) > 1 })
		if got := w.decisions(id); w.state(id).Status != ticket.StatusClosed || !slices.Equal(got, []string{"schedule close/1", "done close/1"}) {
			t.Errorf("ticket %s is %s with journal %q, want it closed once", id, w.state(id).Status, got)
		}
	}
}
