// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// clockedHandover is what the escalation saga remembers: the hand-over that its receiver has not taken yet.
type clockedHandover struct {
	Entity  catalog.EntityCode `json:"entity"`            // competent: the receiver
	N       int                `json:"n,omitempty"`       // of the latest hand-over; 0: there was none
	Stood   int                `json:"stood,omitempty"`   // how many there were, but for those that were withdrawn or recalled
	From    time.Time          `json:"from,omitzero"`     // since when the receiver may know of it
	Running bool               `json:"running,omitempty"` // nobody there has taken it, and its time is not over
	Warned  bool               `json:"warned,omitempty"`  // that it soon will be
	Noticed bool               `json:"noticed,omitempty"` // that the ticket goes to and fro
	Act     ticket.ID          `json:"act,omitempty"`     // of the latest public note between ASR and Region,
	Held    time.Time          `json:"held,omitzero"`     // and from when it can be seen
}

// pingPong is the hand-over, counted in both directions, from which on supervisors are told that a ticket goes to and fro.
const pingPong = 3

// Escalation runs the clock of every hand-over, to the Region (FAQ 2.6) and from it to an ASR: the receiver is warned before
// its target time has passed, in its own working hours, and the breach is marked when it has. The clock stops when the
// status changes: taken, answered, sent on or taken back; to assign alone is no taking. From the third hand-over on it
// notices that the ticket goes to and fro.
func Escalation(c *catalog.Catalog) Saga[undoable[clockedHandover]] {
	pending := func(u undoable[clockedHandover]) []Schedule {
		s := u.Now
		var all []Schedule
		if s.Running {
			warn, due, why := c.HandoverDue(s.Entity, s.From)
			if !s.Warned {
				all = append(all, Schedule{Key: fmt.Sprintf("warn/%d", s.N), At: warn, Command: ticket.Warn{Handover: s.N, Due: due}, Why: why})
			}
			all = append(all, Schedule{Key: fmt.Sprintf("breach/%d", s.N), At: due, Command: ticket.Breach{Handover: s.N, Due: due}, Why: why})
		}
		if s.Stood >= pingPong && !s.Noticed {
			all = append(all, Schedule{Key: fmt.Sprintf("ping-pong/%d", s.N), At: s.From,
				Command: ticket.NoticePingPong{Handover: s.N}, Why: fmt.Sprintf("the ticket was handed over %d times", s.Stood)})
		}
		return all
	}
	return timed("escalation", 1, func(u undoable[clockedHandover], r ticket.Recorded) (undoable[clockedHandover], string) {
		return u.after(r, clockedHandover.after)
	}, pending)
}

// after folds an event; why is for timers that go with it.
func (s clockedHandover) after(r ticket.Recorded) (_ clockedHandover, why string) {
	s.Entity = competent(s.Entity, r.Event)
	switch e := r.Event.(type) {
	case ticket.RegionalNote:
		s.Act, s.Held = r.Act, e.VisibleFrom
	case ticket.Escalated:
		return s.handed(r, e.Handover), "it was handed over again"
	case ticket.Redirected:
		return s.handed(r, e.Handover), "it was handed over again"
	case ticket.Taken, ticket.CitizenAsked, ticket.Resumed, ticket.Resolved, ticket.Discarded, ticket.MarkedDuplicate:
		s.Running, why = false, "the receiver has taken it up"
	case ticket.Recalled:
		s.Running, s.Noticed, why = false, true, "the hand-over was taken back"
		s.Stood--
	case ticket.HandoverWarned:
		s.Warned = true
	case ticket.HandoverBreached:
		s.Running = false
	case ticket.PingPongNoticed:
		s.Noticed = true
	case ticket.AutoClosed:
		return clockedHandover{}, "the ticket is closed"
	case ticket.Succeeded: // the clock goes on by the successor's calendar
	case ticket.ActWithdrawn: // see undoable
	case ticket.Opened, ticket.Assigned, ticket.Unassigned, ticket.CitizenNote, ticket.InternalNote, ticket.CitizenReplied,
		ticket.Reopened, ticket.Reclassified, ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried,
		ticket.AnswersForgotten, ticket.OutcomeCarriedOut, ticket.PlaybookReminded, ticket.CitizenReminded, ticket.ContactFailed,
		ticket.PersonalDataErased:
	}
	return s, why
}

// handed starts the clock at the moment at which the receiver may read the note.
func (s clockedHandover) handed(r ticket.Recorded, n int) clockedHandover {
	s.N, s.Stood, s.From, s.Running, s.Warned, s.Noticed = n, s.Stood+1, r.At, true, false, false
	if s.Act == r.Act && s.Held.After(r.At) {
		s.From = s.Held
	}
	return s
}
