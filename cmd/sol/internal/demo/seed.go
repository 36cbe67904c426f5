// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/jsonfile"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// System is the running system that Seed fills. Its store has the clock that SeedConfig.Open was given.
type System struct {
	App   *app.Service
	Sagas *runtime.Runner
	Close func()
}

// SeedConfig is the configuration of Seed. All fields but Owner are required.
type SeedConfig struct {
	File   string // demo-seed.json, which records what the demo created or was about to create
	Params Params
	People []Person
	Owner  string    // URL of the database's owner; "": unknown, then the access log has no looks of the past
	Log    io.Writer // for lines to a person
	// Progress starts a progress display and returns the functions that update and end it.
	Progress func(label string) (set func(done, total int), finish func())
	// Open opens the system. It is called once, and only if there is something to create.
	Open func(ctx context.Context, clock *Clock) (System, error)
}

// seedRecord is the content of demo-seed.json.
type seedRecord struct {
	Params
	Done bool `json:"done"`
}

// Seed creates people and tickets in an empty log, and resumes an interrupted seeding. It refuses a log that the demo did not
// create, since the passwords of the demo are public.
func Seed(ctx context.Context, c SeedConfig) error {
	var record seedRecord
	resuming, err := jsonfile.Read(c.File, &record)
	if err != nil || record.Done {
		return err
	}
	p := c.Params
	if resuming {
		p = record.Params
		fmt.Fprintln(c.Log, "resuming interrupted demo seeding")
	}
	clock := &Clock{}
	clock.Between(p.From(), p.From(), 1)
	s, err := c.Open(ctx, clock)
	if err != nil {
		return err
	}
	defer s.Close()
	head, _, err := s.App.Store.Head(ctx)
	if err != nil {
		return err
	}
	if head.N > 0 && !resuming {
		return errors.New("this database holds tickets that were not created by the demo: run it with sol serve, or set SOL_DATA_DIR to an empty directory")
	}
	if err := jsonfile.Write(c.File, seedRecord{p, false}); err != nil {
		return err
	}
	start := time.Now()
	fmt.Fprintf(c.Log, "creating demo data: %d people, %d tickets over %d months\n", len(c.People), p.Tickets, p.Months)
	if err := s.create(ctx, clock, p, c); err != nil {
		return err
	}
	fmt.Fprintf(c.Log, "demo data created in %s\n", time.Since(start).Round(100*time.Millisecond))
	return jsonfile.Write(c.File, seedRecord{p, true})
}

// create creates the accounts, executes the plan while the sagas run, and delivers the messages of the outbox.
func (s System) create(ctx context.Context, clock *Clock, p Params, c SeedConfig) error {
	accounts, err := CreateAccounts(ctx, s.App.Identity, c.People, p.From())
	if err != nil {
		return err
	}
	administrator := findAdministrator(accounts)
	if err := errors.Join(recordAgreements(ctx, s.App, administrator, p.From()), publishStatements(ctx, s.App, administrator)); err != nil {
		return err
	}
	plan := Plan(p, s.App.Catalog, accounts)
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Sagas.Run(running) }()
	progress, finish := c.Progress("executing commands")
	err = Execute(ctx, Installation{
		Store: s.App.Store, Dispatcher: s.App.TicketDispatcher, Clock: clock, RunUntilIdle: s.Sagas.RunUntilIdle, Progress: progress,
	}, p, plan)
	finish()
	stop()
	if err = errors.Join(err, <-ended); err != nil {
		return err
	}
	if c.Owner != "" {
		if err := recordPastLooks(ctx, s.App, c.Owner, p, plan); err != nil {
			return err
		}
	}
	return OutboxMessages{Pool: s.App.Store.Pools().Outbox, Dispatcher: s.App.TicketDispatcher, Notifications: s.App.Notifications}.Deliver(ctx, p,
		accounts)
}
