// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"maps"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

func TestTwoNodesCloseEveryTicketOnce(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	one, two := w.node(sagas.AutoClose(catalog.Default()), sagas.Succession(catalog.Default())),
		w.node(sagas.AutoClose(catalog.Default()), sagas.Succession(catalog.Default()))
	stop := w.run(one)
	w.run(two)
	var tickets []ticket.ID
	for range 60 {
		id := w.open()
		w.resolve(id)
		tickets = append(tickets, id)
	}
	w.must(one.RunUntilIdle(w.ctx))
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:00"))
	w.eventually("all are closed", func() bool {
		return w.count("select count(*) from log.events where type = 'ticket.auto-closed.v1'") == len(tickets)
	})
	w.must(one.RunUntilIdle(w.ctx)) // the outcomes are stored too
	for _, id := range tickets {
		if n := w.countClosings(id); n != 1 {
			t.Errorf("ticket %s: got %d closings, want 1", id, n)
		}
	}
	if n := w.count("select count(*) from saga.journal where what = 'done'"); n != len(tickets) {
		t.Errorf("got %d closings in the journal, want %d", n, len(tickets))
	}

	// The first node stops; the other one takes over and closes.
	stop()
	id := w.open()
	w.resolve(id)
	w.must(two.RunUntilIdle(w.ctx))
	w.clock.Set(sagastest.Rome(t, "2026-12-31 10:00"))
	w.eventually("the other node closes", func() bool { return w.state(id).Status == ticket.StatusClosed })
}

// Tickets are resolved on each day of a year. Each closes at 9:00 of the day that the calendar gives, and not one second before.
func TestClosingsOfAYear(t *testing.T) {
	w := newFixture(t, "2026-01-02 11:00")
	c := catalog.Default()
	r := w.runner(sagas.AutoClose(c))
	w.begin(r)
	due := make(map[ticket.ID]time.Time)
	first := sagastest.Rome(t, "2026-01-02 11:00").In(calendar.Rome())
	for n := range 380 {
		day := first.AddDate(0, 0, n)
		nine := time.Date(day.Year(), day.Month(), day.Day(), 9, 0, 0, 0, calendar.Rome())
		w.clock.Set(nine.Add(-time.Second))
		if n := w.poll(r); n > 0 {
			t.Fatalf("before 9:00 on %s: got %d closings, want 0", day, n)
		}
		w.clock.Set(nine)
		want := 0
		for _, at := range due {
			if at.Equal(nine) {
				want++
			}
		}
		if n := w.poll(r); n != want {
			t.Fatalf("%s: got %d closings, want %d", nine, n, want)
		}
		if want > 0 && !c.Calendar(sagastest.Torino).IsWorking(nine) {
			t.Fatalf("%s: got closings, want none: it is no working day", nine)
		}
		if day.Year() == 2026 {
			w.clock.Set(day)
			id := w.open()
			w.resolve(id)
			due[id], _ = c.AutoCloseAt(sagastest.Torino, day)
		}
		w.catchUp(r)
	}
	if n := w.count("select count(*) from saga.timers"); n > 0 {
		t.Errorf("got %d timers at the end, want 0", n)
	}
	for id := range due {
		if w.countClosings(id) != 1 {
			t.Errorf("ticket %s: got %d closings, want 1", id, w.countClosings(id))
		}
	}
}

func TestMetricsCountDueTimersAndTheirDelay(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	registry := prometheus.NewRegistry()
	r := w.runnerOn(runtime.Config{Store: w.store, Dispatch: dispatchWith(w.dispatcher),
		Sagas: []runtime.Definition{sagas.AutoClose(catalog.Default())}, Metrics: registry})
	w.begin(r)
	id := w.open()
	w.resolve(id)
	w.catchUp(r)
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:05"))
	w.must(r.UpdateGauges(w.ctx))
	w.wantMetrics(registry, map[string]float64{"sol_saga_timers_due": 1, "sol_saga_timers_late_seconds": 300})
	w.poll(r)
	w.must(r.UpdateGauges(w.ctx))
	w.wantMetrics(registry, map[string]float64{
		"sol_saga_timers_due": 0, "sol_saga_timers_late_seconds": 0, "sol_saga_timers_sent_total": 1,
	})
}

// wantMetrics compares the values of the metrics, which have one series each.
func (w *fixture) wantMetrics(from prometheus.Gatherer, want map[string]float64) {
	w.Helper()
	families, err := from.Gather()
	w.must(err)
	got := make(map[string]float64)
	for _, f := range families {
		m := f.GetMetric()[0]
		got[f.GetName()] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
	}
	if !maps.Equal(got, want) {
		w.Errorf("got metrics %v, want %v", got, want)
	}
}
