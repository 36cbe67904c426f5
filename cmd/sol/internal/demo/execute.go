// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
)

// Installation is the system on which a plan is executed. Its store uses Clock.
type Installation struct {
	Store      *eventstore.Store
	Dispatcher *app.TicketDispatcher
	Clock      *Clock
	// RunUntilIdle makes the sagas handle all events and dispatch the timers that are due by the clock.
	RunUntilIdle func(context.Context) error
	// Progress is called with the number of executed steps; nil: no call.
	Progress func(done, total int)
}

// Limits of a batch, whose steps are executed concurrently.
const (
	maxBatchSteps = 96
	maxBatchTime  = 30 * time.Minute
)

// Execute dispatches the plan's commands in the order of time, those of half an hour concurrently, so that the log commits them together.
// It runs the sagas at 9:00 of each working day. After an interruption, execute the whole plan again: repeated commands return their first
// outcome.
func Execute(ctx context.Context, installation Installation, p Params, plan []Step) error {
	morning := p.From()
	for done := 0; done < len(plan); {
		batch := nextBatch(plan[done:])
		var err error
		if morning, err = installation.runSagasEachMorning(ctx, morning, batch[0].At); err != nil {
			return err
		}
		installation.Clock.Between(batch[0].At, batch[len(batch)-1].At, 3*len(batch))
		if err := installation.dispatchBatch(ctx, batch); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		done += len(batch)
		if installation.Progress != nil {
			installation.Progress(done, len(plan))
		}
	}
	if _, err := installation.runSagasEachMorning(ctx, morning, p.Until); err != nil {
		return err
	}
	return installation.runSagasAt(ctx, p.Until)
}

// nextBatch returns the first batch of a plan. An exact step is a batch of its own.
func nextBatch(plan []Step) []Step {
	n := 1
	for n < len(plan) && n < maxBatchSteps && !plan[n].Exact && !plan[n-1].Exact && plan[n].At.Sub(plan[0].At) < maxBatchTime {
		n++
	}
	return plan[:n]
}

// officeCalendar is the calendar with the national holidays only.
var officeCalendar = catalog.Default().Calendar("")

// runSagasEachMorning runs the sagas at 9:00 of each working day up to a time, and returns the next day's 9:00. auto-close is due at that
// hour only.
func (installation Installation) runSagasEachMorning(ctx context.Context, from, to time.Time) (time.Time, error) {
	local := from.In(calendar.Rome())
	at := time.Date(local.Year(), local.Month(), local.Day(), 9, 0, 0, 0, calendar.Rome())
	for ; !at.After(to); at = at.AddDate(0, 0, 1) {
		if at.Before(from) || !officeCalendar.IsWorking(at) {
			continue
		}
		if err := installation.runSagasAt(ctx, at); err != nil {
			return at, err
		}
	}
	return at, nil
}

// runSagasAt sets the clock and runs the sagas until they are idle.
func (installation Installation) runSagasAt(ctx context.Context, at time.Time) error {
	installation.Clock.Between(at, at, 1)
	if err := repeatWhileUnavailable(ctx, func() error { return installation.RunUntilIdle(ctx) }); err != nil {
		return fmt.Errorf("demo: sagas at %s: %w", at.Format(time.DateTime), err)
	}
	return nil
}

// dispatchBatch dispatches the commands of a batch: those of one ticket in order, those of different tickets concurrently.
func (installation Installation) dispatchBatch(ctx context.Context, batch []Step) error {
	var order []ticket.ID
	byTicket := map[ticket.ID][]Step{}
	for _, s := range batch {
		if byTicket[s.Ticket] == nil {
			order = append(order, s.Ticket)
		}
		byTicket[s.Ticket] = append(byTicket[s.Ticket], s)
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, id := range order {
		g.Go(func() error {
			for _, s := range byTicket[id] {
				if err := repeatWhileUnavailable(ctx, func() error { return installation.dispatchStep(ctx, s) }); err != nil {
					return fmt.Errorf("%s, %T at %s: %w", s.Key(), s.Command, s.At.Format(time.DateTime), err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// maxAttempts is the number of attempts while the database does not answer; retryPause is the pause between two of them.
const (
	maxAttempts = 20
	retryPause  = time.Second
)

// repeatWhileUnavailable calls do, and calls it again while the database does not answer in time: the machine may be busy.
func repeatWhileUnavailable(ctx context.Context, do func() error) error {
	for n := 1; ; n++ {
		err := do()
		if n == maxAttempts || !eventstore.IsUnavailable(err) {
			return err
		}
		if database.Sleep(ctx, retryPause) != nil {
			return err
		}
	}
}

// dispatchStep stores the files of a step, adds them, the ticket number and the person of an original to the command, and dispatches it.
func (installation Installation) dispatchStep(ctx context.Context, s Step) error {
	checked, err := attachment.Check("attachments", s.Files)
	if err != nil {
		return err
	}
	files, names, err := attachment.Store(ctx, installation.Store, s.Ticket, checked)
	if err != nil {
		return err
	}
	if open, ok := s.Command.(ticket.Open); ok {
		open.Attachments, open.Form.FileNames = files, names
		if open.Number, err = installation.Dispatcher.NextNumber(ctx); err != nil {
			return err
		}
		s.Command = open
	} else if reply, ok := s.Command.(ticket.Reply); ok {
		reply.Attachments, reply.FileNames = files, names
		s.Command = reply
	} else if update, ok := s.Command.(ticket.Update); ok && update.DuplicateOf != nil {
		original, _, err := installation.Dispatcher.State(ctx, update.DuplicateOf.Ticket)
		if err != nil {
			return err
		}
		update.DuplicateOf = &ticket.OriginalTicket{Ticket: update.DuplicateOf.Ticket, Person: original.Person}
		s.Command = update
	} else if files != nil {
		return errors.New("only forms and replies have files in this plan")
	}
	_, err = installation.Dispatcher.Dispatch(ctx, app.CommandRequest{Ticket: s.Ticket, Command: s.Command, By: s.By, Key: s.Key()})
	return err
}
