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

// escalationState holds the latest hand-over of a ticket and the state of its clock.
type escalationState struct {
	Entity          catalog.EntityCode `json:"entity"`            // the competent entity: the receiver
	Handover        int                `json:"n,omitempty"`       // number of the latest hand-over; 0: none yet
	HandoverCount   int                `json:"stood,omitempty"`   // hand-overs so far, without those withdrawn or recalled
	StartedAt       time.Time          `json:"from,omitzero"`     // the receiver can see the hand-over from then on
	Running         bool               `json:"running,omitempty"` // the receiver has not taken it, and it is not breached
	Warned          bool               `json:"warned,omitempty"`  // the warning before the breach was recorded
	PingPongNoticed bool               `json:"noticed,omitempty"` // PingPongNoticed was recorded for the latest hand-over
	NoteAct         ticket.ID          `json:"act,omitempty"`     // the act of the latest regional note
	NoteVisibleFrom time.Time          `json:"held,omitzero"`     // its reader sees that note from then on
}

// pingPongThreshold is the number of hand-overs, in both directions together, from which supervisors are notified of ping-pong.
const pingPongThreshold = 3

// Escalation returns the saga that runs the clock of each hand-over, to the Region (FAQ 2.6) or from the Region to an ASR. It records
// a warning before the target time ends and a breach when it has ended; both count working hours of the receiver. A change of the
// status stops the clock: the receiver takes, answers or redirects the ticket, or the sender recalls it. An assignment alone does not.
// From the third hand-over on the saga records ping-pong.
func Escalation(c *catalog.Catalog) runtime.Saga[undoState[escalationState]] {
	pending := func(u undoState[escalationState]) []runtime.Schedule {
		s := u.Current
		var all []runtime.Schedule
		if s.Running {
			warn, due, why := c.HandoverDue(s.Entity, s.StartedAt)
			if !s.Warned {
				all = append(all, runtime.Schedule{Key: fmt.Sprintf("warn/%d", s.Handover), At: warn,
					Command: ticket.WarnHandover{Handover: s.Handover, Due: due}, Why: why})
			}
			all = append(all, runtime.Schedule{Key: fmt.Sprintf("breach/%d", s.Handover), At: due,
				Command: ticket.BreachHandover{Handover: s.Handover, Due: due}, Why: why})
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

// apply folds an event. why is the reason for the timers that the event cancels.
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
	case ticket.TransferredToSuccessor: // the clock continues with the successor's calendar
	case ticket.ActWithdrawn: // undoState handles it
	case ticket.CitizenNote, ticket.InternalNote:
	case ticket.CitizenReplied:
	case ticket.Opened, ticket.AssignmentEvent, ticket.Reopened, ticket.Reclassified, ticket.PlaybookEvent,
		ticket.CitizenReminded, ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
	}
	return s, why
}

// startClock starts the clock of hand-over n at the time of the event or, if the note of the same act is held, when the hold ends.
func (s escalationState) startClock(r ticket.Recorded, n int) escalationState {
	s.Handover, s.HandoverCount, s.StartedAt, s.Running, s.Warned, s.PingPongNoticed = n, s.HandoverCount+1, r.At, true, false, false
	if s.NoteAct == r.Act && s.NoteVisibleFrom.After(r.At) {
		s.StartedAt = s.NoteVisibleFrom
	}
	return s
}
