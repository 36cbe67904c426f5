// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
)

// Installation is the installation that the plan is played on. Its store runs by the Clock.
type Installation struct {
	Store      *eventstore.Store
	Dispatcher *app.Dispatcher
	Clock      *Clock
	// RunUntilIdle has the sagas handle everything so far and send what is due by the clock.
	RunUntilIdle func(context.Context) error
	// Progress is told how many steps are done; nil: nobody wants to know.
	Progress func(done, total int)
}

// Bounds of a scene: what happens side by side.
const (
	maxBatchSteps = 96
	maxBatchTime  = 30 * time.Minute
)

// Execute sends the plan's commands in the order of time, those of one half hour side by side so that the log commits them
// together, and lets the sagas act every morning. A plan that was cut off is played from the beginning: what was done
// gives its first outcome again.
func Execute(ctx context.Context, on Installation, p Params, plan []Step) error {
	morning := p.From()
	for done := 0; done < len(plan); {
		scene := nextBatch(plan[done:])
		var err error
		if morning, err = on.runSagasEachMorning(ctx, morning, scene[0].At); err != nil {
			return err
		}
		on.Clock.Between(scene[0].At, scene[len(scene)-1].At, 3*len(scene))
		if err := on.dispatchBatch(ctx, scene); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		done += len(scene)
		if on.Progress != nil {
			on.Progress(done, len(plan))
		}
	}
	if _, err := on.runSagasEachMorning(ctx, morning, p.Until); err != nil {
		return err
	}
	return on.runSagasAt(ctx, p.Until)
}

// nextBatch cuts the first scene off a plan. An exact step is a scene of its own.
func nextBatch(plan []Step) []Step {
	n := 1
	for n < len(plan) && n < maxBatchSteps && !plan[n].Exact && !plan[n-1].Exact && plan[n].At.Sub(plan[0].At) < maxBatchTime {
		n++
	}
	return plan[:n]
}

// officeCalendar keep the national holidays, and each its patron's besides.
var officeCalendar = catalog.Default().Calendar("")

// runSagasEachMorning lets the sagas act at nine o'clock of every working day up to a moment, and gives the next such morning:
// tickets close by themselves then and at no other time.
func (on Installation) runSagasEachMorning(ctx context.Context, from, to time.Time) (time.Time, error) {
	local := from.In(calendar.Rome())
	at := time.Date(local.Year(), local.Month(), local.Day(), 9, 0, 0, 0, calendar.Rome())
	for ; !at.After(to); at = at.AddDate(0, 0, 1) {
		if at.Before(from) || !officeCalendar.IsWorking(at) {
			continue
		}
		if err := on.runSagasAt(ctx, at); err != nil {
			return at, err
		}
	}
	return at, nil
}

func (on Installation) runSagasAt(ctx context.Context, at time.Time) error {
	on.Clock.Between(at, at, 1)
	if err := on.RunUntilIdle(ctx); err != nil {
		return fmt.Errorf("demo: sagas at %s: %w", at.Format(time.DateTime), err)
	}
	return nil
}

// dispatchBatch sends the commands of one scene: a ticket's one after the other, different tickets' side by side.
func (on Installation) dispatchBatch(ctx context.Context, scene []Step) error {
	var order []ticket.ID
	of := map[ticket.ID][]Step{}
	for _, s := range scene {
		if of[s.Ticket] == nil {
			order = append(order, s.Ticket)
		}
		of[s.Ticket] = append(of[s.Ticket], s)
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, id := range order {
		g.Go(func() error {
			for _, s := range of[id] {
				if err := on.dispatchStep(ctx, s); err != nil {
					return fmt.Errorf("%s, %T at %s: %w", s.Key(), s.Command, s.At.Format(time.DateTime), err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// dispatchStep completes a command with what only the store can give, and dispatches it.
func (on Installation) dispatchStep(ctx context.Context, s Step) error {
	checked, err := attachment.Check("attachments", s.Files)
	if err != nil {
		return err
	}
	files, names, err := attachment.Store(ctx, on.Store, s.Ticket, checked)
	if err != nil {
		return err
	}
	if open, ok := s.Command.(ticket.Open); ok {
		open.Attachments, open.Form.FileNames = files, names
		if open.Number, err = on.Dispatcher.NextNumber(ctx); err != nil {
			return err
		}
		s.Command = open
	} else if reply, ok := s.Command.(ticket.Reply); ok {
		reply.Attachments, reply.FileNames = files, names
		s.Command = reply
	} else if files != nil {
		return errors.New("only forms and replies have files in this plan")
	}
	_, err = on.Dispatcher.Dispatch(ctx, app.CommandRequest{Ticket: s.Ticket, Command: s.Command, By: s.By, Key: s.Key()})
	return err
}
