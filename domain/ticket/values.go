// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Assignee is one operator, the supervisors of the entity as a group, or nobody (the zero value).
type Assignee struct {
	Operator    string `json:"operator,omitempty"` // the account's UUID
	Supervisors bool   `json:"supervisors,omitempty"`
}

// Attachment describes a file. Its content is stored apart from the events, sealed with the key that ID names. Its name is personal data
// and is in the field Personal of the event.
type Attachment struct {
	ID        ID     `json:"id"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`   // of the content, in bytes
	SHA256    string `json:"sha256"` // of the sealed content, in hex; it can be proved after erasure
	// Contains names what the file may do beside showing its content, for example "javascript"; handlers/app/attachment lists the names.
	Contains []string `json:"contains,omitempty"`
}

// Channel is the way by which a request arrived.
type Channel string

// The channels.
const (
	ChannelWeb         Channel = "web"
	ChannelCounter     Channel = "sportello"
	ChannelTelephone   Channel = "telefono"
	ChannelIntegration Channel = "integrazione"
)

// Identity is the source of the citizen's identity.
type Identity string

// The identities: Verified by the portal, or Declared, which is typed into the form and not checked.
const (
	Verified Identity = "verified"
	Declared Identity = "declared"
)

// RequesterRole is the relation of the requester to the person concerned.
type RequesterRole string

// The requester roles: for oneself, for a minor, for a person who delegated, as guardian or trustee, as heir, and «Operatore di Assistenza»
// (FAQ 2.2).
const (
	ForSelf      RequesterRole = "cittadino"
	ForMinor     RequesterRole = "genitore"
	ForDelegator RequesterRole = "delegato"
	ForWard      RequesterRole = "tutore"
	ForDeceased  RequesterRole = "erede"
	AsOperator   RequesterRole = "operatore_asr"
)

// ForAnother reports whether the requester asks for another person.
func (r RequesterRole) ForAnother() bool {
	return r == ForMinor || r == ForDelegator || r == ForWard || r == ForDeceased
}

// ReplyKind is the effect of a citizen's reply.
type ReplyKind string

// The kinds of reply. A ReplyMessage, which a courtesy is too, changes no status.
const (
	ReplyAnswer    ReplyKind = "answer"     // to a ticket that is not resolved, or whose resolution is still held
	ReplyNotSolved ReplyKind = "not_solved" // «Il problema non è risolto»: it reopens a resolved ticket
	ReplyMessage   ReplyKind = "message"    // «Solo un messaggio»
)

// DiscardReason is the reason why a ticket is no request.
type DiscardReason string

// The reasons for discarding.
const (
	Spam     DiscardReason = "spam"
	TestOnly DiscardReason = "prova"
	Repeated DiscardReason = "duplicato"
)

// Ground is the reason for which an ASR may hand over a ticket that has a playbook: the outcome of its checks, «non è della mia Azienda»,
// or an override, which supervisors find in a list.
type Ground string

// The grounds. Those from SystemsDown on are overrides.
const (
	ByOutcome     Ground = "esito"
	NotOurs       Ground = "non_della_mia_azienda"
	SystemsDown   Ground = "sistemi_non_disponibili" // the checks cannot be made now
	Urgent        Ground = "urgenza"
	AskedByRegion Ground = "richiesta_della_regione"
	NotForeseen   Ground = "caso_non_previsto" // the playbook does not fit
)

// OverrideGrounds returns the grounds for a hand-over against the playbook.
func OverrideGrounds() []Ground { return []Ground{SystemsDown, Urgent, AskedByRegion, NotForeseen} }

// IsOverride reports whether the ground is one of OverrideGrounds.
func (g Ground) IsOverride() bool { return slices.Contains(OverrideGrounds(), g) }

// QueryFailure is the reason why a connected system gave no answer.
type QueryFailure string

// The reasons why a connected system gave no answer.
const (
	NoSystemConnected QueryFailure = "no_system"   // no system is connected for the entity
	SystemUnreachable QueryFailure = "unreachable" // no connection, a timeout, an error, or a pause after many failures
	InvalidAnswer     QueryFailure = "nonsense"    // an answer that breaks the contract
	AnswerNotKnown    QueryFailure = "not_known"   // the system does not know the answer
)

// DeliveryFailure is the reason why a message did not reach its address.
type DeliveryFailure string

// The failures: refused by the mail server, or returned after delivery.
const (
	DeliveryRefused DeliveryFailure = "refused"
	DeliveryBounced DeliveryFailure = "bounced"
)

// InformWay is the way by which an operator tells a citizen who has no e-mail address.
type InformWay string

// The ways to tell a citizen.
const (
	InformByTelephone InformWay = "telefono"
	InformByLetter    InformWay = "lettera"
)

// OperatorsForm is the service of the form for operators who cannot get access themselves (FAQ 2.2). The Region is competent for it; the
// chosen ASR is stored as Opened.ChosenEntity.
const OperatorsForm catalog.ServiceID = "assistenza-online"

// Supervisors stands in place of an account's id for the supervisors of an entity as a group.
const Supervisors = "supervisori"

// WireName returns the assignee as the API and the columns of read models name it: the account's id, Supervisors, or "" for nobody.
func (a Assignee) WireName() string {
	if a.Supervisors {
		return Supervisors
	}
	return a.Operator
}
