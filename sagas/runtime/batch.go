// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// batch collects the changes that a batch of events causes, so that each table is written once. For a timer only the last change counts.
type batch struct {
	saga     SagaID
	states   map[ticket.ID][]byte   // current states; nil: the zero value
	changed  map[ticket.ID]int64    // position of the event that last changed the state
	finished map[ticket.ID]bool     // the state was the zero value in between: stored timers are deleted
	timers   map[timerKey]*timerRow // nil: to be deleted
	journal  []journalEntry
	messages []outboxMessage
}

// timerKey identifies a timer of a version of a saga.
type timerKey struct {
	ticket ticket.ID
	key    string
}

// compare orders timers by ticket and key.
func (k timerKey) compare(o timerKey) int {
	return cmp.Or(cmp.Compare(k.ticket, o.ticket), cmp.Compare(k.key, o.key))
}

// timerRow is a row of saga.timers.
type timerRow struct {
	timerKey
	once    bool // set by an event alone; it does not follow from the state, so reconciling leaves it alone
	due     time.Time
	command string
	data    []byte
	why     string
	cause   int64
}

// journalEntry is a row of saga.journal.
type journalEntry struct {
	timerRow
	n    int
	at   time.Time
	what string
}

// newBatch returns an empty batch of a saga.
func newBatch(id SagaID) *batch {
	return &batch{
		saga: id, states: make(map[ticket.ID][]byte), changed: make(map[ticket.ID]int64),
		finished: make(map[ticket.ID]bool), timers: make(map[timerKey]*timerRow),
	}
}

// add adds the new state and the actions that one event led to.
func (b *batch) add(r ticket.Recorded, state []byte, actions []Action) error {
	before := b.states[r.Ticket]
	if !bytes.Equal(state, before) {
		b.states[r.Ticket], b.changed[r.Ticket] = state, r.Position
	}
	for n, a := range actions {
		if err := b.addAction(r, n, a); err != nil {
			return err
		}
	}
	if state == nil && (before != nil || len(actions) > 0) {
		b.dropInstanceTimers(r.Ticket)
	}
	return nil
}

// addAction adds one action. n is its index among the actions of the event.
func (b *batch) addAction(r ticket.Recorded, n int, a Action) (err error) {
	t := &timerRow{timerKey: timerKey{ticket: r.Ticket}, cause: r.Position}
	what := ""
	switch a := a.(type) {
	case Schedule:
		what, t.key, t.due, t.why = "schedule", a.Key, a.At.Truncate(time.Microsecond), a.Why
		t.command, t.data, err = encodeCommand(a.Command)
		b.timers[t.timerKey] = t
	case Dispatch:
		what, t.key, t.due, t.why, t.once = "dispatch", a.Key, r.At, a.Why, true
		t.command, t.data, err = encodeCommand(a.Command)
		b.timers[t.timerKey] = t
	case SendLater:
		what, t.key, t.due, t.why, t.once = "later", a.Key, a.At.Truncate(time.Microsecond), a.Why, true
		t.command = sendMessageCommand
		t.data, err = json.Marshal(a.Send)
		b.timers[t.timerKey] = t
	case Cancel:
		what, t.key, t.why = "cancel", a.Key, a.Why
		b.timers[t.timerKey] = nil
	case Send:
		what, t.key, t.why = "send", a.Key, "to "+a.Topic
		b.messages = append(b.messages, outboxMessage{send: a, ticket: r.Ticket, cause: r.Position, at: r.At})
	}
	if t.key == "" {
		return fmt.Errorf("%s without a key", what)
	}
	if what != "cancel" || t.why != "" {
		b.journal = append(b.journal, journalEntry{timerRow: *t, n: n, at: r.At, what: what})
	}
	return err
}

// dropInstanceTimers deletes the timers of an instance whose state is the zero value, except those that an event set once.
func (b *batch) dropInstanceTimers(id ticket.ID) {
	b.finished[id] = true
	for k, t := range b.timers {
		if k.ticket == id && (t == nil || !t.once) {
			delete(b.timers, k)
		}
	}
}

// earliestDue returns the time at which the earliest timer of the batch is due, or the zero time if it sets none.
func (b *batch) earliestDue() (at time.Time) {
	for _, t := range b.timers {
		if t != nil && (at.IsZero() || t.due.Before(at)) {
			at = t.due
		}
	}
	return at
}
