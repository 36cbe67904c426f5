// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// scriptStep is one step of a script: an action on one of its tickets after a delay, and the point at which the node that runs the sagas
// dies before and after it.
type scriptStep struct {
	ticket int
	action int
	delay  time.Duration
	crash  int // 0: no crash; 1: before the commit of a batch; 2: after the command of a timer, before its outcome is stored
}

var regionOperator = person.Actor{ID: "01930000-0000-7000-8000-000000000c01", Role: person.RegionalOperator, Entity: catalog.Region}

// act dispatches the command of an action number. It ignores a refusal.
func (w *fixture) act(target ticket.ID, action int) {
	note := &ticket.NoteInput{ID: newID(), Text: "Testo", Visibility: ticket.Public}
	actor, c := sagastest.Operator, ticket.Command(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	switch action {
	case 1:
		c = ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting}, Note: note}
	case 2:
		c = ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: note}
	case 3:
		c = ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver, Reason: string(ticket.NotOurs)}, Note: note}
	case 4:
		actor, c = person.Actor{ID: string(target), Role: person.Citizen}, ticket.Reply{ID: newID(), Text: "Risposta"}
	case 5:
		actor, c = regionOperator, ticket.Update{UpdateFields: ticket.UpdateFields{Entity: sagastest.Torino}, Note: note}
	case 6:
		c = ticket.Undo{}
	case 7:
		c = ticket.Update{Answers: []ticket.AnswerInput{{Check: "referto-individuato", Yes: true}}}
	}
	if _, err := w.dispatcher.Dispatch(w.ctx, app.CommandRequest{Ticket: target, Command: c, By: actor}); err != nil &&
		!ticket.IsRefusal(err) {
		w.Fatal(err)
	}
}

// scriptResult holds what the sagas did in a script: the system's events on each ticket, sorted, and all messages.
type scriptResult struct {
	events   [][]string
	messages []string
}

// playScript plays a script on a new database, two months past its end, and returns what the sagas did.
func playScript(t *testing.T, script []scriptStep, tickets int) scriptResult {
	w := newFixture(t, "2026-11-16 10:00")
	w.dispatcher = app.NewTicketDispatcher(w.store, rules.Engine{Catalog: catalog.Default(), Hold: 10 * time.Second, Playbooks: playbook.Default()})
	var cancelNode context.CancelFunc // called after each command, so the node dies then; nil: it lives
	dispatch := dispatchWith(w.dispatcher)
	r := w.runnerOn(runtime.Config{Store: w.store, Sagas: sagas.All(catalog.Default(), playbook.Default()),
		Dispatch: func(ctx context.Context, target ticket.ID, c ticket.Command, actor person.Actor, key eventstore.CommandID, cause int64) error {
			err := dispatch(ctx, target, c, actor, key, cause)
			if cancelNode != nil {
				cancelNode()
			}
			return err
		}})
	w.begin(r)
	var ids []ticket.ID
	for range tickets {
		ids = append(ids, w.open())
	}
	errDied := errors.New("died")
	run := func(crash int) {
		for again := true; again; {
			if crash == 1 {
				for _, d := range r.Sagas {
					var from int64
					w.must(w.store.Pools().Consumer.QueryRow(w.ctx, "select position from saga.sagas where name = $1 and version = $2", d.ID().Name,
						d.ID().Version).Scan(&from))
					records, err := w.store.Read(w.ctx, from, 10000)
					w.must(err)
					if len(records) > 0 {
						err := pgx.BeginFunc(w.ctx, w.store.Pools().Consumer, func(tx pgx.Tx) error {
							err := r.HandleBatch(w.ctx, tx, d, records)
							return errors.Join(err, errDied)
						})
						if !errors.Is(err, errDied) {
							w.Fatal(err)
						}
					}
				}
			}
			w.catchUp(r)
			if crash == 2 {
				ctx, cancel := context.WithCancel(w.ctx)
				cancelNode = cancel
				_, _ = r.Poll(ctx) // its commands take effect and their outcomes are not stored
				cancelNode = nil
				cancel()
			}
			n := w.poll(r)
			head, _, err := w.store.Head(w.ctx)
			w.must(err)
			var lag int
			w.must(w.store.Pools().Consumer.QueryRow(w.ctx, "select count(*) from saga.sagas where position < $1", head.N).Scan(&lag))
			again, crash = n > 0 || lag > 0, 0
		}
	}
	run(0)
	for _, d := range script {
		w.clock.Set(w.clock.Now().Add(d.delay))
		run(d.crash)
		w.act(ids[d.ticket], d.action)
		run(d.crash)
	}
	w.clock.Set(w.clock.Now().AddDate(0, 2, 0))
	run(0)
	all := scriptResult{events: make([][]string, tickets)}
	for n, id := range ids {
		history, err := w.dispatcher.History(w.ctx, id)
		w.must(err)
		for _, h := range history {
			if h.By.Role == person.System {
				all.events[n] = append(all.events[n], fmt.Sprintf("%T by %s", h.Event, h.By.ID))
			}
		}
		slices.Sort(all.events[n])
		rows, err := w.store.Pools().Consumer.Query(w.ctx, "select saga || ' ' || topic || ' ' || key from saga.sent where ticket = $1", string(id))
		w.must(err)
		sent, err := pgx.CollectRows(rows, pgx.RowTo[string])
		w.must(err)
		for _, m := range sent {
			all.messages = append(all.messages, fmt.Sprintf("%d %s", n, m))
		}
	}
	slices.Sort(all.messages)
	return all
}

// A script with crashes, before the commit of a batch or between a command and its outcome, leads to the same events and messages as the
// same script without crashes. No timer takes effect twice, and none on a later resolution, question or hand-over.
func TestCrashesBetweenStepsChangeNothing(t *testing.T) {
	if err := flag.Set("rapid.checks", "8"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := flag.Set("rapid.checks", "100"); err != nil {
			t.Error(err)
		}
	})
	rapid.Check(t, func(r *rapid.T) {
		const tickets = 2
		script := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) scriptStep {
			return scriptStep{
				ticket: rapid.IntRange(0, tickets-1).Draw(r, "ticket"), action: rapid.IntRange(0, 7).Draw(r, "what"),
				delay: rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, 26 * time.Hour, 9 * 24 * time.Hour}).Draw(r, "later"),
				crash: rapid.IntRange(0, 2).Draw(r, "crash"),
			}
		}), 4, 10).Draw(r, "script")
		withoutCrashes := slices.Clone(script)
		for i := range withoutCrashes {
			withoutCrashes[i].crash = 0
		}
		if want, got := playScript(t, withoutCrashes, tickets), playScript(t, script, tickets); !reflect.DeepEqual(want, got) {
			r.Fatalf("without crashes it did\n%q, with crashes\n%q, want the same", want, got)
		}
	})
}
