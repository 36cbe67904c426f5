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
)

// openQuestion is what the waiting saga remembers: the latest question to the citizen.
type openQuestion struct {
	Entity  catalog.EntityCode `json:"entity"`            // competent
	Note    ticket.ID          `json:"note,omitempty"`    // with the question
	From    time.Time          `json:"from,omitzero"`     // since when the citizen may read it, and the ticket waits for the answer
	Waiting bool               `json:"waiting,omitempty"` // for the answer
	Told    int                `json:"told,omitempty"`    // how many reminders of it there were
	Erased  bool               `json:"erased,omitempty"`  // there is nobody to remind
	Text    ticket.ID          `json:"text,omitempty"`    // the latest public note,
	Seen    time.Time          `json:"seen,omitzero"`     // and from when it can be seen
}

// Waiting reminds a citizen who was asked and has not answered (FAQ 2.4; the reminders are ours), in the competent
// entity's working days, and where its setting says so resolves the ticket in the end. The answer, or anything else that
// leaves the status, cancels both.
func Waiting(c *catalog.Catalog) Saga[undoable[openQuestion]] {
	pending := func(u undoable[openQuestion]) []Schedule {
		s := u.Now
		if !s.Waiting {
			return nil
		}
		rule, cal := c.Waiting(s.Entity), c.Calendar(s.Entity)
		after := func(days int) (time.Time, string) {
			return cal.AfterDays(s.From, days, rule.Hour), fmt.Sprintf("%d working days after the question of %s, calendar of %s",
				days, s.From.In(calendar.Rome()).Format("2006-01-02 15:04"), cal.Name())
		}
		var all []Schedule
		for i, days := range rule.RemindAfterDays {
			if i < s.Told || s.Erased {
				continue
			}
			at, why := after(days)
			all = append(all, Schedule{Key: fmt.Sprintf("remind/%s/%d", s.Note, i+1), At: at,
				Command: ticket.RemindCitizen{Asked: s.Note, N: i + 1}, Why: why})
		}
		if rule.ResolveAfterDays > 0 {
			at, why := after(rule.ResolveAfterDays)
			all = append(all, Schedule{Key: "expire/" + string(s.Note), At: at, Command: ticket.Expire{Asked: s.Note, Note: expiry(s.Note)}, Why: why})
		}
		return all
	}
	return timed("waiting", 1, func(u undoable[openQuestion], r ticket.Recorded) (undoable[openQuestion], string) {
		return u.after(r, openQuestion.after)
	}, pending)
}

// expiry is the id of the note that resolves a question without an answer: the same whoever derives it.
func expiry(asked ticket.ID) ticket.ID {
	return ticket.ID(uuid.NewSHA1(space, []byte("expire\n"+string(asked))).String())
}

// after folds an event; why is for timers that go with it.
func (s openQuestion) after(r ticket.Recorded) (_ openQuestion, why string) {
	s.Entity = competent(s.Entity, r.Event)
	switch e := r.Event.(type) {
	case ticket.CitizenNote:
		s.Text, s.Seen = e.Note, e.VisibleFrom
	case ticket.CitizenAsked:
		s.Note, s.From, s.Waiting, s.Told = e.Note, r.At, true, 0
		if s.Text == e.Note && s.Seen.After(r.At) {
			s.From = s.Seen
		}
		return s, "the citizen was asked something else"
	case ticket.CitizenReplied:
		s.Waiting, why = e.Status == ticket.Waiting, "the citizen answered"
	case ticket.Recalled:
		s.Waiting, s.From = e.Status == ticket.Waiting, r.At // back to the question that was open
	case ticket.CitizenReminded:
		if e.Asked == s.Note {
			s.Told = e.N
		}
	case ticket.PersonalDataErased:
		s.Erased, why = true, "the personal data was erased"
	case ticket.ActWithdrawn: // see undoable
	case ticket.Resumed, ticket.Taken, ticket.Escalated, ticket.Redirected, ticket.Resolved, ticket.Discarded,
		ticket.MarkedDuplicate, ticket.Reopened:
		s.Waiting, why = false, "the ticket does not wait for the citizen any more"
	case ticket.AutoClosed:
		return openQuestion{}, "the ticket is closed"
	case ticket.Opened, ticket.Assigned, ticket.Unassigned, ticket.InternalNote, ticket.RegionalNote, ticket.Succeeded,
		ticket.Reclassified, ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried, ticket.AnswersForgotten,
		ticket.OutcomeCarriedOut, ticket.PlaybookReminded, ticket.HandoverWarned, ticket.HandoverBreached,
		ticket.PingPongNoticed, ticket.ContactFailed:
	}
	return s, why
}
