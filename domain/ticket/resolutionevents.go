// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Resolved records that the request was answered (FAQ 2.5). Resolution is the number of the resolution in the ticket, from 1.
type Resolved struct {
	Resolution int       `json:"resolution"`
	Note       ID        `json:"note,omitempty"` // empty if the ticket was reopened or erased before and is resolved without a note
	EffectFrom time.Time `json:"effect_from"`    // the note becomes visible and the waiting time for closing begins
	Status     Status    `json:"status"`
}

// Discarded records that the ticket is no request. The citizen gets no note.
type Discarded struct {
	Resolution int           `json:"resolution"`
	Why        DiscardReason `json:"why"`
	EffectFrom time.Time     `json:"effect_from"`
	Status     Status        `json:"status"`
}

// MarkedDuplicate records that the ticket repeats another ticket, Original, of the same citizen.
type MarkedDuplicate struct {
	Resolution int       `json:"resolution"`
	Original   ID        `json:"main"`
	Note       ID        `json:"note"`
	EffectFrom time.Time `json:"effect_from"`
	Status     Status    `json:"status"`
}

// Reopened records that work on a resolved ticket begins again (FAQ 2.5).
type Reopened struct {
	Assignee Assignee `json:"assignee"`
	Status   Status   `json:"status"`
	Personal *Text    `json:"-"` // the operator's reason; nil if the CitizenReplied before it reopened the ticket
}

// ActWithdrawn records the undo of one whole act while its note was held. Notes lists the notes of the act, which stay unseen outside the
// author's entity. The other fields are those of the ticket after the undo.
type ActWithdrawn struct {
	Act      ID                   `json:"act"`
	Notes    []ID                 `json:"notes,omitempty"`
	Service  catalog.ServiceID    `json:"service"`
	Problem  catalog.ProblemID    `json:"problem"`
	Entity   catalog.EntityCode   `json:"entity"`
	Traces   []catalog.EntityCode `json:"traces,omitempty"`
	Assignee Assignee             `json:"assignee"`
	Status   Status               `json:"status"`
}

// AutoClosed records that the system closed the ticket, because the waiting time of the resolution has passed (FAQ 2.5). It is final.
type AutoClosed struct {
	Resolution int    `json:"resolution"`
	Status     Status `json:"status"`
}

func (Resolved) event()        {}
func (Discarded) event()       {}
func (MarkedDuplicate) event() {}
func (Reopened) event()        {}
func (ActWithdrawn) event()    {}
func (AutoClosed) event()      {}

func (Resolved) resolutionEvent()        {}
func (Discarded) resolutionEvent()       {}
func (MarkedDuplicate) resolutionEvent() {}

func (e Resolved) ResolutionNumber() int        { return e.Resolution }
func (e Discarded) ResolutionNumber() int       { return e.Resolution }
func (e MarkedDuplicate) ResolutionNumber() int { return e.Resolution }

func (e Resolved) EffectiveFrom() time.Time        { return e.EffectFrom }
func (e Discarded) EffectiveFrom() time.Time       { return e.EffectFrom }
func (e MarkedDuplicate) EffectiveFrom() time.Time { return e.EffectFrom }

func (e Resolved) NewStatus() Status        { return e.Status }
func (e Discarded) NewStatus() Status       { return e.Status }
func (e MarkedDuplicate) NewStatus() Status { return e.Status }

func (e ActWithdrawn) CompetentEntity() catalog.EntityCode { return e.Entity }

func (e Reopened) NewAssignee() Assignee     { return e.Assignee }
func (e ActWithdrawn) NewAssignee() Assignee { return e.Assignee }
