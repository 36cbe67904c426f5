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
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// drawHistories makes up three tickets.
func drawHistories(t *rapid.T, round int) (lives [][]ticket.Recorded) {
	for n := range 3 {
		id := ticket.ID(fmt.Sprintf("01930000-0000-7000-8000-%06d%06d", round, n))
		lives = append(lives, tickettest.DrawTicket(t, id, 12, true).History)
	}
	return lives
}

// interleave is a log of the tickets, each event after those of its own ticket.
func interleave(t *rapid.T, lives [][]ticket.Recorded) (log []eventstore.Record) {
	lives = slices.Clone(lives)
	for len(lives) > 0 {
		n := rapid.IntRange(0, len(lives)-1).Draw(t, "whose")
		if len(lives[n]) == 0 {
			lives = slices.Delete(lives, n, n+1)
			continue
		}
		r := lives[n][0]
		lives[n] = lives[n][1:]
		s, err := ticket.Encode(r.Event)
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

// allSagasNamed returns the sagas of the product under names with a suffix.
func allSagasNamed(c *catalog.Catalog, suffix string) (all []runtime.Definition) {
	for _, d := range sagas.All(c, playbook.Default()) {
		all = append(all, d.(interface {
			WithSuffix(string) runtime.Definition
		}).WithSuffix("-"+suffix))
	}
	return all
}

// storedRows is all that a saga keeps, under whatever name it ran; without the positions of its causes, which are others in another
// log, if they are not asked for.
func (w *fixture) storedRows(saga string, positions bool) (all []string) {
	w.Helper()
	rows, err := w.store.WorkerPool().Query(w.ctx, `
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

// Whatever the batches, rolled back or delivered again, a saga comes to the same timers, states, journal and messages; and to
// the same for each ticket in whatever order independent tickets come.
func TestBatchesAndRedeliveriesLeadToTheSame(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	crash := errors.New("crash")
	round, left := 0, map[string]int{}
	c := sagastest.CatalogWithSuccession(t)
	rapid.Check(t, func(t *rapid.T) {
		round++
		lives := drawHistories(t, round)
		log := interleave(t, lives)
		once, bits := w.runner(allSagasNamed(c, fmt.Sprintf("%d-once", round))...), w.runner(allSagasNamed(c, fmt.Sprintf("%d-bits", round))...)
		w.begin(once)
		w.begin(bits)
		other := w.runner(allSagasNamed(c, fmt.Sprintf("%d-other", round))...)
		w.begin(other)
		give := func(r *runtime.Runner, records []eventstore.Record, fail error) {
			for _, d := range r.Sagas {
				err := pgx.BeginFunc(w.ctx, w.store.WorkerPool(), func(tx pgx.Tx) error {
					if _, err := r.HandleBatch(w.ctx, tx, d, records); err != nil {
						return err
					}
					return fail
				})
				if !errors.Is(err, fail) {
					t.Fatal(err)
				}
			}
		}
		give(once, log, nil)
		give(other, interleave(t, lives), nil)
		for at := 0; at < len(log); {
			to := at + rapid.IntRange(1, len(log)-at).Draw(t, "batch")
			again := rapid.IntRange(0, at).Draw(t, "again from")
			if rapid.IntRange(0, 3).Draw(t, "crash") == 0 {
				give(bits, log[again:to], crash)
			}
			give(bits, log[again:to], nil)
			at = to
		}
		for n := range once.Sagas {
			name := once.Sagas[n].ID().Name
			first, second := w.storedRows(name, true), w.storedRows(bits.Sagas[n].ID().Name, true)
			left[strings.TrimSuffix(name, fmt.Sprintf("-%d-once", round))] += len(first)
			if a, b := w.storedRows(name, false), w.storedRows(other.Sagas[n].ID().Name, false); !reflect.DeepEqual(a, b) {
				t.Fatalf("%s with the tickets in one order leads to\n%q\nin another to\n%q", name, a, b)
			}
			if !reflect.DeepEqual(first, second) {
				t.Fatalf("%s in one batch leads to\n%q\nin bits to\n%q", name, first, second)
			}
		}
	})
	for _, d := range sagas.All(c, playbook.Default()) {
		if left[d.ID().Name] == 0 {
			t.Errorf("%s left nothing in %d rounds", d.ID().Name, round)
		}
	}
}

func TestASagaRefusesEventsThatDoNotFollow(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	r := w.runner(sagas.AutoClose(catalog.Default()))
	w.begin(r)
	w.open()
	w.resolve(w.open())
	records, err := w.store.Read(w.ctx, 1, 10)
	w.must(err)
	err = pgx.BeginFunc(w.ctx, w.store.WorkerPool(), func(tx pgx.Tx) error {
		_, err := r.HandleBatch(w.ctx, tx, r.Sagas[0], records)
		return err
	})
	if err == nil {
		t.Error("events from 2 on were handled before the first")
	}
}
