// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// A family is a closed set of events that belong together. A switch over Event that treats all members of a family alike names the family
// in one case. A switch that treats members differently names each of them, so that the linter (gochecksumtype) reports a new member there
// and nowhere else. TestSwitchesNameWholeFamilies checks this rule. An event belongs to one family or to none.

// AssignmentEvent is an event that changes the assignee and nothing else (FAQ 2.3).
//
//sumtype:decl
type AssignmentEvent interface {
	Event
	assignmentEvent()
}

// NoteEvent is a note of an operator, or of the system to the citizen.
//
//sumtype:decl
type NoteEvent interface {
	Event
	noteEvent()
	// NoteID returns the id of the note.
	NoteID() ID
	// HeldUntil returns the time from which readers outside the author's entity may see the note. It is zero for a note that they never
	// see.
	HeldUntil() time.Time
}

// ProgressEvent is a step of the work on a ticket that leaves it at the competent entity: an operator takes it, asks the citizen or resumes
// it, or the citizen replies (FAQ 2.4).
//
//sumtype:decl
type ProgressEvent interface {
	Event
	progressEvent()
}

// CompetenceEvent is an event that moves a ticket from one entity to another (FAQ 2.6).
//
//sumtype:decl
type CompetenceEvent interface {
	EntityEvent
	competenceEvent()
}

// ResolutionEvent is an event that resolves a ticket, which then waits to be closed (FAQ 2.5).
//
//sumtype:decl
type ResolutionEvent interface {
	Event
	resolutionEvent()
	// ResolutionNumber returns the number of the resolution in the ticket, from 1.
	ResolutionNumber() int
	// EffectiveFrom returns the time at which the waiting time for closing begins.
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
	// RunNumber returns the number of the run in the ticket, from 1.
	RunNumber() int
}

// HandoverAlertEvent is an observation of the system about a hand-over: nobody takes the ticket, or there are too many hand-overs.
//
//sumtype:decl
type HandoverAlertEvent interface {
	Event
	handoverAlertEvent()
	// HandoverNumber returns the number of the hand-over in the ticket, from 1.
	HandoverNumber() int
}

// ContactEvent is an event about contact with the citizen outside the ticket, for example an address that accepts no mail.
//
//sumtype:decl
type ContactEvent interface {
	Event
	contactEvent()
}

// The interfaces below are not families. They give access to a field that several events have, by a type assertion. A type switch must not
// name them.

// EntityEvent is an event that names the entity that is competent after it.
type EntityEvent interface {
	Event
	// CompetentEntity returns that entity.
	CompetentEntity() catalog.EntityCode
}

// AssigneeEvent is an event that names the assignee of the ticket after it.
type AssigneeEvent interface {
	Event
	// NewAssignee returns that assignee; the zero Assignee for nobody.
	NewAssignee() Assignee
}
