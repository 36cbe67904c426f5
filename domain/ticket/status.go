// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package ticket holds the rules of a citizen's request: which acts are possible, what they record, and what
// follows from what was recorded. It is pure: no I/O, no clock.
package ticket

// ID is a UUID (version 7) in canonical lower-case text. It names tickets, notes, replies, attachments and acts.
type ID string

// Status is where a ticket stands in its life. The values are the wire's.
type Status string

// The statuses of the lifecycle (FAQ 2.4, 2.5, 2.6).
const (
	New        Status = "nuovo"
	InProgress Status = "in_lavorazione"
	Waiting    Status = "in_attesa_utente"
	HandedOver Status = "non_di_competenza"
	Solved     Status = "risolto"
	Closed     Status = "chiuso"
)

// Statuses lists every status in the order of a ticket's life.
func Statuses() []Status {
	return []Status{New, InProgress, Waiting, HandedOver, Solved, Closed}
}

var statusLabels = map[Status]string{
	New: "Nuovo", InProgress: "In lavorazione", Waiting: "In attesa di informazioni da utente",
	HandedOver: "Non di competenza", Solved: "Risolto", Closed: "Chiuso",
}

// Label is the status as operators read it.
func (s Status) Label() string { return statusLabels[s] }

// CitizenLabel is the status in plain words; redirected tells that the Region sent the ticket to this entity.
func (s Status) CitizenLabel(redirected bool) string {
	switch {
	case s == HandedOver:
		return "In carico all’assistenza regionale"
	case s == New && redirected:
		return InProgress.Label()
	default:
		return s.Label()
	}
}

// IsOpen tells whether somebody still has to work on a ticket in this status.
func (s Status) IsOpen() bool { return s != Solved && s != Closed && s != "" }
