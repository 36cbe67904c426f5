// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// A family is a closed set of events that belong together. A switch over Event that does not care about a family passes over
// all of it with one case. A switch that cares names each member, so that the linter (gochecksumtype) reports a new member
// there and nowhere else. TestSwitchesNameWholeFamilies holds this rule. An event belongs to one family or to none.

// AssignmentEvent is an event that only changes who has the ticket (FAQ 2.3).
//
//sumtype:decl
type AssignmentEvent interface {
	Event
	assignmentEvent()
}

// NoteEvent is a note that an operator wrote.
//
//sumtype:decl
type NoteEvent interface {
	Event
	noteEvent()
	// NoteID returns the id of the note.
	NoteID() ID
	// HeldUntil returns the moment from which readers outside the author's entity may see the note. It is zero for a note that
	// they never see.
	HeldUntil() time.Time
}

// ProgressEvent is a step of the work on a ticket at the competent entity (FAQ 2.4).
//
//sumtype:decl
type ProgressEvent interface {
	Event
	progressEvent()
}

// CompetenceEvent moves a ticket from one entity to another (FAQ 2.6).
//
//sumtype:decl
type CompetenceEvent interface {
	EntityEvent
	competenceEvent()
}

// ResolutionEvent resolves a ticket: from here on it waits to be closed (FAQ 2.5).
//
//sumtype:decl
type ResolutionEvent interface {
	Event
	resolutionEvent()
	// ResolutionNumber returns 1, 2, 3 … of the ticket.
	ResolutionNumber() int
	// EffectiveFrom returns the moment at which the waiting time begins.
	EffectiveFrom() time.Time
	// NewStatus returns the status of the ticket after the event.
	NewStatus() Status
}

// PlaybookEvent is a step of a run of a playbook (FAQ 2.7–2.12).
//
//sumtype:decl
type PlaybookEvent interface {
	Event
	playbookEvent()
	// RunNumber returns 1, 2, 3 … of the ticket.
	RunNumber() int
}

// HandoverAlertEvent is an observation of the system about a hand-over: it is late, or one too many.
//
//sumtype:decl
type HandoverAlertEvent interface {
	Event
	handoverAlertEvent()
	// HandoverNumber returns 1, 2, 3 … of the ticket.
	HandoverNumber() int
}

// ContactEvent is about reaching the citizen outside the ticket's notes.
//
//sumtype:decl
type ContactEvent interface {
	Event
	contactEvent()
}

// The interfaces below are no families. They are for handling what several events have in common, with a type assertion;
// a type switch must not name them.

// EntityEvent is an event that names the entity that is competent after it.
type EntityEvent interface {
	Event
	CompetentEntity() catalog.EntityCode
}

// AssigneeEvent is an event that names the assignee that the ticket has after it; the zero Assignee for nobody.
type AssigneeEvent interface {
	Event
	NewAssignee() Assignee
}

func (Assigned) assignmentEvent()   {}
func (Unassigned) assignmentEvent() {}

func (CitizenNote) noteEvent()  {}
func (InternalNote) noteEvent() {}
func (RegionalNote) noteEvent() {}

func (Taken) progressEvent()          {}
func (CitizenAsked) progressEvent()   {}
func (Resumed) progressEvent()        {}
func (CitizenReplied) progressEvent() {}

func (Escalated) competenceEvent()              {}
func (Recalled) competenceEvent()               {}
func (Redirected) competenceEvent()             {}
func (TransferredToSuccessor) competenceEvent() {}

func (Resolved) resolutionEvent()        {}
func (Discarded) resolutionEvent()       {}
func (MarkedDuplicate) resolutionEvent() {}

func (PlaybookStarted) playbookEvent()   {}
func (CheckAnswered) playbookEvent()     {}
func (CheckTried) playbookEvent()        {}
func (AnswersForgotten) playbookEvent()  {}
func (OutcomeCarriedOut) playbookEvent() {}
func (PlaybookReminded) playbookEvent()  {}

func (HandoverWarned) handoverAlertEvent()   {}
func (HandoverBreached) handoverAlertEvent() {}
func (PingPongNoticed) handoverAlertEvent()  {}

func (CitizenReminded) contactEvent() {}
func (ContactFailed) contactEvent()   {}

func (e CitizenNote) NoteID() ID  { return e.Note }
func (e InternalNote) NoteID() ID { return e.Note }
func (e RegionalNote) NoteID() ID { return e.Note }

func (e CitizenNote) HeldUntil() time.Time  { return e.VisibleFrom }
func (InternalNote) HeldUntil() time.Time   { return time.Time{} }
func (e RegionalNote) HeldUntil() time.Time { return e.VisibleFrom }

func (e Resolved) ResolutionNumber() int        { return e.Resolution }
func (e Discarded) ResolutionNumber() int       { return e.Resolution }
func (e MarkedDuplicate) ResolutionNumber() int { return e.Resolution }

func (e Resolved) EffectiveFrom() time.Time        { return e.EffectFrom }
func (e Discarded) EffectiveFrom() time.Time       { return e.EffectFrom }
func (e MarkedDuplicate) EffectiveFrom() time.Time { return e.EffectFrom }

func (e Resolved) NewStatus() Status        { return e.Status }
func (e Discarded) NewStatus() Status       { return e.Status }
func (e MarkedDuplicate) NewStatus() Status { return e.Status }

func (e PlaybookStarted) RunNumber() int   { return e.Run }
func (e CheckAnswered) RunNumber() int     { return e.Run }
func (e CheckTried) RunNumber() int        { return e.Run }
func (e AnswersForgotten) RunNumber() int  { return e.Run }
func (e OutcomeCarriedOut) RunNumber() int { return e.Run }
func (e PlaybookReminded) RunNumber() int  { return e.Run }

func (e HandoverWarned) HandoverNumber() int   { return e.Handover }
func (e HandoverBreached) HandoverNumber() int { return e.Handover }
func (e PingPongNoticed) HandoverNumber() int  { return e.Handover }

func (e Opened) CompetentEntity() catalog.EntityCode                 { return e.Entity }
func (Escalated) CompetentEntity() catalog.EntityCode                { return catalog.Region }
func (e Recalled) CompetentEntity() catalog.EntityCode               { return e.Entity }
func (e Redirected) CompetentEntity() catalog.EntityCode             { return e.To }
func (e TransferredToSuccessor) CompetentEntity() catalog.EntityCode { return e.To }
func (e ActWithdrawn) CompetentEntity() catalog.EntityCode           { return e.Entity }

func (e Assigned) NewAssignee() Assignee     { return e.Assignee }
func (Unassigned) NewAssignee() Assignee     { return Assignee{} }
func (e Taken) NewAssignee() Assignee        { return e.Assignee }
func (Escalated) NewAssignee() Assignee      { return Assignee{} }
func (e Recalled) NewAssignee() Assignee     { return e.Assignee }
func (e Redirected) NewAssignee() Assignee   { return e.Assignee }
func (e Reopened) NewAssignee() Assignee     { return e.Assignee }
func (e ActWithdrawn) NewAssignee() Assignee { return e.Assignee }
