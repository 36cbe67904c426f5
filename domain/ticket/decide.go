// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// Engine decides. It is a value of pure functions and safe to share.
type Engine struct {
	Catalog   *catalog.Catalog
	Hold      time.Duration     // how long a public note can be withdrawn before its reader may see it; 0: not at all
	Playbooks *playbook.Library // the checks that problems call for; nil: none do
}

// DefaultHold is the Hold of a fresh installation.
const DefaultHold = 10 * time.Second

// Decide answers which events follow from a command: one act, to be appended whole or not at all. Nothing to do is
// nil, nil. It refuses with *NotAllowedError, *ForbiddenError, *NotYoursError or *InvalidError.
func (r Engine) Decide(s State, c Command, by person.Actor, now time.Time) ([]Event, error) {
	if _, opens := c.(Open); !opens && s.Status == "" {
		return nil, &NotVisibleError{}
	}
	switch c := c.(type) {
	case Open:
		return r.decideOpen(s, c, by, now)
	case Update:
		return r.decideUpdate(s, c, by, now)
	case Reply:
		return decideReply(s, c, by, now)
	case Undo:
		return decideUndo(s, by, now)
	case Close:
		return decideClose(s, c, by)
	case TransferToSuccessor:
		return decideTransferToSuccessor(s, c, by)
	case Release:
		return decideRelease(s, c, by)
	case Erase:
		return decideErase(s, by)
	case BeginPlaybook:
		return r.decideBeginPlaybook(s, by)
	case RecordQueryResult:
		return r.decideQueryResult(s, c, by)
	case RemindPlaybook:
		return r.decidePlaybookReminder(s, c, by)
	case WarnHandover:
		return decideHandoverAlert(s, MoveWarnHandover, c.Handover, s.Handover.Warned, by, HandoverWarned{c.Handover, s.Entity, c.Due})
	case BreachHandover:
		return decideHandoverAlert(s, MoveBreachHandover, c.Handover, s.Handover.Breached, by, HandoverBreached{c.Handover, s.Entity, c.Due})
	case NoticePingPong:
		return decidePingPong(s, c, by)
	case RemindCitizen:
		return decideCitizenReminder(s, c, by)
	case ExpireQuestion:
		return decideExpireQuestion(s, c, by, now)
	case ReportContact:
		return decideReportContact(s, c, by)
	}
	return nil, nil
}

// decideReply is the citizen's word: an answer while the ticket is worked (FAQ 2.4), or their word on a resolution.
func decideReply(s State, c Reply, by person.Actor, now time.Time) ([]Event, error) {
	if err := checkActor(s, MoveAnswer, by); err != nil {
		return nil, err
	}
	m, kind := MoveAnswer, ReplyAnswer
	if s.Status == Solved {
		m, kind = MoveNotSolved, ReplyNotSolved
		switch {
		case c.Courtesy, c.Solved != nil && *c.Solved:
			m, kind = MoveCitizenMessage, ReplyMessage
		case c.Solved == nil && now.Before(s.Last.HeldUntil):
			kind = ReplyAnswer // to what the citizen still sees: the resolution is held
		}
	}
	to, err := nextStatus(s, m)
	if err != nil {
		return nil, err
	}
	if c.Courtesy { // a question is not answered by thanks
		kind, to = ReplyMessage, s.Status
	}
	if err := checkNotErased(s, m); err != nil {
		return nil, err
	}
	var wrong fieldErrors
	if c.Text != "" || len(c.Attachments) == 0 || m == MoveNotSolved {
		wrong.requireText("text", c.Text, MaxTextLength)
	}
	wrong.checkAttachments("attachments", c.Attachments, c.FileNames)
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

// decideUndo withdraws the latest act whole, while its note is held and nothing has happened since.
func decideUndo(s State, by person.Actor, now time.Time) ([]Event, error) {
	if err := checkActor(s, MoveUndo, by); err != nil {
		if by.Role.Operates() && canSee(s, by) {
			return nil, &NotAllowedError{Move: MoveUndo, Status: s.Status, Rule: "something happened since, or the last act was not yours"}
		}
		return nil, err
	}
	if !now.Before(s.Last.HeldUntil) {
		return nil, &NotAllowedError{Move: MoveUndo, Status: s.Status, Rule: "only an act whose public note has not been shown yet can be withdrawn"}
	}
	back := s.Last.Before
	to, err := nextStatus(s, MoveUndo, back.Status)
	if err != nil {
		return nil, err
	}
	return []Event{ActWithdrawn{
		Act: s.Last.ID, Notes: s.Last.Notes, Service: back.Service, Problem: back.Problem,
		Entity: back.Entity, Traces: back.Traces, Assignee: back.Assignee, Status: to,
	}}, nil
}

// decideClose ends the resolution that the timer was set for, and no later one (FAQ 2.5).
func decideClose(s State, c Close, by person.Actor) ([]Event, error) {
	if err := checkActor(s, MoveClose, by); err != nil {
		return nil, err
	}
	to, err := nextStatus(s, MoveClose)
	if err != nil {
		return nil, err
	}
	if c.Resolution != s.Resolution {
		return nil, &NotAllowedError{Move: MoveClose, Status: s.Status, Rule: "the ticket was resolved again since this closing was set"}
	}
	return []Event{AutoClosed{Resolution: c.Resolution, Status: to}}, nil
}

// decideTransferToSuccessor moves the ticket to the entity that follows a ceased one. Its operators are no longer there to hold it.
func decideTransferToSuccessor(s State, c TransferToSuccessor, by person.Actor) ([]Event, error) {
	if err := checkActor(s, MoveTransferToSuccessor, by); err != nil {
		return nil, err
	}
	if _, err := nextStatus(s, MoveTransferToSuccessor); err != nil {
		return nil, err
	}
	if s.Entity != c.From {
		return nil, nil
	}
	events := []Event{TransferredToSuccessor(c)}
	if s.Assignee != (Assignee{}) {
		events = append(events, Unassigned{})
	}
	return events, nil
}

// decideRelease takes the ticket from an operator who left.
func decideRelease(s State, c Release, by person.Actor) ([]Event, error) {
	if err := checkActor(s, MoveRelease, by); err != nil {
		return nil, err
	}
	if s.Assignee.Operator != c.Operator || s.Status == Closed {
		return nil, nil
	}
	return []Event{Unassigned{}}, nil
}

func decideErase(s State, by person.Actor) ([]Event, error) {
	if err := checkActor(s, MoveErase, by); err != nil {
		return nil, err
	}
	if s.Erased {
		return nil, nil
	}
	return []Event{PersonalDataErased{}}, nil
}

// checkNotErased refuses to write personal text to a ticket whose keys were destroyed.
func checkNotErased(s State, m Move) error {
	if s.Erased {
		return &NotAllowedError{Move: m, Status: s.Status, Rule: "the ticket's personal data was erased; open a new ticket"}
	}
	return nil
}
