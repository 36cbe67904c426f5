// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Notification is something that somebody is to be told once. Who exactly, and in which words, its door finds out in
// the ticket's history when it hands it over.
type Notification struct {
	Kind     NotificationKind   `json:"kind"`
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
	ToAccount     Audience = "operator"
)

// NotificationKind is what somebody is told.
type NotificationKind string

// What citizens are told. Each public text reaches them once; whether it asks, resolves or merges the request, its door
// sees in the act that wrote it.
const (
	KindOpened     NotificationKind = "opened"     // the request has arrived
	KindPublicNote NotificationKind = "note"       // a public note (FAQ 2.4, 2.5)
	KindConfirmed  NotificationKind = "confirmed"  // resolved again after a reopening, without another note
	KindReminder   NotificationKind = "reminder"   // of a question, the N-th
	KindReopened   NotificationKind = "reopened"   // by an operator
	KindClosed     NotificationKind = "closed"     //
	KindWithRegion NotificationKind = "regional"   // it is with the regional assistance now; without the note, which is not theirs
	KindRedirected NotificationKind = "redirected" // it is with another ASR now
	KindBackAtASR  NotificationKind = "returned"   // it is back with the ASR that had handed it over
)

// What operators and supervisors are told.
const (
	KindNewTicket        NotificationKind = "new_ticket"
	KindAssigned         NotificationKind = "assigned"
	KindReply            NotificationKind = "reply"             // the citizen answered
	KindCourtesyReply    NotificationKind = "courtesy"          // a message on a resolved ticket that changes nothing
	KindHandover         NotificationKind = "handover"          // to the Region's operators
	KindHandoverReceipt  NotificationKind = "receipt"           // to the ASR that handed over
	KindHandedBack       NotificationKind = "handed_back"       // to the ASR that the Region sends the ticket to
	KindRecalled         NotificationKind = "recalled"          // to the Region
	KindRegionalMessage  NotificationKind = "regional_message"  // to the other side
	KindDeadlineNear     NotificationKind = "warned"            // the hand-over's time is nearly over
	KindDeadlineMissed   NotificationKind = "breached"          //
	KindPingPong         NotificationKind = "ping_pong"         //
	KindPlaybookReminder NotificationKind = "playbook_reminder" // a run still waits for something to be mended
	KindOutcomeProposed  NotificationKind = "proposal"          // the checks have come to an outcome
	KindPrivacyAlert     NotificationKind = "alert"             // a referto of somebody else: supervisors, and whoever minds privacy (FAQ 2.9)
	KindContactFailed    NotificationKind = "contact_failed"    // «recapito fallito»
)

// ConnectorQuestion asks the connected systems of an entity for what they know of a check. The door answers with ticket.Learn.
type ConnectorQuestion struct {
	Run    int                `json:"run"`
	Entity catalog.EntityCode `json:"entity"`
	Check  playbook.CheckID   `json:"check"`
	Query  playbook.Query     `json:"query"`
	Fact   playbook.Fact      `json:"fact"`
}
