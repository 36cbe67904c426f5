// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// Simulation is what a saga would have done with other settings, on the events that really happened. Nothing is changed by
// it.
type Simulation struct {
	Saga string    `json:"saga"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Would are the commands that the rules would have accepted at their time, Did those that the saga's events in the log
	// show, Refused those that the rules would have refused.
	Would   int            `json:"would"`
	Did     int            `json:"did"`
	Refused int            `json:"refused"`
	ByDay   map[string]int `json:"would_by_day"` // 2006-01-02, Europe/Rome
	// Before are the tickets on which the command would have come before something that really happened: the citizen's answer
	// after an earlier closing, for one.
	Before  []Overtaken `json:"overtaken"`
	Tickets int         `json:"tickets"` // looked at
}

// Overtaken is one of them.
type Overtaken struct {
	Ticket  ticket.ID `json:"ticket"`
	Number  string    `json:"number"`
	At      time.Time `json:"at"`      // when the command would have come
	Command string    `json:"command"` // e.g. close.v1
	By      string    `json:"by"`      // what happened next, e.g. ticket.citizen-replied.v1
	Then    time.Time `json:"then"`
}

// overtakenShown bounds the list.
const overtakenShown = 50

// Simulate replays the log up to a moment against a saga that has other settings. It asks the real rules whether each command
// would have been accepted on the ticket as it stood. progress is told how many tickets were looked at.
func Simulate(ctx context.Context, store *eventstore.Store, d Definition, rules ticket.Rules, from, to time.Time, progress func(tickets int)) (Simulation, error) {
	s := Simulation{Saga: d.id().name, From: from, To: to, ByDay: map[string]int{}, Before: []Overtaken{}}
	head, _, err := store.Head(ctx)
	if err != nil {
		return s, err
	}
	err = store.ByStream(ctx, head.N, func(records []eventstore.Record) error {
		if records[0].Kind != "ticket" {
			return nil
		}
		s.Tickets++
		progress(s.Tickets)
		one := simulated{s: &s, d: d, rules: rules}
		for _, rec := range records {
			r, err := recorded(rec)
			if err != nil {
				return err
			}
			if err := one.take(r, rec.Type); err != nil {
				return err
			}
		}
		return one.until(to, "")
	})
	if err != nil {
		return s, fmt.Errorf("simulate %s: %w", s.Saga, err)
	}
	return s, nil
}

// simulated is one ticket's life with the saga beside it.
type simulated struct {
	s      *Simulation
	d      Definition
	rules  ticket.Rules
	ticket ticket.State
	state  []byte
	timers []Schedule
	done   []string // keys whose command has come
}

// take folds an event. The saga's own are only counted: with other settings they might have come at another time, or never.
func (o *simulated) take(r ticket.Recorded, name string) error {
	if r.By.Role == person.System && r.By.ID == o.d.id().name {
		if within(r.At, o.s.From, o.s.To) {
			o.s.Did++
		}
		return o.until(r.At, "")
	}
	if err := o.until(r.At, name); err != nil {
		return err
	}
	after, actions, err := o.d.react(o.state, r)
	if err != nil {
		return err
	}
	for _, a := range actions {
		switch a := a.(type) {
		case Schedule:
			o.drop(a.Key)
			o.timers = append(o.timers, a)
		case Cancel:
			o.drop(a.Key)
		case Dispatch, Send, Later:
		}
	}
	if after == nil {
		o.timers = nil // it has nothing to wait for any more
	}
	o.state, o.ticket = after, ticket.Evolve(o.ticket, r)
	return nil
}

func (o *simulated) drop(key string) {
	o.timers = slices.DeleteFunc(o.timers, func(t Schedule) bool { return t.Key == key })
}

// until lets the timers come that are due by a moment. next is what really happens then, if that is not the saga's own doing.
func (o *simulated) until(at time.Time, next string) error {
	slices.SortFunc(o.timers, func(a, b Schedule) int { return a.At.Compare(b.At) })
	for len(o.timers) > 0 && !o.timers[0].At.After(at) {
		t := o.timers[0]
		o.timers = o.timers[1:]
		if !within(t.At, o.s.From, o.s.To) || slices.Contains(o.done, t.Key) {
			continue
		}
		o.done = append(o.done, t.Key)
		events, err := o.rules.Decide(o.ticket, t.Command, person.Actor{ID: o.d.id().name, Role: person.System}, t.At)
		if err != nil {
			if !refused(err) {
				return err
			}
			o.s.Refused++
			continue
		}
		if len(events) == 0 {
			continue
		}
		o.s.Would++
		o.s.ByDay[t.At.In(calendar.Rome()).Format(time.DateOnly)]++
		name, _, err := encodeCommand(t.Command)
		if err != nil {
			return err
		}
		if next != "" && len(o.s.Before) < overtakenShown {
			o.s.Before = append(o.s.Before, Overtaken{Ticket: o.ticket.ID, Number: o.ticket.Number, At: t.At, Command: name, By: next, Then: at})
		}
	}
	return nil
}

func within(at, from, to time.Time) bool { return !at.Before(from) && at.Before(to) }
