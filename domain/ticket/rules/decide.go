// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package rules decides which commands a ticket accepts and which events they record. It is pure: time is an argument.
package rules

import (
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
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
func (r Engine) Decide(s ticket.State, c ticket.Command, by person.Actor, now time.Time) ([]ticket.Event, error) {
	if _, opens := c.(ticket.Open); !opens && s.Status == "" {
		return nil, &ticket.NotVisibleError{}
	}
	switch c := c.(type) {
	case ticket.Open:
		return r.decideOpen(s, c, by, now)
	case ticket.Update:
		return r.decideUpdate(s, c, by, now)
	case ticket.Reply:
		return decideReply(s, c, by, now)
	case ticket.Undo:
		return decideUndo(s, by, now)
	case ticket.Close:
		return decideClose(s, c, by)
	case ticket.TransferToSuccessor:
		return decideTransferToSuccessor(s, c, by)
	case ticket.Release:
		return decideRelease(s, c, by)
	case ticket.Erase:
		return decideErase(s, by)
	case ticket.BeginPlaybook:
		return r.decideBeginPlaybook(s, by)
	case ticket.RecordQueryResult:
		return r.decideQueryResult(s, c, by)
	case ticket.RemindPlaybook:
		return r.decidePlaybookReminder(s, c, by)
	case ticket.WarnHandover:
		return decideHandoverAlert(s, ticket.MoveWarnHandover, c.Handover, s.Handover.Warned, by, ticket.HandoverWarned{Handover: c.Handover, Entity: s.Entity, Due: c.Due})
	case ticket.BreachHandover:
		return decideHandoverAlert(s, ticket.MoveBreachHandover, c.Handover, s.Handover.Breached, by, ticket.HandoverBreached{Handover: c.Handover, Entity: s.Entity, Due: c.Due})
	case ticket.NoticePingPong:
		return decidePingPong(s, c, by)
	case ticket.RemindCitizen:
		return decideCitizenReminder(s, c, by)
	case ticket.ExpireQuestion:
		return decideExpireQuestion(s, c, by, now)
	case ticket.ReportContact:
		return decideReportContact(s, c, by)
	}
	return nil, nil
}

// decideReply is the citizen's word: an answer while the ticket is worked (FAQ 2.4), or their word on a resolution.
func decideReply(s ticket.State, c ticket.Reply, by person.Actor, now time.Time) ([]ticket.Event, error) {
	if err := checkActor(s, ticket.MoveAnswer, by); err != nil {
		return nil, err
	}
	m, kind := ticket.MoveAnswer, ticket.ReplyAnswer
	if s.Status == ticket.Solved {
		m, kind = ticket.MoveNotSolved, ticket.ReplyNotSolved
		switch {
		case c.Courtesy, c.Solved != nil && *c.Solved:
			m, kind = ticket.MoveCitizenMessage, ticket.ReplyMessage
		case c.Solved == nil && now.Before(s.Last.HeldUntil):
			kind = ticket.ReplyAnswer // to what the citizen still sees: the resolution is held
		}
	}
	to, err := nextStatus(s, m)
	if err != nil {
		return nil, err
	}
	if c.Courtesy { // a question is not answered by thanks
		kind, to = ticket.ReplyMessage, s.Status
	}
	if err := checkNotErased(s, m); err != nil {
		return nil, err
	}
	var wrong fieldErrors
	if c.Text != "" || len(c.Attachments) == 0 || m == ticket.MoveNotSolved {
		wrong.requireText("text", c.Text, ticket.MaxTextLength)
	}
	wrong.checkAttachments("attachments", c.Attachments, c.FileNames)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	reply := ticket.CitizenReplied{Reply: c.ID, Kind: kind, Status: to, Attachments: c.Attachments, Personal: &ticket.Text{Text: c.Text, FileNames: c.FileNames}}
	if m != ticket.MoveNotSolved {
		return []ticket.Event{reply}, nil
	}
	reply.Status = s.Status
	return []ticket.Event{reply, ticket.Reopened{Assignee: s.Assignee, Status: to}}, nil
}

// decideUndo withdraws the latest act whole, while its note is held and nothing has happened since.
func decideUndo(s ticket.State, by person.Actor, now time.Time) ([]ticket.Event, error) {
	if err := checkActor(s, ticket.MoveUndo, by); err != nil {
		if by.Role.Operates() && canSee(s, by) {
			return nil, &ticket.NotAllowedError{Move: ticket.MoveUndo, Status: s.Status, Reason: refusal.UndoNotLast.With()}
		}
		return nil, err
	}
	if !now.Before(s.Last.HeldUntil) {
		return nil, &ticket.NotAllowedError{Move: ticket.MoveUndo, Status: s.Status, Reason: refusal.UndoTooLate.With()}
	}
	back := s.Last.Before
	to, err := nextStatus(s, ticket.MoveUndo, back.Status)
	if err != nil {
		return nil, err
	}
	return []ticket.Event{ticket.ActWithdrawn{
		Act: s.Last.ID, Notes: s.Last.Notes, Service: back.Service, Problem: back.Problem,
		Entity: back.Entity, Traces: back.Traces, Assignee: back.Assignee, Status: to,
	}}, nil
}

// decideClose ends the resolution that the timer was set for, and no later one (FAQ 2.5).
func decideClose(s ticket.State, c ticket.Close, by person.Actor) ([]ticket.Event, error) {
	if err := checkActor(s, ticket.MoveClose, by); err != nil {
		return nil, err
	}
	to, err := nextStatus(s, ticket.MoveClose)
	if err != nil {
		return nil, err
	}
	if c.Resolution != s.Resolution {
		return nil, &ticket.NotAllowedError{Move: ticket.MoveClose, Status: s.Status, Reason: refusal.StaleClose.With()}
	}
	return []ticket.Event{ticket.AutoClosed{Resolution: c.Resolution, Status: to}}, nil
}

// decideTransferToSuccessor moves the ticket to the entity that follows a ceased one. Its operators are no longer there to hold it.
func decideTransferToSuccessor(s ticket.State, c ticket.TransferToSuccessor, by person.Actor) ([]ticket.Event, error) {
	if err := checkActor(s, ticket.MoveTransferToSuccessor, by); err != nil {
		return nil, err
	}
	if _, err := nextStatus(s, ticket.MoveTransferToSuccessor); err != nil {
		return nil, err
	}
	if s.Entity != c.From {
		return nil, nil
	}
	events := []ticket.Event{ticket.TransferredToSuccessor(c)}
	if s.Assignee != (ticket.Assignee{}) {
		events = append(events, ticket.Unassigned{})
	}
	return events, nil
}

// decideRelease takes the ticket from an operator who left.
func decideRelease(s ticket.State, c ticket.Release, by person.Actor) ([]ticket.Event, error) {
	if err := checkActor(s, ticket.MoveRelease, by); err != nil {
		return nil, err
	}
	if s.Assignee.Operator != c.Operator || s.Status == ticket.Closed {
		return nil, nil
	}
	return []ticket.Event{ticket.Unassigned{}}, nil
}

func decideErase(s ticket.State, by person.Actor) ([]ticket.Event, error) {
	if err := checkActor(s, ticket.MoveErase, by); err != nil {
		return nil, err
	}
	if s.Erased {
		return nil, nil
	}
	return []ticket.Event{ticket.PersonalDataErased{}}, nil
}

// checkNotErased refuses to write personal text to a ticket whose keys were destroyed.
func checkNotErased(s ticket.State, m ticket.Move) error {
	if s.Erased {
		return &ticket.NotAllowedError{Move: m, Status: s.Status, Reason: refusal.DataErased.With()}
	}
	return nil
}
