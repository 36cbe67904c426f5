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

// ContactEvent records for operators how the citizen can be reached, or could not be.
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
