// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// ReaderEvent is an event that changes who may read a ticket and nothing else.
//
//sumtype:decl
type ReaderEvent interface {
	Event
	readerEvent()
}

// FormerViewEnded records that an entity that had the ticket sees no more of it than its trace.
type FormerViewEnded struct {
	Entity catalog.EntityCode `json:"entity"`
}

// AccessRestricted records that of the operators of an entity only the assignee and the supervisors may read the ticket («Accesso
// ristretto»).
type AccessRestricted struct {
	Personal *Text `json:"-"` // the reason
}

// RestrictionLifted records that all operators of the entities that see the ticket may read it again.
type RestrictionLifted struct {
	Personal *Text `json:"-"` // the reason
}

func (FormerViewEnded) event()   {}
func (AccessRestricted) event()  {}
func (RestrictionLifted) event() {}

func (FormerViewEnded) readerEvent()   {}
func (AccessRestricted) readerEvent()  {}
func (RestrictionLifted) readerEvent() {}

// EndFormerView ends the view of an entity that had the ticket, FormerViewTime after Since. It is refused if the view's time does not count from
// then: the entity had the ticket again. Only the system gives it.
type EndFormerView struct {
	Entity catalog.EntityCode `json:"entity"`
	Since  time.Time          `json:"since"`
}

// RestrictAccess restricts the ticket to its assignee and the supervisors. LiftRestriction takes that back.
type (
	RestrictAccess  struct{ Reason string }
	LiftRestriction struct{ Reason string }
)

func (EndFormerView) command()     {}
func (EndFormerView) sagaCommand() {}

func (RestrictAccess) command()        {}
func (RestrictAccess) personCommand()  {}
func (LiftRestriction) command()       {}
func (LiftRestriction) personCommand() {}

// The moves of these commands.
const (
	MoveEndFormerView   Move = "end-former-view"
	MoveRestrictAccess  Move = "restrict-access"
	MoveLiftRestriction Move = "lift-restriction"
)
