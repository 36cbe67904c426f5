// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// The topics of the outbox. A payload is the JSON of a type of this package. It is a contract: fields are added and never changed. It holds
// references, never personal data.
const (
	TopicNotify       = "notify"        // Notification
	TopicAskConnector = "ask-connector" // ConnectorQuestion
)

// MaxMessageAge returns the maximum ages of messages for the runner: people are not notified of events older than five days.
func MaxMessageAge() map[string]time.Duration {
	return map[string]time.Duration{TopicNotify: 5 * 24 * time.Hour}
}

// Notification is the payload of topic notify: one thing that an audience must learn once. The adapters that deliver it read the ticket's
// history at the time of delivery: it gives the citizen's account or address and the text of a mail, and shows whether the act was
// withdrawn. The sentence of a notification in the application follows from Kind, N and the ticket's number.
type Notification struct {
	Kind     NotificationKind   `json:"kind"`
	To       RecipientGroup     `json:"to"`
	Entity   catalog.EntityCode `json:"entity,omitempty"`   // entity of the operators or supervisors; empty for the citizen
	Operator string             `json:"operator,omitempty"` // the account, if To is ToAccount
	Note     ticket.ID          `json:"note,omitempty"`     // the note or reply, if there is one
	Act      ticket.ID          `json:"act,omitempty"`      // the withdrawal of this act cancels the notification
	N        int                `json:"n,omitempty"`        // number of the reminder, hand-over, run or resolution
	File     ticket.ID          `json:"file,omitempty"`     // of the ticket
	By       string             `json:"by,omitempty"`       // the account that caused it; it gets no notification
}

// RecipientGroup is the group of people that a notification is for.
type RecipientGroup string

// The audiences.
const (
	ToCitizen     RecipientGroup = "citizen"
	ToOperators   RecipientGroup = "operators"   // of Notification.Entity
	ToSupervisors RecipientGroup = "supervisors" // of Notification.Entity
	ToAccount     RecipientGroup = "operator"    // the account Notification.Operator
)

// NotificationKind is the subject of a notification.
type NotificationKind string

// Kinds for citizens. A public note causes one notification; the adapter reads in the note's act whether it asks, resolves or marks a
// duplicate.
const (
	KindOpened     NotificationKind = "opened"     // the request has arrived
	KindPublicNote NotificationKind = "note"       // a public note (FAQ 2.4, 2.5)
	KindNewLink    NotificationKind = "new-link"   // earlier links were revoked, this is the new one
	KindConfirmed  NotificationKind = "confirmed"  // resolved without a note, for example after a reopening
	KindReminder   NotificationKind = "reminder"   // the N-th reminder of a question
	KindReopened   NotificationKind = "reopened"   // by an operator
	KindClosed     NotificationKind = "closed"     // the saga auto-close closed it
	KindWithRegion NotificationKind = "regional"   // handed over to the Region; citizens do not get the note
	KindRedirected NotificationKind = "redirected" // sent to another ASR
	// KindContactsCorrected says that the e-mail address was corrected. Its delivery sends again what had failed; it is no mail itself.
	KindContactsCorrected NotificationKind = "contacts_corrected"

	KindFileRefused NotificationKind = "file-refused" // a file that the citizen sent stays closed after its scan

	KindBackAtASR NotificationKind = "returned" // back at the ASR that had handed it over
)

// Kinds for operators and supervisors.
const (
	KindNewTicket        NotificationKind = "new_ticket"
	KindAssigned         NotificationKind = "assigned"
	KindReply            NotificationKind = "reply"             // the citizen answered
	KindCourtesyReply    NotificationKind = "courtesy"          // a message of the citizen that leaves the status as it is
	KindUnverifiedMail   NotificationKind = "unverified-mail"   // a mail that does not count as the citizen's
	KindHandover         NotificationKind = "handover"          // to the Region's operators
	KindHandoverReceipt  NotificationKind = "receipt"           // to the operator who handed over
	KindHandedBack       NotificationKind = "handed_back"       // to the ASR to which the Region sends the ticket
	KindRecalled         NotificationKind = "recalled"          // to the Region
	KindRegionalMessage  NotificationKind = "regional_message"  // to the other side of the hand-over
	KindDeadlineNear     NotificationKind = "warned"            // the deadline of a hand-over is near
	KindDeadlineMissed   NotificationKind = "breached"          // the hand-over is breached
	KindPingPong         NotificationKind = "ping_pong"         // the third hand-over or a later one
	KindPlaybookReminder NotificationKind = "playbook_reminder" // a run still waits for a correction
	KindOutcomeProposed  NotificationKind = "proposal"          // the answers of a connected system lead to an outcome
	KindPrivacyAlert     NotificationKind = "alert"             // a medical report of another person (FAQ 2.9)
	KindContactFailed    NotificationKind = "contact_failed"    // «e-mail non consegnata»
	KindFileClosed       NotificationKind = "file-closed"       // a file stays closed after its scan for malicious software
	KindToInform         NotificationKind = "to_inform"         // a reminder that a citizen without e-mail must be told
)

// ConnectorQuestion is the payload of topic ask-connector: it asks the connected systems of an entity for the fact that a check needs.
// The adapter answers with the command ticket.RecordQueryResult.
type ConnectorQuestion struct {
	Run    int                `json:"run"`
	Entity catalog.EntityCode `json:"entity"`
	Check  playbook.CheckID   `json:"check"`
	Query  playbook.Query     `json:"query"`
	Fact   playbook.Fact      `json:"fact"`
}
