// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Assignee is whom a ticket is given to: one operator, the supervisors as a group, or nobody (the zero value).
type Assignee struct {
	Operator    string `json:"operator,omitempty"` // the account's UUID
	Supervisors bool   `json:"supervisors,omitempty"`
}

// Attachment is a file as the log knows it. Its content is sealed with the key named by ID; its name is
// personal and stands in the sealed part of the event.
type Attachment struct {
	ID        ID     `json:"id"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`   // of the content, bytes
	SHA256    string `json:"sha256"` // of the sealed content, hex: it stays provable after erasure
}

// Channel is how a request came in.
type Channel string

// The channels.
const (
	ChannelWeb         Channel = "web"
	ChannelCounter     Channel = "sportello"
	ChannelTelephone   Channel = "telefono"
	ChannelIntegration Channel = "integrazione"
)

// Identity says how sure we are of who the citizen is.
type Identity string

// Verified: through the portal. Declared: typed into the form, by anyone.
const (
	Verified Identity = "verified"
	Declared Identity = "declared"
)

// RequesterRole is in which quality somebody asks.
type RequesterRole string

// The requester roles: for oneself, for a minor, for someone who delegated, and «Operatore di Assistenza» (FAQ 2.2).
const (
	ForSelf      RequesterRole = "cittadino"
	ForMinor     RequesterRole = "genitore"
	ForDelegator RequesterRole = "delegato"
	AsOperator   RequesterRole = "operatore_asr"
)

// ReplyKind says what the citizen meant.
type ReplyKind string

// The kinds of reply. A plain message or a courtesy on a resolved ticket changes nothing and is flagged.
const (
	ReplyAnswer    ReplyKind = "answer"     // to a ticket being worked
	ReplyNotSolved ReplyKind = "not_solved" // «Il problema non è risolto»
	ReplyMessage   ReplyKind = "message"    // «Solo un messaggio»
)

// DiscardReason says why a ticket is no request.
type DiscardReason string

// The reasons for discarding.
const (
	Spam     DiscardReason = "spam"
	TestOnly DiscardReason = "prova"
	Repeated DiscardReason = "duplicato"
)

// Ground is why an ASR may hand over a ticket that has a playbook: the outcome of its checks, «non è della mia Azienda»,
// or an override, which supervisors see listed.
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

// OverrideGrounds are the choices of who hands over against the playbook.
func OverrideGrounds() []Ground { return []Ground{SystemsDown, Urgent, AskedByRegion, NotForeseen} }

// IsOverride tells whether the ground is one against the playbook.
func (g Ground) IsOverride() bool { return slices.Contains(OverrideGrounds(), g) }

// QueryFailure is why a connected system gave no answer.
type QueryFailure string

// The reasons. A system that is there and says that it does not know is Silent.
const (
	NoSystemConnected QueryFailure = "no_system"   // none is connected for the entity
	SystemUnreachable QueryFailure = "unreachable" // no connection, too slow, an error, or resting after many failures
	InvalidAnswer     QueryFailure = "nonsense"    // an answer that is none
	AnswerNotKnown    QueryFailure = "not_known"
)

// DeliveryFailure is why a message did not reach an address.
type DeliveryFailure string

// The failures: refused while it was handed over, or returned afterwards.
const (
	DeliveryRefused DeliveryFailure = "refused"
	DeliveryBounced DeliveryFailure = "bounced"
)

// OperatorsForm is the service of the operators' own form, for those who cannot get in (FAQ 2.2). The Region is
// competent for it; the ASR chosen is kept as data.
const OperatorsForm catalog.ServiceID = "assistenza-online"

// WireName is the assignee as the API names it: the account, the supervisors as a group, or nobody.
func (a Assignee) WireName() string {
	if a.Supervisors {
		return "supervisori"
	}
	return a.Operator
}
