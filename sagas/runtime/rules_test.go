// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// pendingTimer is a row of saga.timers as the tests compare it.
type pendingTimer struct {
	Ticket, Key, Command, Data, Why string
	Due                             time.Time
	Cause                           int64
}

// timers returns the pending timers of the live version of a saga, by ticket and key.
func (w *fixture) timers(saga string) map[string]pendingTimer {
	w.Helper()
	rows, err := w.store.Pools().Consumer.Query(w.ctx, `
		select t.ticket::text, t.key, t.due_at, t.command, t.data::text, t.why, t.cause from saga.timers t
		join saga.sagas s on (s.name, s.version) = (t.saga, t.version) and s.live where saga = $1`, saga)
	w.must(err)
	defer rows.Close()
	all := make(map[string]pendingTimer)
	for rows.Next() {
		var t pendingTimer
		w.must(rows.Scan(&t.Ticket, &t.Key, &t.Due, &t.Command, &t.Data, &t.Why, &t.Cause))
		all[t.Ticket+"/"+t.Key] = t
	}
	w.must(rows.Err())
	return all
}

func TestChangedSettingMovesPendingTimers(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	id := w.open()
	w.resolve(id)
	before := w.runner(sagas.AutoClose(catalog.Default()))
	w.begin(before)
	w.catchUp(before)
	cause := w.explain(id).Timers[0].Cause // it must not change: it is part of the command id

	after := w.runner(sagas.AutoClose(sagastest.CatalogWith(t, `"after_days": 7`, `"after_days": 14`)))
	w.begin(after)
	want := sagastest.Rome(t, "2026-12-01 09:00")
	if explanation := w.explain(id); len(explanation.Timers) != 1 || !explanation.Timers[0].Due.Equal(want) ||
		explanation.Timers[0].Cause != cause {
		t.Fatalf("got timers %+v, want one for %s with cause %d", explanation.Timers, want, cause)
	}
	w.begin(after) // nothing is left to change
	if got := w.decisions(id); !slices.Equal(got, []string{"schedule close/1", "reschedule close/1"}) {
		t.Errorf("got journal %q, want schedule and reschedule", got)
	}
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:00"))
	if n := w.poll(after); n > 0 {
		t.Errorf("at the former time: got %d finished timers, want 0", n)
	}

	// A runner that handles the next batch applies its own settings, also to pending timers; here the former settings.
	w.open()
	w.catchUp(before)
	if explanation := w.explain(id); !explanation.Timers[0].Due.Equal(sagastest.Rome(t, "2026-11-24 09:00")) {
		t.Errorf("after a batch of the former runner: got timers %v, want one for 2026-11-24 09:00", explanation.Timers)
	}
}

func TestEndOfAnEntitySetLaterSchedulesTheTransfer(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	moving, gone := w.open(), w.open()
	w.dispatch(gone, sagastest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver},
		Note: &ticket.NoteInput{ID: newID(), Text: "Non è nostro", Visibility: ticket.Public}})
	unaware := w.runner(sagas.Succession(catalog.Default()))
	w.begin(unaware)
	w.catchUp(unaware)
	if all := w.timers("succession"); len(all) > 0 {
		t.Fatalf("without an end: got timers %v, want none", all)
	}
	aware := w.runner(sagas.Succession(sagastest.CatalogWithSuccession(t)))
	w.begin(aware)
	if all := w.timers("succession"); len(all) != 1 || !w.explain(moving).Timers[0].Due.Equal(sagastest.Rome(t, "2027-01-01 00:00")) {
		t.Fatalf("with an end: got timers %v, want one for 2027-01-01", all)
	}
	w.clock.Set(sagastest.Rome(t, "2027-01-01 00:00"))
	if n := w.poll(aware); n != 1 || w.state(moving).Entity != sagastest.TO3 || w.state(gone).Entity != catalog.Region {
		t.Errorf("got %d finished timers and the tickets at %s and %s, want 1, TO3 and the Region", n, w.state(moving).Entity,
			w.state(gone).Entity)
	}
	w.catchUp(aware)
	if all := w.timers("succession"); len(all) > 0 {
		t.Errorf("after the transfer: got timers %v, want none", all)
	}
}

func TestNewVersionSetsTheSameTimersAndTakesOver(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	one := w.runner(sagas.AutoClose(catalog.Default()))
	w.begin(one)
	var closed, pending, reopened ticket.ID
	for _, id := range []*ticket.ID{&closed, &pending, &reopened} {
		*id = w.open()
		w.resolve(*id)
		w.clock.Set(w.clock.Now().AddDate(0, 0, 4))
		w.catchUp(one)
		w.poll(one)
	}
	w.reopen(reopened)
	w.catchUp(one)
	if w.state(closed).Status != ticket.StatusClosed {
		t.Fatalf("first ticket: got status %s, want closed", w.state(closed).Status)
	}
	before, journal := w.timers("auto-close"), w.decisions(closed)

	s := sagas.AutoClose(catalog.Default())
	s.Version = 2
	two := w.runner(s)
	w.begin(two)
	w.clock.Set(sagastest.Rome(t, "2026-12-31 10:00"))
	if n := w.poll(two); n > 0 {
		t.Fatalf("before it had caught up: got %d finished timers, want 0", n)
	}
	w.catchUp(two)
	if after := w.timers("auto-close"); len(after) != 1 || !reflect.DeepEqual(after, before) {
		t.Errorf("got timers %v, want %v", after, before)
	}
	if got := w.decisions(closed); !slices.Equal(got, journal) {
		t.Errorf("closed ticket: got journal %q, want %q", got, journal)
	}
	if n := w.poll(one); n > 0 {
		t.Errorf("replaced version: got %d finished timers, want 0", n)
	}
	if n := w.poll(two); n != 1 || w.countClosings(pending) != 1 || w.countClosings(closed) != 1 || w.countClosings(reopened) != 0 {
		t.Errorf("new version: got %d finished timers, want 1", n)
	}

	// The former version catches up and takes over again.
	w.begin(one)
	w.catchUp(one)
	list, err := runtime.ListSagas(w.ctx, w.store.Pools().Consumer)
	w.must(err)
	if len(list) != 2 || !list[0].Live || list[1].Live || list[0].Lag != 0 || list[0].Timers != 0 {
		t.Errorf("after going back: got sagas %+v", list)
	}
}
