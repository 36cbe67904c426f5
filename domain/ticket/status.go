// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package ticket defines the commands, events, state and errors of a citizen's request, and the stored form of its events. It is pure: it
// does no I/O and reads no clock. Package rules decides commands.
package ticket

// ID is the id of a ticket, note, reply, attachment or act: a UUID (version 7) as canonical text in lower case.
type ID string

// Status is the state of a ticket in its lifecycle. Its values are stored and are those of the API.
type Status string

// The statuses of the lifecycle (FAQ 2.4, 2.5, 2.6).
const (
	StatusNew        Status = "nuovo"
	StatusInProgress Status = "in_lavorazione"
	StatusWaiting    Status = "in_attesa_utente"
	StatusHandedOver Status = "non_di_competenza"
	StatusResolved   Status = "risolto"
	StatusClosed     Status = "chiuso"
)

// Statuses returns every status in the order of the lifecycle.
func Statuses() []Status {
	return []Status{StatusNew, StatusInProgress, StatusWaiting, StatusHandedOver, StatusResolved, StatusClosed}
}

var statusLabels = map[Status]string{
	StatusNew: "Nuovo", StatusInProgress: "In lavorazione", StatusWaiting: "In attesa di informazioni da utente",
	StatusHandedOver: "Non di competenza", StatusResolved: "Risolto", StatusClosed: "Chiuso",
}

// Label returns the Italian name of the status for operators.
func (s Status) Label() string { return statusLabels[s] }

// CitizenLabel returns the Italian name of the status for citizens. redirected means that the Region sent the ticket to the present entity;
// then a new ticket is shown as one in progress.
func (s Status) CitizenLabel(redirected bool) string {
	switch {
	case s == StatusHandedOver:
		return "In carico all’assistenza regionale"
	case s == StatusNew && redirected:
		return StatusInProgress.Label()
	default:
		return s.Label()
	}
}

// IsOpen reports whether work on a ticket in this status is not finished.
func (s Status) IsOpen() bool { return s != StatusResolved && s != StatusClosed && s != "" }
