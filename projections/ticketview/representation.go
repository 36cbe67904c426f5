// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Representation says whether the requester may act for the person whom the form names. For the citizen it has status and label alone.
type Representation struct {
	Status ticket.Representation     `json:"status" enum:"unverified,verified,refused"`
	Label  string                    `json:"label" doc:"Italian"`
	Kind   ticket.RepresentationKind `json:"kind,omitempty" enum:"minore,tutore,amministratore_sostegno,delega,erede" doc:"That the latest check was about"`
	By     *By                       `json:"by,omitempty" doc:"Operator who made the latest check"`
	At     *time.Time                `json:"at,omitempty" doc:"When the latest check was made"`
	Files  []ticket.ID               `json:"attachments,omitempty" doc:"Attachments of the ticket that are its evidence"`
	Seen   string                    `json:"seen,omitempty" doc:"What the operator saw"`
	Act    string                    `json:"act,omitempty"`
	Date   string                    `json:"act_date,omitempty" example:"2026-03-03"`
	Reason string                    `json:"reason,omitempty" doc:"Why the representation was refused"`
}

// RepresentationLabel returns the Italian label of a representation for operators; "" if nobody is represented.
func RepresentationLabel(r ticket.Representation) string { return representationLabels[r] }

var representationLabels = map[ticket.Representation]string{
	ticket.Unchecked: "rappresentanza non verificata", ticket.Confirmed: "rappresentanza verificata", ticket.Rejected: "rappresentanza non riconosciuta",
}

// representationKinds holds the Italian labels of the kinds of representation, for sentences.
var representationKinds = map[ticket.RepresentationKind]string{
	ticket.OfMinor: "genitore di un minore", ticket.AsGuardian: "tutore", ticket.AsTrustee: "amministratore di sostegno", ticket.AsDelegate: "delega",
	ticket.AsHeir: "erede di una persona deceduta",
}

// RepresentationKindLabel returns the Italian label of a kind of representation.
func RepresentationKindLabel(k ticket.RepresentationKind) string { return representationKinds[k] }

// setRepresentation sets the evidence of a check, if the event is one.
func (t *Ticket) setRepresentation(r ticket.Recorded, by By) {
	check, ok := r.Event.(ticket.RepresentationEvent)
	if !ok {
		return
	}
	next := Representation{By: &by, At: &r.At}
	var evidence *ticket.RepresentationEvidence
	switch e := check.(type) {
	case ticket.RepresentationVerified:
		next.Status, next.Kind, next.Files, evidence = ticket.Confirmed, e.Kind, e.Files, e.Personal
	case ticket.RepresentationRefused:
		next.Status, next.Kind, next.Files, evidence = ticket.Rejected, e.Kind, e.Files, e.Personal
	}
	next.Label = RepresentationLabel(next.Status)
	if evidence != nil {
		next.Seen, next.Act, next.Date, next.Reason = evidence.Seen, evidence.Act, evidence.Date, evidence.Reason
	}
	t.Representation = &next
}
