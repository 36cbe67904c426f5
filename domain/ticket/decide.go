// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// Rules decides. It is a value of pure functions and safe to share.
type Rules struct {
	Catalog   *catalog.Catalog
	Hold      time.Duration     // how long a public note can be withdrawn before its reader may see it; 0: not at all
	Playbooks *playbook.Library // the checks that problems call for; nil: none do
}

// DefaultHold is the Hold of a fresh installation.
const DefaultHold = 10 * time.Second

// Decide answers which events follow from a command: one act, to be appended whole or not at all. Nothing to do is
// nil, nil. It refuses with *NotAllowedError, *ForbiddenError, *NotYoursError or *InvalidError.
func (r Rules) Decide(s State, c Command, by person.Actor, now time.Time) ([]Event, error) {
	if _, opens := c.(Open); !opens && s.Status == "" {
		return nil, &NotYoursError{}
	}
	switch c := c.(type) {
	case Open:
		return r.open(s, c, by, now)
	case Update:
		return r.update(s, c, by, now)
	case Reply:
		return reply(s, c, by, now)
	case Undo:
		return undo(s, by, now)
	case Close:
		return closing(s, c, by)
	case Succeed:
		return succeed(s, c, by)
	case Release:
		return release(s, c, by)
	case Erase:
		return erase(s, by)
	case BeginPlaybook:
		return r.begin(s, by)
	case Learn:
		return r.learn(s, c, by)
	case Remind:
		return r.remind(s, c, by)
	case Warn:
		return clock(s, MoveWarn, c.Handover, s.Handover.Warned, by, HandoverWarned{c.Handover, s.Entity, c.Due})
	case Breach:
		return clock(s, MoveBreach, c.Handover, s.Handover.Breached, by, HandoverBreached{c.Handover, s.Entity, c.Due})
	case NoticePingPong:
		return pingPong(s, c, by)
	case RemindCitizen:
		return remindCitizen(s, c, by)
	case Expire:
		return expire(s, c, by, now)
	case ReportContact:
		return reportContact(s, c, by)
	}
	return nil, nil
}

// reply is the citizen's word: an answer while the ticket is worked (FAQ 2.4), or their word on a resolution.
func reply(s State, c Reply, by person.Actor, now time.Time) ([]Event, error) {
	if err := may(s, MoveAnswer, by); err != nil {
		return nil, err
	}
	m, kind := MoveAnswer, Answer
	if s.Status == Solved {
		m, kind = MoveNotSolved, NotSolved
		switch {
		case c.Courtesy, c.Solved != nil && *c.Solved:
			m, kind = MoveThank, Message
		case c.Solved == nil && now.Before(s.Last.HeldUntil):
			kind = Answer // to what the citizen still sees: the resolution is held
		}
	}
	to, err := next(s, m)
	if err != nil {
		return nil, err
	}
	if c.Courtesy { // a question is not answered by thanks
		kind, to = Message, s.Status
	}
	if err := readable(s, m); err != nil {
		return nil, err
	}
	var wrong fields
	if c.Text != "" || len(c.Attachments) == 0 || m == MoveNotSolved {
		wrong.text("text", c.Text, maxText)
	}
	wrong.attachments("attachments", c.Attachments, c.FileNames)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	said := CitizenReplied{Reply: c.ID, Kind: kind, Status: to, Attachments: c.Attachments, Personal: &Text{c.Text, c.FileNames}}
	if m != MoveNotSolved {
		return []Event{said}, nil
	}
	said.Status = s.Status
	return []Event{said, Reopened{Assignee: s.Assignee, Status: to}}, nil
}

// undo withdraws the latest act whole, while its note is held and nothing has happened since.
func undo(s State, by person.Actor, now time.Time) ([]Event, error) {
	if err := may(s, MoveUndo, by); err != nil {
		if by.Role.Operates() && sees(s, by) {
			return nil, &NotAllowedError{Move: MoveUndo, Status: s.Status, Rule: "something happened since, or the last act was not yours"}
		}
		return nil, err
	}
	if !now.Before(s.Last.HeldUntil) {
		return nil, &NotAllowedError{Move: MoveUndo, Status: s.Status, Rule: "only an act whose public note has not been shown yet can be withdrawn"}
	}
	back := s.Last.Before
	to, err := next(s, MoveUndo, back.Status)
	if err != nil {
		return nil, err
	}
	return []Event{ActWithdrawn{
		Act: s.Last.ID, Notes: s.Last.Notes, Service: back.Service, Problem: back.Problem,
		Entity: back.Entity, Traces: back.Traces, Assignee: back.Assignee, Status: to,
	}}, nil
}

// closing ends the resolution that the timer was set for, and no later one (FAQ 2.5).
func closing(s State, c Close, by person.Actor) ([]Event, error) {
	if err := may(s, MoveClose, by); err != nil {
		return nil, err
	}
	to, err := next(s, MoveClose)
	if err != nil {
		return nil, err
	}
	if c.Resolution != s.Resolution {
		return nil, &NotAllowedError{Move: MoveClose, Status: s.Status, Rule: "the ticket was resolved again since this closing was set"}
	}
	return []Event{AutoClosed{Resolution: c.Resolution, Status: to}}, nil
}

// succeed moves the ticket to the entity that follows a ceased one. Its operators are no longer there to hold it.
func succeed(s State, c Succeed, by person.Actor) ([]Event, error) {
	if err := may(s, MoveSuccession, by); err != nil {
		return nil, err
	}
	if _, err := next(s, MoveSuccession); err != nil {
		return nil, err
	}
	if s.Entity != c.From {
		return nil, nil
	}
	events := []Event{Succeeded(c)}
	if s.Assignee != (Assignee{}) {
		events = append(events, Unassigned{})
	}
	return events, nil
}

// release takes the ticket from an operator who left.
func release(s State, c Release, by person.Actor) ([]Event, error) {
	if err := may(s, MoveRelease, by); err != nil {
		return nil, err
	}
	if s.Assignee.Operator != c.Operator || s.Status == Closed {
		return nil, nil
	}
	return []Event{Unassigned{}}, nil
}

func erase(s State, by person.Actor) ([]Event, error) {
	if err := may(s, MoveErase, by); err != nil {
		return nil, err
	}
	if s.Erased {
		return nil, nil
	}
	return []Event{PersonalDataErased{}}, nil
}

// readable refuses to write personal text to a ticket whose keys were destroyed.
func readable(s State, m Move) error {
	if s.Erased {
		return &NotAllowedError{Move: m, Status: s.Status, Rule: "the ticket's personal data was erased; open a new ticket"}
	}
	return nil
}
