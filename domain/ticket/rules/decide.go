// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package rules decides whether a ticket accepts a command and which events the command records. It is pure: it does no I/O, and time is an
// argument.
package rules

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Engine decides commands with the data of an installation. It may be used concurrently.
type Engine struct {
	Catalog   *catalog.Catalog
	Hold      time.Duration     // time during which a public note is held and can be undone; 0 means no hold
	Playbooks *playbook.Library // the checks that are prescribed for problems; nil if none are
}

// DefaultHold is the Hold of a fresh installation.
const DefaultHold = 10 * time.Second

// Decide returns the events that a command of an actor records at a time. They are one act and are appended together. A command that
// changes nothing returns nil, nil. Decide refuses a command with *NotAllowedError, *ForbiddenError, *NotVisibleError or *InvalidError.
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
		return decideHandoverAlert(s, ticket.MoveWarnHandover, s.Handover.Warned, by,
			ticket.HandoverWarned{Handover: c.Handover, Entity: s.Entity, Due: c.Due})
	case ticket.BreachHandover:
		return decideHandoverAlert(s, ticket.MoveBreachHandover, s.Handover.Breached, by,
			ticket.HandoverBreached{Handover: c.Handover, Entity: s.Entity, Due: c.Due})
	case ticket.NoticePingPong:
		return decidePingPong(s, c, by)
	case ticket.RemindCitizen:
		return decideCitizenReminder(s, c, by)
	case ticket.ExpireQuestion:
		return decideExpireQuestion(s, c, by, now)
	case ticket.ReportContact:
		return decideReportContact(s, c, by)
	case ticket.KeepMail:
		return decideKeepMail(s, c, by)
	case ticket.RevokeLinks:
		return decideRevokeLinks(s, c, by)
	case ticket.CorrectContacts:
		return decideCorrectContacts(s, c, by)
	case ticket.InformCitizen:
		return decideInformCitizen(s, c, by)
	case ticket.ForwardReply:
		return decideForwardReply(s, c, by)
	case ticket.EndFormerView:
		return decideEndFormerView(s, c, by)
	case ticket.RestrictAccess:
		return decideRestrictAccess(s, c, by)
	case ticket.LiftRestriction:
		return decideLiftRestriction(s, c, by)
	case ticket.CheckRepresentation:
		return decideCheckRepresentation(s, c, by, now)
	}
	return nil, nil
}

// decideReply decides a reply of the citizen: an answer before the ticket is resolved (FAQ 2.4), or a reply to a resolution (FAQ 2.5). A mail
// that does not count as the citizen's answers a question, so that its operator reads it, and changes nothing of a resolved ticket.
func decideReply(s ticket.State, c ticket.Reply, by person.Actor, now time.Time) ([]ticket.Event, error) {
	if err := checkActor(s, ticket.MoveAnswer, by); err != nil {
		return nil, err
	}
	mail := ticket.MailFor(s, c.Mail)
	m, kind := ticket.MoveAnswer, ticket.ReplyAnswer
	if s.Status == ticket.StatusResolved {
		m, kind = ticket.MoveNotSolved, ticket.ReplyNotSolved
		switch {
		case mail.IsUnverified(), c.Courtesy, c.Solved != nil && *c.Solved:
			m, kind = ticket.MoveCitizenMessage, ticket.ReplyMessage
		case c.Solved == nil && now.Before(s.Last.HeldUntil):
			kind = ticket.ReplyAnswer // the citizen cannot see the resolution yet: it is held
		}
	}
	to, err := nextStatus(s, m)
	if err != nil {
		return nil, err
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
	reply := ticket.CitizenReplied{
		Reply: c.ID, Kind: kind, Status: to, Attachments: c.Attachments, Original: c.Original, Duplicate: c.Duplicate,
		Unverified: mail.IsUnverified(), Personal: &ticket.Text{Text: c.Text, FileNames: c.FileNames, MailContent: mail},
	}
	if m != ticket.MoveNotSolved {
		return []ticket.Event{reply}, nil
	}
	reply.Status = s.Status
	return []ticket.Event{reply, ticket.Reopened{Assignee: s.Assignee, Status: to}}, nil
}

// decideUndo withdraws the whole latest act while its note is held. A later act, also of the citizen, prevents that; background events do
// not.
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

// NotAfter returns the latest time at which the events of a decision made at now may be recorded, in the log's microseconds: later, Decide
// could decide otherwise. An undo is possible, and a reply cannot be about a resolution, until the end of the hold. It is zero if the time
// does not matter.
func NotAfter(s ticket.State, c ticket.Command, now time.Time) time.Time {
	_, undoes := c.(ticket.Undo)
	_, replies := c.(ticket.Reply)
	if (undoes || replies) && now.Before(s.Last.HeldUntil) {
		return s.Last.HeldUntil.Add(-time.Microsecond)
	}
	return time.Time{}
}

// decideClose closes the ticket if its latest resolution is the one for which the timer was set (FAQ 2.5).
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

// decideTransferToSuccessor moves the ticket from a ceased entity to its successor. It removes the assignee, who worked at the ceased
// entity.
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

// decideRelease removes the assignee if it is the operator whose placement ended.
func decideRelease(s ticket.State, c ticket.Release, by person.Actor) ([]ticket.Event, error) {
	if err := checkActor(s, ticket.MoveRelease, by); err != nil {
		return nil, err
	}
	if s.Assignee.Operator != c.Operator || s.Status == ticket.StatusClosed {
		return nil, nil
	}
	return []ticket.Event{ticket.Unassigned{}}, nil
}

// decideErase erases the personal data of the ticket, once.
func decideErase(s ticket.State, by person.Actor) ([]ticket.Event, error) {
	if err := checkActor(s, ticket.MoveErase, by); err != nil {
		return nil, err
	}
	if s.Erased {
		return nil, nil
	}
	return []ticket.Event{ticket.PersonalDataErased{}}, nil
}

// checkNotErased returns an error if the keys of the ticket were destroyed: no personal text can be written to it.
func checkNotErased(s ticket.State, m ticket.Move) error {
	if s.Erased {
		return &ticket.NotAllowedError{Move: m, Status: s.Status, Reason: refusal.DataErased.With()}
	}
	return nil
}
