// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package live_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/live"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// listener reads one stream after another for a client and records what it gets, as a browser does.
type listener struct {
	f      *fixture
	client live.Client
	random *rand.Rand

	mu     sync.Mutex
	got    map[int64]lists.Change
	queues []lists.Queue
	last   eventstore.Position // the id of the last event
}

// run connects until ctx ends. It disconnects after some updates and resumes at its last position; sometimes it pauses before, so that the
// hub no longer remembers what it has missed.
func (l *listener) run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := l.connect(ctx, 1+l.random.IntN(4)); err != nil && ctx.Err() == nil {
			return fmt.Errorf("%s at %s: %w", l.client.Actor.Role, l.client.Actor.Entity, err)
		}
		if l.random.IntN(3) == 0 {
			select {
			case <-time.After(time.Duration(l.random.IntN(200)) * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}
	return nil
}

func (l *listener) connect(ctx context.Context, updates int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	at, err := l.f.hub.StartPosition(ctx, l.client.Actor, l.last)
	if err != nil {
		return err
	}
	s, err := l.f.hub.Open(ctx, l.client, at)
	if err != nil {
		return err
	}
	defer s.Close()
	for range updates {
		u, err := s.Next(ctx)
		if err != nil {
			return err
		}
		if err := l.record(u); err != nil {
			return err
		}
	}
	return nil
}

// record records an update. It returns an error if the update shows a change before its moment.
func (l *listener) record(u live.Update) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range u.Changes {
		if c.VisibleFrom.After(c.At) && c.VisibleFrom.After(l.f.Clock.Now()) {
			return fmt.Errorf("position %d is held until %v, and it is %v", c.Position, c.VisibleFrom, l.f.Clock.Now())
		}
		l.got[c.Position] = c
	}
	if u.Queues != nil {
		l.queues = u.Queues
	}
	l.last = u.ResumeAt
	return nil
}

// difference compares what the listener has got after a position with what the database shows its client.
func (l *listener) difference(start eventstore.Position) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := ticketview.Viewer{Actor: l.client.Actor}
	want, err := l.f.App.Lists.Changes(l.f.Context(), v, start.N, 100_000)
	if err != nil {
		return err
	}
	for _, c := range want.Items {
		if l.got[c.Position] != c {
			return fmt.Errorf("position %d: got %+v, want %+v", c.Position, l.got[c.Position], c)
		}
	}
	if len(l.got) != len(want.Items) {
		return fmt.Errorf("got %d changes, want %d", len(l.got), len(want.Items))
	}
	queues, _, err := l.f.App.Lists.Queues(l.f.Context(), v)
	if err == nil && !slices.Equal(l.queues, queues) {
		err = fmt.Errorf("got queues %v, want %v", l.queues, queues)
	}
	return err
}

// TestStreamsGetExactlyWhatTheirViewersMaySee runs 50 streams of different viewers, which disconnect and resume, over random acts. In the end
// each has got exactly the changes that row-level security shows its viewer, none before its moment, and the current counts. The hub
// remembers few rows, so many streams catch up from the database.
func TestStreamsGetExactlyWhatTheirViewersMaySee(t *testing.T) {
	f := newFixture(t, 15)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	entities := []catalog.EntityCode{torino, novara, tickettest.TO3}

	// Five sessions each of ten accounts.
	var clients []live.Client
	var operators, citizens []person.Actor
	for name, placement := range map[string]person.Actor{
		"to.operatore": {Role: person.ASROperator, Entity: torino}, "to.supervisore": {Role: person.ASRSupervisor, Entity: torino},
		"no.operatore": {Role: person.ASROperator, Entity: novara}, "to3.operatore": {Role: person.ASROperator, Entity: tickettest.TO3},
		"regione.uno": {Role: person.RegionalOperator, Entity: catalog.Region}, "regione.due": {Role: person.RegionalSupervisor, Entity: catalog.Region},
		"auditor": {Role: person.Auditor}, "cittadina": {Role: person.Citizen}, "cittadino": {Role: person.Citizen}, "estraneo": {Role: person.Citizen},
	} {
		c := f.logIn(name, placement.Role, placement.Entity)
		switch {
		case c.Actor.Role.Operates():
			operators = append(operators, c.Actor)
		case c.Actor.Role == person.Citizen && name != "estraneo":
			citizens = append(citizens, c.Actor)
		}
		for range 5 {
			clients = append(clients, f.session(name))
		}
	}
	f.open(torino)
	start := f.waitForLists()

	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	var listeners []*listener
	for i, c := range clients {
		c.Heartbeat = 300 * time.Millisecond
		l := &listener{f: f, client: c, random: rand.New(rand.NewPCG(seed, uint64(i+1))), got: map[int64]lists.Change{}, last: start}
		listeners = append(listeners, l)
		running.Go(func() {
			if err := l.run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	defer running.Wait()
	defer stop()

	var tickets []ticket.ID
	for range 150 {
		f.actRandomly(random, entities, operators, citizens, &tickets)
	}
	f.waitForLists()
	f.Clock.Advance(rules.DefaultHold)
	for _, l := range listeners {
		var err error
		storetest.Eventually(t, "a stream has everything", func() bool {
			err = l.difference(start)
			return err == nil || t.Failed()
		})
		if err != nil {
			t.Errorf("%s at %s: %v", l.client.Actor.Role, l.client.Actor.Entity, err)
		}
	}
}

// actRandomly opens a ticket or does something random on one. The rules may refuse it.
func (f *fixture) actRandomly(random *rand.Rand, entities []catalog.EntityCode, operators, citizens []person.Actor, tickets *[]ticket.ID) {
	f.Helper()
	f.Clock.Advance(time.Duration(random.IntN(4)) * time.Second)
	if len(*tickets) == 0 || random.IntN(5) == 0 {
		id := tickettest.NewID()
		by := citizens[random.IntN(len(citizens))]
		open := tickettest.OpenCommand(fmt.Sprintf("2026-%07d", len(*tickets)+1000), entities[random.IntN(len(entities))])
		open.Problem, open.Citizen = "altro", by.ID
		_, err := f.App.Dispatch(f.Context(), app.CommandRequest{Ticket: id, Command: open, By: by})
		f.must(err)
		*tickets = append(*tickets, id)
		return
	}
	id, by := (*tickets)[random.IntN(len(*tickets))], operators[random.IntN(len(operators))]
	commands := []ticket.Command{
		tickettest.Take, tickettest.Ask("quando?"), tickettest.Escalate("non è nostra"), tickettest.Redirect(entities[random.IntN(len(entities))], "a voi"),
		ticket.Update{Note: tickettest.InternalNote("tra noi")}, ticket.Update{Note: tickettest.PublicNote("ecco")},
		ticket.Update{Assignee: tickettest.AssignTo(by)},
		ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: tickettest.PublicNote("fatto")},
		ticket.Undo{},
	}
	_, err := f.App.Dispatch(f.Context(), app.CommandRequest{Ticket: id, Command: commands[random.IntN(len(commands))], By: by})
	if eventstore.IsUnavailable(err) || errors.Is(err, eventstore.ErrConflict) {
		f.Fatal(err)
	}
}
