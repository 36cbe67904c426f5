// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// The topics of the outbox. Payloads are the JSON of the types below; they are contracts: a field is added, never
// changed. They hold references, never personal data.
const (
	TopicNotify = "notify"        // Notification
	TopicAsk    = "ask-connector" // Question
)

// Notification is something that somebody is to be told once. Who exactly, and in which words, its door finds out in
// the ticket's history when it hands it over.
type Notification struct {
	Kind     Kind               `json:"kind"`
	To       Audience           `json:"to"`
	Entity   catalog.EntityCode `json:"entity,omitempty"`   // whose operators or supervisors; empty for the citizen
	Operator string             `json:"operator,omitempty"` // the account, To Person alone
	Note     ticket.ID          `json:"note,omitempty"`     // the note or reply that it is about
	Act      ticket.ID          `json:"act,omitempty"`      // whose withdrawal makes it void
	N        int                `json:"n,omitempty"`        // of the reminder, hand-over or resolution
	By       string             `json:"by,omitempty"`       // the account that did it, who is not told of it
}

// Audience is who is told.
type Audience string

// The audiences.
const (
	ToCitizen     Audience = "citizen"
	ToOperators   Audience = "operators"   // of Entity
	ToSupervisors Audience = "supervisors" // of Entity
	ToPerson      Audience = "operator"
)

// Kind is what somebody is told.
type Kind string

// What citizens are told. Each public text reaches them once; whether it asks, resolves or merges the request, its door
// sees in the act that wrote it.
const (
	Opened     Kind = "opened"     // the request has arrived
	Written    Kind = "note"       // a public note (FAQ 2.4, 2.5)
	Confirmed  Kind = "confirmed"  // resolved again after a reopening, without another note
	Reminder   Kind = "reminder"   // of a question, the N-th
	Reopened   Kind = "reopened"   // by an operator
	Closed     Kind = "closed"     //
	Regional   Kind = "regional"   // it is with the regional assistance now; without the note, which is not theirs
	Redirected Kind = "redirected" // it is with another ASR now
	Returned   Kind = "returned"   // it is back with the ASR that had handed it over
)

// What operators and supervisors are told.
const (
	NewTicket        Kind = "new_ticket"
	AssignedToYou    Kind = "assigned"
	Reply            Kind = "reply"             // the citizen answered
	Courtesy         Kind = "courtesy"          // a message on a resolved ticket that changes nothing
	Handover         Kind = "handover"          // to the Region's operators
	Receipt          Kind = "receipt"           // to the ASR that handed over
	HandedBack       Kind = "handed_back"       // to the ASR that the Region sends the ticket to
	Recalled         Kind = "recalled"          // to the Region
	RegionalMessage  Kind = "regional_message"  // to the other side
	Warned           Kind = "warned"            // the hand-over's time is nearly over
	Breached         Kind = "breached"          //
	PingPong         Kind = "ping_pong"         //
	PlaybookReminder Kind = "playbook_reminder" // a run still waits for something to be mended
	Proposal         Kind = "proposal"          // the checks have come to an outcome
	Alert            Kind = "alert"             // a referto of somebody else: supervisors, and whoever minds privacy (FAQ 2.9)
	Undeliverable    Kind = "contact_failed"    // «recapito fallito»
)

// Question asks the connected systems of an entity for what they know of a check. The door answers with ticket.Learn.
type Question struct {
	Run    int                `json:"run"`
	Entity catalog.EntityCode `json:"entity"`
	Check  playbook.CheckID   `json:"check"`
	Query  playbook.Query     `json:"query"`
	Fact   playbook.Fact      `json:"fact"`
}
