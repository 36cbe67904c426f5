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

func (w *fixture) timers(saga string) map[string]pendingTimer {
	w.Helper()
	rows, err := w.store.WorkerPool().Query(w.ctx, `
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

func TestAChangedRuleMovesWhatIsPending(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	id := w.open()
	w.resolve(id)
	before := w.runner(sagas.AutoClose(catalog.Default()))
	w.begin(before)
	w.catchUp(before)
	cause := w.explain(id).Timers[0].Cause // stays: it is part of the command's id

	after := w.runner(sagas.AutoClose(sagastest.CatalogWith(t, `"after_days": 7`, `"after_days": 14`)))
	w.begin(after)
	want := sagastest.Rome(t, "2026-12-01 09:00")
	if x := w.explain(id); len(x.Timers) != 1 || !x.Timers[0].Due.Equal(want) || x.Timers[0].Cause != cause {
		t.Fatalf("pending are %+v", x.Timers)
	}
	w.begin(after) // nothing is left to change
	if got := w.decisions(id); !slices.Equal(got, []string{"schedule close/1", "reschedule close/1"}) {
		t.Errorf("decided %q", got)
	}
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:00"))
	if n := w.poll(after); n > 0 {
		t.Errorf("%d timers ended at the former time", n)
	}

	// Who handles the next batch goes by its own rules, pending timers included: here the former ones.
	w.open()
	w.catchUp(before)
	if x := w.explain(id); !x.Timers[0].Due.Equal(sagastest.Rome(t, "2026-11-24 09:00")) {
		t.Errorf("another node's rules left %v", x.Timers)
	}
}

func TestAnEndLearntLaterMovesTicketsThatArePending(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	moving, gone := w.open(), w.open()
	w.dispatch(gone, sagastest.Operator, ticket.Update{Changes: ticket.Changes{Status: ticket.HandedOver}, Note: &ticket.NoteInput{ID: newID(), Text: "Non è nostro", Visibility: ticket.Public}})
	unaware := w.runner(sagas.Succession(catalog.Default()))
	w.begin(unaware)
	w.catchUp(unaware)
	if all := w.timers("succession"); len(all) > 0 {
		t.Fatalf("without an end there are %v", all)
	}
	aware := w.runner(sagas.Succession(sagastest.CatalogWithSuccession(t)))
	w.begin(aware)
	if all := w.timers("succession"); len(all) != 1 || !w.explain(moving).Timers[0].Due.Equal(sagastest.Rome(t, "2027-01-01 00:00")) {
		t.Fatalf("with an end there are %v", all)
	}
	w.clock.Set(sagastest.Rome(t, "2027-01-01 00:00"))
	if n := w.poll(aware); n != 1 || w.state(moving).Entity != sagastest.TO3 || w.state(gone).Entity != catalog.Region {
		t.Errorf("%d timers ended; the tickets are at %s and %s", n, w.state(moving).Entity, w.state(gone).Entity)
	}
	w.catchUp(aware)
	if all := w.timers("succession"); len(all) > 0 {
		t.Errorf("after the move there are %v", all)
	}
}

func TestANewVersionDerivesTheSameTimersAndTakesOver(t *testing.T) {
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
	if w.state(closed).Status != ticket.Closed {
		t.Fatalf("the first ticket is %s", w.state(closed).Status)
	}
	before, journal := w.timers("auto-close"), w.decisions(closed)

	s := sagas.AutoClose(catalog.Default())
	s.Version = 2
	two := w.runner(s)
	w.begin(two)
	w.clock.Set(sagastest.Rome(t, "2026-12-31 10:00"))
	if n := w.poll(two); n > 0 {
		t.Fatalf("%d timers ended while it was behind", n)
	}
	w.catchUp(two)
	if after := w.timers("auto-close"); len(after) != 1 || !reflect.DeepEqual(after, before) {
		t.Errorf("it derives %v, before there were %v", after, before)
	}
	if got := w.decisions(closed); !slices.Equal(got, journal) {
		t.Errorf("the journal of what was closed says %q, before it said %q", got, journal)
	}
	if n := w.poll(one); n > 0 {
		t.Errorf("the version that was replaced ended %d timers", n)
	}
	if n := w.poll(two); n != 1 || w.countClosings(pending) != 1 || w.countClosings(closed) != 1 || w.countClosings(reopened) != 0 {
		t.Errorf("the new version ended %d timers", n)
	}

	// Going back: the former version catches up and takes over again.
	w.begin(one)
	w.catchUp(one)
	list, err := runtime.ListSagas(w.ctx, w.store.WorkerPool())
	w.must(err)
	if len(list) != 2 || !list[0].Live || list[1].Live || list[0].Lag != 0 || list[0].Timers != 0 {
		t.Errorf("after going back there are %+v", list)
	}
}
