// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo_test

import (
	"context"
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// fixture is an installation with accounts and without tickets, whose sagas run.
type fixture struct {
	installation demo.Installation
	accounts     []demo.Account
}

func newFixture(t *testing.T, p demo.Params) fixture {
	t.Helper()
	clock := &demo.Clock{}
	clock.Between(p.From(), p.From(), 1)
	store := storetest.New(t, func(c *eventstore.Config) { c.Clock = clock.Now }).Store
	dispatcher := app.NewTicketDispatcher(store, rules.Engine{Catalog: catalog.Default(), Hold: rules.DefaultHold, Playbooks: playbook.Default()})
	people, err := identity.New(identity.Config{
		Pools: store.Pools(), KeyedHashes: store.KeyedHashes, Persons: persons.New(store), Clock: store.Now, CitizenPasswords: true, Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := demo.CreateAccounts(t.Context(), people, demo.People(catalog.Default(), p.Until), p.From())
	if err != nil {
		t.Fatal(err)
	}
	runner, err := runtime.New(runtime.Config{
		Store: store, Sagas: sagas.All(catalog.Default(), playbook.Default()), MaxMessageAge: sagas.MaxMessageAge(),
		Dispatch: func(ctx context.Context, id ticket.ID, c ticket.Command, by person.Actor, key eventstore.CommandID, cause int64) error {
			_, err := dispatcher.Dispatch(ctx, app.CommandRequest{Ticket: id, Command: c, By: by, Key: key.Key, Permanent: key.Permanent,
				Cause: cause})
			return err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- runner.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return fixture{demo.Installation{Store: store, Dispatcher: dispatcher, Clock: clock, RunUntilIdle: runner.RunUntilIdle}, accounts}
}

func (th fixture) plan(p demo.Params) []demo.Step {
	return demo.Plan(p, catalog.Default(), th.accounts)
}

// TestExecuteResumes executes a plan, stops in the middle and executes it again. Then the log holds each ticket once, all events have times
// of the simulation, and due tickets are closed.
func TestExecuteResumes(t *testing.T) {
	p := demo.Params{Tickets: 60, Months: 2, Until: simulationEnd, Seed: 3}
	th := newFixture(t, p)
	plan := th.plan(p)
	ctx, cancel := context.WithCancel(t.Context())
	interrupted := th.installation
	interrupted.Progress = func(done, total int) {
		if done > total/2 {
			cancel()
		}
	}
	if err := demo.Execute(ctx, interrupted, p, plan); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted Execute: got error %v, want %v", err, context.Canceled)
	}
	if err := demo.Execute(t.Context(), th.installation, p, plan); err != nil {
		t.Fatal(err)
	}
	opens, closed := 0, 0
	for _, s := range plan {
		if _, ok := s.Command.(ticket.Open); !ok {
			continue
		}
		opens++
		history, err := th.installation.Dispatcher.History(t.Context(), s.Ticket)
		if err != nil {
			t.Fatal(err)
		}
		for n, e := range history {
			if _, opened := e.Event.(ticket.Opened); opened != (n == 0) {
				t.Errorf("event %d of %s: got %T, want Opened as the first event only", n+1, s.Ticket, e.Event)
			}
			if e.At.Before(p.From()) || e.At.After(p.Until) {
				t.Errorf("%T of %s: got time %s, want one of the simulation", e.Event, s.Ticket, e.At)
			}
		}
		if _, ok := history[len(history)-1].Event.(ticket.AutoClosed); ok {
			closed++
		}
	}
	if closed < 20 {
		t.Errorf("got %d closed tickets of %d, want at least 20", closed, opens)
	}
}
