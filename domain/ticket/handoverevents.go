// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Escalated records a hand-over to the Region (FAQ 2.6). The ticket loses its assignee.
type Escalated struct {
	Handover int                `json:"handover"` // number of the hand-over in the ticket, from 1; redirects count too
	From     catalog.EntityCode `json:"from"`
	Note     ID                 `json:"note"`
	Ground   Ground             `json:"ground,omitempty"` // empty if no checks were prescribed and no ground was named
	Status   Status             `json:"status"`
}

// Recalled records that an ASR took back a ticket before the Region took it (FAQ 2.6).
type Recalled struct {
	Handover int                `json:"handover"`
	Entity   catalog.EntityCode `json:"entity"`
	Assignee Assignee           `json:"assignee"`
	Status   Status             `json:"status"`
	Personal *Text              `json:"-"` // the reason
}

// Redirected records that the Region sent the ticket to an ASR (FAQ 2.6).
type Redirected struct {
	Handover int                `json:"handover"`
	To       catalog.EntityCode `json:"to"`
	Assignee Assignee           `json:"assignee"` // the former assignee if this ASR handed the ticket over; else nobody
	Note     ID                 `json:"note"`
	Status   Status             `json:"status"`
}

// TransferredToSuccessor records that the ticket moved from an entity that ceased to its successor.
type TransferredToSuccessor struct {
	From catalog.EntityCode `json:"from"`
	To   catalog.EntityCode `json:"to"`
}

// HandoverWarned records that the deadline is near within which the receiver of a hand-over must take the ticket.
type HandoverWarned struct {
	Handover int                `json:"handover"`
	Entity   catalog.EntityCode `json:"entity"` // the receiver
	Due      time.Time          `json:"due"`
}

// HandoverBreached records that the deadline of a hand-over has passed.
type HandoverBreached struct {
	Handover int                `json:"handover"`
	Entity   catalog.EntityCode `json:"entity"`
	Due      time.Time          `json:"due"`
}

// PingPongNoticed records that a hand-over is the ticket's third or a later one.
type PingPongNoticed struct {
	Handover int                `json:"handover"`
	ASR      catalog.EntityCode `json:"asr"` // of the hand-over; the other party is the Region
}

func (Escalated) event()              {}
func (Recalled) event()               {}
func (Redirected) event()             {}
func (TransferredToSuccessor) event() {}
func (HandoverWarned) event()         {}
func (HandoverBreached) event()       {}
func (PingPongNoticed) event()        {}

func (Escalated) competenceEvent()              {}
func (Recalled) competenceEvent()               {}
func (Redirected) competenceEvent()             {}
func (TransferredToSuccessor) competenceEvent() {}

func (HandoverWarned) handoverAlertEvent()   {}
func (HandoverBreached) handoverAlertEvent() {}
func (PingPongNoticed) handoverAlertEvent()  {}

func (e HandoverWarned) HandoverNumber() int   { return e.Handover }
func (e HandoverBreached) HandoverNumber() int { return e.Handover }
func (e PingPongNoticed) HandoverNumber() int  { return e.Handover }

func (Escalated) CompetentEntity() catalog.EntityCode                { return catalog.Region }
func (e Recalled) CompetentEntity() catalog.EntityCode               { return e.Entity }
func (e Redirected) CompetentEntity() catalog.EntityCode             { return e.To }
func (e TransferredToSuccessor) CompetentEntity() catalog.EntityCode { return e.To }

func (Escalated) NewAssignee() Assignee    { return Assignee{} }
func (e Recalled) NewAssignee() Assignee   { return e.Assignee }
func (e Redirected) NewAssignee() Assignee { return e.Assignee }
