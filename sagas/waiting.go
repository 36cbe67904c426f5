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

// waitingState holds the latest question to the citizen.
type waitingState struct {
	Entity          catalog.EntityCode `json:"entity"`             // the competent entity
	Question        ticket.ID          `json:"note,omitempty"`     // id of the note with the question
	AskedAt         time.Time          `json:"from,omitzero"`      // the citizen can read the question from then on
	Waiting         bool               `json:"waiting,omitempty"`  // the ticket waits for the answer
	ReminderCount   int                `json:"told,omitempty"`     // reminders of the question so far
	Erased          bool               `json:"erased,omitempty"`   // the personal data was erased: no reminders
	PublicNote      ticket.ID          `json:"text,omitempty"`     // id of the latest public note
	NoteVisibleFrom time.Time          `json:"seen,omitzero"`      // the citizen sees that note from then on
	Informing       ticket.Informing   `json:"informing,omitzero"` // the days do not begin before a citizen without e-mail was told the question
}

// Waiting returns the saga that reminds a citizen who was asked and has not answered (FAQ 2.4; the reminders are our own rule) and, if
// the competent entity's setting says so, resolves the ticket in the end. It counts working days of the competent entity. The answer
// and every other event that leaves the status cancel the timers.
func Waiting(c *catalog.Catalog) runtime.Saga[undoState[waitingState]] {
	pending := func(u undoState[waitingState]) []runtime.Schedule {
		s := u.Current
		if !s.Waiting || s.isUninformed() {
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
			all = append(all, runtime.Schedule{Key: "expire/" + string(s.Question), At: at,
				Command: ticket.ExpireQuestion{Question: s.Question, Note: expiryNoteID(s.Question)}, Why: why})
		}
		return all
	}
	return runtime.NewTimerSaga("waiting", 1, func(u undoState[waitingState], r ticket.Recorded) (undoState[waitingState], string) {
		return u.apply(r, waitingState.apply)
	}, pending)
}

// expiryNoteID returns the id of the note that resolves a question without an answer. It depends on the question's id only.
func expiryNoteID(question ticket.ID) ticket.ID {
	return ticket.ID(uuid.NewSHA1(runtime.IDNamespace, []byte("expire\n"+string(question))).String())
}

// isUninformed reports whether a citizen without e-mail was not told the question yet. Its reminders are told, too, and stop nothing.
func (s waitingState) isUninformed() bool {
	t := s.Informing
	return t.Note != "" && (t.Note == s.Question || t.Before == s.Question) && s.ReminderCount == 0
}

// apply folds an event. why is the reason for the timers that the event cancels.
func (s waitingState) apply(r ticket.Recorded) (_ waitingState, why string) {
	uninformed := s.isUninformed()
	if s.Informing = s.Informing.Apply(r.Event); uninformed && s.Informing.Note == "" && r.At.After(s.AskedAt) {
		s.AskedAt = r.At // told, or sent to a new address
	}
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
		s.Waiting, why = e.Status == ticket.StatusWaiting, "the citizen answered"
	case ticket.Recalled:
		s.Waiting, s.AskedAt = e.Status == ticket.StatusWaiting, r.At // the question is open again and its days count anew
	case ticket.CitizenReminded:
		if e.Question == s.Question {
			s.ReminderCount = e.N
		}
	case ticket.PersonalDataErased:
		s.Erased, why = true, "the personal data was erased"
	case ticket.ActWithdrawn: // undoState handles it
	case ticket.Resumed, ticket.Taken, ticket.Escalated, ticket.Redirected, ticket.ResolutionEvent, ticket.Reopened:
		s.Waiting, why = false, "the ticket does not wait for the citizen any more"
	case ticket.AutoClosed:
		return waitingState{}, "the ticket is closed"
	case ticket.InternalNote, ticket.RegionalNote:
	case ticket.TransferredToSuccessor: // the successor's calendar applies
	case ticket.Opened, ticket.AssignmentEvent, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent,
		ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent:
	}
	return s, why
}
