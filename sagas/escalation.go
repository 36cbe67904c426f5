// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// escalationState is what the escalation saga remembers: the hand-over that its receiver has not taken yet.
type escalationState struct {
	Entity          catalog.EntityCode `json:"entity"`            // competent: the receiver
	Handover        int                `json:"n,omitempty"`       // of the latest hand-over; 0: there was none
	HandoverCount   int                `json:"stood,omitempty"`   // how many there were, but for those that were withdrawn or recalled
	StartedAt       time.Time          `json:"from,omitzero"`     // since when the receiver may know of it
	Running         bool               `json:"running,omitempty"` // nobody there has taken it, and its time is not over
	Warned          bool               `json:"warned,omitempty"`  // that it soon will be
	PingPongNoticed bool               `json:"noticed,omitempty"` // that the ticket goes to and fro
	NoteAct         ticket.ID          `json:"act,omitempty"`     // of the latest public note between ASR and Region,
	NoteVisibleFrom time.Time          `json:"held,omitzero"`     // and from when it can be seen
}

// pingPongThreshold is the hand-over, counted in both directions, from which on supervisors are told that a ticket goes to and fro.
const pingPongThreshold = 3

// Escalation runs the clock of every hand-over, to the Region (FAQ 2.6) and from it to an ASR: the receiver is warned before
// its target time has passed, in its own working hours, and the breach is marked when it has. The clock stops when the
// status changes: taken, answered, sent on or taken back; to assign alone is no taking. From the third hand-over on it
// notices that the ticket goes to and fro.
func Escalation(c *catalog.Catalog) runtime.Saga[undoState[escalationState]] {
	pending := func(u undoState[escalationState]) []runtime.Schedule {
		s := u.Current
		var all []runtime.Schedule
		if s.Running {
			warn, due, why := c.HandoverDue(s.Entity, s.StartedAt)
			if !s.Warned {
				all = append(all, runtime.Schedule{Key: fmt.Sprintf("warn/%d", s.Handover), At: warn, Command: ticket.WarnHandover{Handover: s.Handover, Due: due}, Why: why})
			}
			all = append(all, runtime.Schedule{Key: fmt.Sprintf("breach/%d", s.Handover), At: due, Command: ticket.BreachHandover{Handover: s.Handover, Due: due}, Why: why})
		}
		if s.HandoverCount >= pingPongThreshold && !s.PingPongNoticed {
			all = append(all, runtime.Schedule{Key: fmt.Sprintf("ping-pong/%d", s.Handover), At: s.StartedAt,
				Command: ticket.NoticePingPong{Handover: s.Handover}, Why: fmt.Sprintf("the ticket was handed over %d times", s.HandoverCount)})
		}
		return all
	}
	return runtime.NewTimerSaga("escalation", 1, func(u undoState[escalationState], r ticket.Recorded) (undoState[escalationState], string) {
		return u.apply(r, escalationState.apply)
	}, pending)
}

// apply folds an event; why is for timers that go with it.
func (s escalationState) apply(r ticket.Recorded) (_ escalationState, why string) {
	s.Entity = competentEntity(s.Entity, r.Event)
	switch e := r.Event.(type) {
	case ticket.RegionalNote:
		s.NoteAct, s.NoteVisibleFrom = r.Act, e.VisibleFrom
	case ticket.Escalated:
		return s.startClock(r, e.Handover), "it was handed over again"
	case ticket.Redirected:
		return s.startClock(r, e.Handover), "it was handed over again"
	case ticket.Taken, ticket.CitizenAsked, ticket.Resumed, ticket.ResolutionEvent:
		s.Running, why = false, "the receiver has taken it up"
	case ticket.Recalled:
		s.Running, s.PingPongNoticed, why = false, true, "the hand-over was taken back"
		s.HandoverCount--
	case ticket.HandoverWarned:
		s.Warned = true
	case ticket.HandoverBreached:
		s.Running = false
	case ticket.PingPongNoticed:
		s.PingPongNoticed = true
	case ticket.AutoClosed:
		return escalationState{}, "the ticket is closed"
	case ticket.TransferredToSuccessor: // the clock goes on by the successor's calendar
	case ticket.ActWithdrawn: // see undoable
	case ticket.CitizenNote, ticket.InternalNote:
	case ticket.CitizenReplied:
	case ticket.Opened, ticket.AssignmentEvent, ticket.Reopened, ticket.Reclassified, ticket.PlaybookEvent,
		ticket.CitizenReminded, ticket.ContactEvent, ticket.PersonalDataErased:
	}
	return s, why
}

// startClock starts the clock at the moment at which the receiver may read the note.
func (s escalationState) startClock(r ticket.Recorded, n int) escalationState {
	s.Handover, s.HandoverCount, s.StartedAt, s.Running, s.Warned, s.PingPongNoticed = n, s.HandoverCount+1, r.At, true, false, false
	if s.NoteAct == r.Act && s.NoteVisibleFrom.After(r.At) {
		s.StartedAt = s.NoteVisibleFrom
	}
	return s
}
