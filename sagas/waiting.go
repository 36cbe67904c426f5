// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// waitingState is what the waiting saga remembers: the latest question to the citizen.
type waitingState struct {
	Entity          catalog.EntityCode `json:"entity"`            // competent
	Question        ticket.ID          `json:"note,omitempty"`    // with the question
	AskedAt         time.Time          `json:"from,omitzero"`     // since when the citizen may read it, and the ticket waits for the answer
	Waiting         bool               `json:"waiting,omitempty"` // for the answer
	ReminderCount   int                `json:"told,omitempty"`    // how many reminders of it there were
	Erased          bool               `json:"erased,omitempty"`  // there is nobody to remind
	PublicNote      ticket.ID          `json:"text,omitempty"`    // the latest public note,
	NoteVisibleFrom time.Time          `json:"seen,omitzero"`     // and from when it can be seen
}

// Waiting reminds a citizen who was asked and has not answered (FAQ 2.4; the reminders are ours), in the competent
// entity's working days, and where its setting says so resolves the ticket in the end. The answer, or anything else that
// leaves the status, cancels both.
func Waiting(c *catalog.Catalog) runtime.Saga[undoState[waitingState]] {
	pending := func(u undoState[waitingState]) []runtime.Schedule {
		s := u.Current
		if !s.Waiting {
			return nil
		}
		rule, cal := c.Waiting(s.Entity), c.Calendar(s.Entity)
		after := func(days int) (time.Time, string) {
			return cal.AfterWorkingDays(s.AskedAt, days, rule.Hour), fmt.Sprintf("%d working days after the question of %s, calendar of %s",
				days, s.AskedAt.In(calendar.Rome()).Format("2006-01-02 15:04"), cal.Name())
		}
		var all []runtime.Schedule
		for i, days := range rule.RemindAfterDays {
			if i < s.ReminderCount || s.Erased {
				continue
			}
			at, why := after(days)
			all = append(all, runtime.Schedule{Key: fmt.Sprintf("remind/%s/%d", s.Question, i+1), At: at,
				Command: ticket.RemindCitizen{Question: s.Question, N: i + 1}, Why: why})
		}
		if rule.ResolveAfterDays > 0 {
			at, why := after(rule.ResolveAfterDays)
			all = append(all, runtime.Schedule{Key: "expire/" + string(s.Question), At: at, Command: ticket.ExpireQuestion{Question: s.Question, Note: expiryNoteID(s.Question)}, Why: why})
		}
		return all
	}
	return runtime.NewTimerSaga("waiting", 1, func(u undoState[waitingState], r ticket.Recorded) (undoState[waitingState], string) {
		return u.apply(r, waitingState.apply)
	}, pending)
}

// expiryNoteID is the id of the note that resolves a question without an answer: the same whoever derives it.
func expiryNoteID(asked ticket.ID) ticket.ID {
	return ticket.ID(uuid.NewSHA1(runtime.IDNamespace, []byte("expire\n"+string(asked))).String())
}

// apply folds an event; why is for timers that go with it.
func (s waitingState) apply(r ticket.Recorded) (_ waitingState, why string) {
	s.Entity = competentEntity(s.Entity, r.Event)
	switch e := r.Event.(type) {
	case ticket.CitizenNote:
		s.PublicNote, s.NoteVisibleFrom = e.Note, e.VisibleFrom
	case ticket.CitizenAsked:
		s.Question, s.AskedAt, s.Waiting, s.ReminderCount = e.Note, r.At, true, 0
		if s.PublicNote == e.Note && s.NoteVisibleFrom.After(r.At) {
			s.AskedAt = s.NoteVisibleFrom
		}
		return s, "the citizen was asked something else"
	case ticket.CitizenReplied:
		s.Waiting, why = e.Status == ticket.Waiting, "the citizen answered"
	case ticket.Recalled:
		s.Waiting, s.AskedAt = e.Status == ticket.Waiting, r.At // back to the question that was open
	case ticket.CitizenReminded:
		if e.Question == s.Question {
			s.ReminderCount = e.N
		}
	case ticket.PersonalDataErased:
		s.Erased, why = true, "the personal data was erased"
	case ticket.ActWithdrawn: // see undoable
	case ticket.Resumed, ticket.Taken, ticket.Escalated, ticket.Redirected, ticket.ResolutionEvent, ticket.Reopened:
		s.Waiting, why = false, "the ticket does not wait for the citizen any more"
	case ticket.AutoClosed:
		return waitingState{}, "the ticket is closed"
	case ticket.InternalNote, ticket.RegionalNote:
	case ticket.TransferredToSuccessor: // the clock goes on by the successor's calendar
	case ticket.Opened, ticket.AssignmentEvent, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent,
		ticket.ContactEvent:
	}
	return s, why
}
