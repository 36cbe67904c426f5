// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// Simulation is the result of Simulate: what a saga would have done with other settings on the recorded events.
type Simulation struct {
	Saga string    `json:"saga"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Simulated counts the commands that the rules would have accepted at their time, Actual the saga's events in the log, Refused the
	// commands that the rules would have refused.
	Simulated int            `json:"would"`
	Actual    int            `json:"did"`
	Refused   int            `json:"refused"`
	ByDay     map[string]int `json:"would_by_day"` // 2006-01-02, Europe/Rome
	// EarlyCommands are the simulated commands that precede a recorded event of the same ticket, for example an earlier closing before
	// the citizen's answer. It holds at most maxEarlyCommands.
	EarlyCommands []EarlyCommand `json:"overtaken"`
	Tickets       int            `json:"tickets"` // tickets in the log
}

// EarlyCommand is a simulated command that precedes a recorded event of its ticket.
type EarlyCommand struct {
	Ticket      ticket.ID `json:"ticket"`
	Number      string    `json:"number"`
	At          time.Time `json:"at"`      // due time of the command
	Command     string    `json:"command"` // e.g. close.v1
	NextEvent   string    `json:"by"`      // the next recorded event, e.g. ticket.citizen-replied.v1
	NextEventAt time.Time `json:"then"`
}

// maxEarlyCommands is the largest number of entries in Simulation.EarlyCommands.
const maxEarlyCommands = 50

// Simulate replays the log against a saga with other settings and counts the commands due from from until before to. The rules decide
// each command on the ticket's state at that time. It calls progress with the number of tickets read so far, and changes nothing.
func Simulate(ctx context.Context, store *eventstore.Store, d Definition, rules rules.Engine, from, to time.Time,
	progress func(tickets int)) (Simulation, error) {
	s := Simulation{Saga: d.ID().Name, From: from, To: to, ByDay: map[string]int{}, EarlyCommands: []EarlyCommand{}}
	head, _, err := store.Head(ctx)
	if err != nil {
		return s, err
	}
	err = store.ReadByStream(ctx, head.N, func(records []eventstore.Record) error {
		if records[0].Kind != ticketlog.StreamKind {
			return nil
		}
		s.Tickets++
		progress(s.Tickets)
		simulation := ticketSimulation{result: &s, saga: d, rules: rules}
		for _, rec := range ticketlog.KnownPart(records) {
			r, err := ticketlog.DecodeWithoutPersonal(rec)
			if err != nil {
				return err
			}
			if err := simulation.apply(r, rec.Type); err != nil {
				return err
			}
		}
		return simulation.runTimersUntil(to, "")
	})
	if err != nil {
		return s, fmt.Errorf("simulate %s: %w", s.Saga, err)
	}
	return s, nil
}

// ticketSimulation replays the history of one ticket with the saga.
type ticketSimulation struct {
	result   *Simulation
	saga     Definition
	rules    rules.Engine
	ticket   ticket.State
	state    []byte
	timers   []Schedule
	sentKeys []string // keys of the timers that were due
}

// apply folds an event. It only counts events of the saga itself: with other settings they might have another time, or not exist.
func (o *ticketSimulation) apply(r ticket.Recorded, name string) error {
	if r.By.Role == person.System && r.By.ID == o.saga.ID().Name {
		if isBetween(r.At, o.result.From, o.result.To) {
			o.result.Actual++
		}
		return o.runTimersUntil(r.At, "")
	}
	if err := o.runTimersUntil(r.At, name); err != nil {
		return err
	}
	after, actions, err := o.saga.reactStored(o.state, r)
	if err != nil {
		return err
	}
	for _, a := range actions {
		switch a := a.(type) {
		case Schedule:
			o.cancelTimer(a.Key)
			o.timers = append(o.timers, a)
		case Cancel:
			o.cancelTimer(a.Key)
		case Dispatch, Send, SendLater:
		}
	}
	if after == nil {
		o.timers = nil // the zero value waits for nothing
	}
	o.state, o.ticket = after, ticket.Evolve(o.ticket, r)
	return nil
}

// cancelTimer deletes the timer with a key.
func (o *ticketSimulation) cancelTimer(key string) {
	o.timers = slices.DeleteFunc(o.timers, func(t Schedule) bool { return t.Key == key })
}

// runTimersUntil runs the timers that are due until a time. next is the name of the event recorded at that time, or "" if the saga
// itself caused it or there is none.
func (o *ticketSimulation) runTimersUntil(at time.Time, next string) error {
	slices.SortFunc(o.timers, func(a, b Schedule) int { return a.At.Compare(b.At) })
	for len(o.timers) > 0 && !o.timers[0].At.After(at) {
		t := o.timers[0]
		o.timers = o.timers[1:]
		if !isBetween(t.At, o.result.From, o.result.To) || slices.Contains(o.sentKeys, t.Key) {
			continue
		}
		o.sentKeys = append(o.sentKeys, t.Key)
		events, err := o.rules.Decide(o.ticket, t.Command, person.Actor{ID: o.saga.ID().Name, Role: person.System}, t.At)
		if err != nil {
			if !ticket.IsRefusal(err) {
				return err
			}
			o.result.Refused++
			continue
		}
		if len(events) == 0 {
			continue
		}
		o.result.Simulated++
		o.result.ByDay[t.At.In(calendar.Rome()).Format(time.DateOnly)]++
		name, _, err := encodeCommand(t.Command)
		if err != nil {
			return err
		}
		if next != "" && len(o.result.EarlyCommands) < maxEarlyCommands {
			o.result.EarlyCommands = append(o.result.EarlyCommands, EarlyCommand{Ticket: o.ticket.ID, Number: o.ticket.Number, At: t.At,
				Command: name, NextEvent: next, NextEventAt: at})
		}
	}
	return nil
}

// isBetween reports whether at is in the interval from from, included, to to, excluded.
func isBetween(at, from, to time.Time) bool { return !at.Before(from) && at.Before(to) }
