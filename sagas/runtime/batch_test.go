// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// drawHistories draws the histories of three tickets.
func drawHistories(t *rapid.T, round int) (histories [][]ticket.Recorded) {
	for n := range 3 {
		id := ticket.ID(fmt.Sprintf("01930000-0000-7000-8000-%06d%06d", round, n))
		histories = append(histories, tickettest.DrawTicket(t, id, 12, true).History)
	}
	return histories
}

// interleave returns a log of the tickets in a random order. The events of each ticket keep their order.
func interleave(t *rapid.T, histories [][]ticket.Recorded) (log []eventstore.Record) {
	histories = slices.Clone(histories)
	for len(histories) > 0 {
		n := rapid.IntRange(0, len(histories)-1).Draw(t, "whose")
		if len(histories[n]) == 0 {
			histories = slices.Delete(histories, n, n+1)
			continue
		}
		r := histories[n][0]
		histories[n] = histories[n][1:]
		s, err := codec.Encode(r.Event)
		if err != nil {
			t.Fatal(err)
		}
		log = append(log, eventstore.Record{
			Position: int64(len(log) + 1), Stream: string(r.Ticket), Kind: "ticket", Version: r.Version, Type: s.Name,
			At: r.At, By: eventstore.Actor{ID: r.By.ID, Role: string(r.By.Role), Entity: string(r.By.Entity)}, Act: string(r.Act), Data: s.Data,
		})
	}
	return log
}

// allSagasNamed returns the sagas of the product with a suffix at each name.
func allSagasNamed(c *catalog.Catalog, suffix string) (all []runtime.Definition) {
	for _, d := range sagas.All(c, playbook.Default()) {
		all = append(all, d.(interface {
			WithSuffix(string) runtime.Definition
		}).WithSuffix("-"+suffix))
	}
	return all
}

// storedRows returns all rows of a saga as text, without the saga's name. The positions of the causes are included on request only: they
// differ between logs.
func (w *fixture) storedRows(saga string, positions bool) (all []string) {
	w.Helper()
	rows, err := w.store.Pools().Consumer.Query(w.ctx, `
		select concat_ws(' ', 'instance', ticket, state, case when $2 then position end) from saga.instances where saga = $1
		union all select concat_ws(' ', 'timer', ticket, key, due_at, command, data, why, case when $2 then cause end) from saga.timers where saga = $1
		union all select concat_ws(' ', 'journal', ticket, case when $2 then cause end, n, at, what, key, due_at, command, why) from saga.journal where saga = $1
		union all select concat_ws(' ', 'sent', topic, ticket, case when $2 then cause end, key, at) from saga.sent where saga = $1
		order by 1`, saga, positions)
	w.must(err)
	all, err = pgx.CollectRows(rows, pgx.RowTo[string])
	w.must(err)
	return all
}

// A saga stores the same timers, states, journal and messages for every division of the log into batches, with rollbacks and
// redeliveries. The order of events of different tickets does not matter either.
func TestBatchesAndRedeliveriesDoNotChangeTheResult(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	crash := errors.New("crash")
	round, rows := 0, map[string]int{}
	c := sagastest.CatalogWithSuccession(t)
	rapid.Check(t, func(t *rapid.T) {
		round++
		histories := drawHistories(t, round)
		log := interleave(t, histories)
		once, batched := w.runner(allSagasNamed(c, fmt.Sprintf("%d-once", round))...),
			w.runner(allSagasNamed(c, fmt.Sprintf("%d-bits", round))...)
		w.begin(once)
		w.begin(batched)
		other := w.runner(allSagasNamed(c, fmt.Sprintf("%d-other", round))...)
		w.begin(other)
		handle := func(r *runtime.Runner, records []eventstore.Record, fail error) {
			for _, d := range r.Sagas {
				err := pgx.BeginFunc(w.ctx, w.store.Pools().Consumer, func(tx pgx.Tx) error {
					if err := r.HandleBatch(w.ctx, tx, d, records); err != nil {
						return err
					}
					return fail
				})
				if !errors.Is(err, fail) {
					t.Fatal(err)
				}
			}
		}
		handle(once, log, nil)
		handle(other, interleave(t, histories), nil)
		for at := 0; at < len(log); {
			to := at + rapid.IntRange(1, len(log)-at).Draw(t, "batch")
			redelivered := rapid.IntRange(0, at).Draw(t, "again from")
			if rapid.IntRange(0, 3).Draw(t, "crash") == 0 {
				handle(batched, log[redelivered:to], crash)
			}
			handle(batched, log[redelivered:to], nil)
			at = to
		}
		for n := range once.Sagas {
			name := once.Sagas[n].ID().Name
			first, second := w.storedRows(name, true), w.storedRows(batched.Sagas[n].ID().Name, true)
			rows[strings.TrimSuffix(name, fmt.Sprintf("-%d-once", round))] += len(first)
			if a, b := w.storedRows(name, false), w.storedRows(other.Sagas[n].ID().Name, false); !reflect.DeepEqual(a, b) {
				t.Fatalf("%s: got\n%q\nfor one order of the tickets and\n%q\nfor another, want the same", name, a, b)
			}
			if !reflect.DeepEqual(first, second) {
				t.Fatalf("%s: got\n%q\nfor one batch and\n%q\nfor several, want the same", name, first, second)
			}
		}
	})
	for _, d := range sagas.All(c, playbook.Default()) {
		if rows[d.ID().Name] == 0 {
			t.Errorf("%s: got no rows in %d rounds, want some", d.ID().Name, round)
		}
	}
}

func TestGapInTheLogIsAnError(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	r := w.runner(sagas.AutoClose(catalog.Default()))
	w.begin(r)
	w.open()
	w.resolve(w.open())
	records, err := w.store.Read(w.ctx, 1, 10)
	w.must(err)
	err = pgx.BeginFunc(w.ctx, w.store.Pools().Consumer, func(tx pgx.Tx) error {
		err := r.HandleBatch(w.ctx, tx, r.Sagas[0], records)
		return err
	})
	if err == nil {
		t.Error("got no error for a batch that begins at position 2, want one")
	}
}
