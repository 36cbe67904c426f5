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

// Simulation is what a saga would have done with other settings, on the events that really happened. Nothing is changed by
// it.
type Simulation struct {
	Saga string    `json:"saga"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Simulated are the commands that the rules would have accepted at their time, Did those that the saga's events in the log
	// show, Refused those that the rules would have refused.
	Simulated int            `json:"would"`
	Actual    int            `json:"did"`
	Refused   int            `json:"refused"`
	ByDay     map[string]int `json:"would_by_day"` // 2006-01-02, Europe/Rome
	// EarlyCommands are the tickets on which the command would have come before something that really happened: the citizen's answer
	// after an earlier closing, for one.
	EarlyCommands []EarlyCommand `json:"overtaken"`
	Tickets       int            `json:"tickets"` // looked at
}

// EarlyCommand is one of them.
type EarlyCommand struct {
	Ticket      ticket.ID `json:"ticket"`
	Number      string    `json:"number"`
	At          time.Time `json:"at"`      // when the command would have come
	Command     string    `json:"command"` // e.g. close.v1
	NextEvent   string    `json:"by"`      // what happened next, e.g. ticket.citizen-replied.v1
	NextEventAt time.Time `json:"then"`
}

// maxEarlyCommands bounds the list.
const maxEarlyCommands = 50

// Simulate replays the log up to a moment against a saga that has other settings. It asks the real rules whether each command
// would have been accepted on the ticket as it stood. progress is told how many tickets were looked at.
func Simulate(ctx context.Context, store *eventstore.Store, d Definition, rules rules.Engine, from, to time.Time, progress func(tickets int)) (Simulation, error) {
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
		one := ticketSimulation{result: &s, saga: d, rules: rules}
		for _, rec := range records {
			r, err := ticketlog.DecodeWithoutPersonal(rec)
			if err != nil {
				return err
			}
			if err := one.apply(r, rec.Type); err != nil {
				return err
			}
		}
		return one.runTimersUntil(to, "")
	})
	if err != nil {
		return s, fmt.Errorf("simulate %s: %w", s.Saga, err)
	}
	return s, nil
}

// ticketSimulation is one ticket's life with the saga beside it.
type ticketSimulation struct {
	result   *Simulation
	saga     Definition
	rules    rules.Engine
	ticket   ticket.State
	state    []byte
	timers   []Schedule
	sentKeys []string // keys whose command has come
}

// apply folds an event. The saga's own are only counted: with other settings they might have come at another time, or never.
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
		o.timers = nil // it has nothing to wait for any more
	}
	o.state, o.ticket = after, ticket.Evolve(o.ticket, r)
	return nil
}

func (o *ticketSimulation) cancelTimer(key string) {
	o.timers = slices.DeleteFunc(o.timers, func(t Schedule) bool { return t.Key == key })
}

// runTimersUntil lets the timers come that are due by a moment. next is what really happens then, if that is not the saga's own doing.
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
			o.result.EarlyCommands = append(o.result.EarlyCommands, EarlyCommand{Ticket: o.ticket.ID, Number: o.ticket.Number, At: t.At, Command: name, NextEvent: next, NextEventAt: at})
		}
	}
	return nil
}

func isBetween(at, from, to time.Time) bool { return !at.Before(from) && at.Before(to) }
