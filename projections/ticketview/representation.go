// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/representation"
)

// Representation says whether the requester may act for the person whom the form names. For the citizen it has status, label and withheld alone.
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
	Until  string                    `json:"until,omitempty" example:"2027-03-03" doc:"Last day for which the verification holds"`
	Reason string                    `json:"reason,omitempty" doc:"Why the representation was refused"`
	// Withheld is the number of notes that the citizen was told while the representation was verified, and does not read any more.
	Withheld int `json:"withheld,omitempty" doc:"For the citizen: number of texts that are not shown any more, since the representation is not verified any more"`
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

// newRepresentation returns the representation at a moment, without the evidence of the latest check; nil if nobody is represented.
func newRepresentation(s ticket.State, at time.Time) *Representation {
	if s.Representation == "" {
		return nil
	}
	r := &Representation{Status: representation.At(s, at)}
	if r.Label = RepresentationLabel(r.Status); representation.HasExpired(s, at) {
		r.Label = "rappresentanza scaduta"
	}
	return r
}

// setEvidence sets the evidence of a check, if the event is one. The latest check counts; status and label are those of the moment.
func (t *Ticket) setEvidence(r ticket.Recorded, by By) {
	check, ok := r.Event.(ticket.RepresentationEvent)
	if !ok {
		return
	}
	next := Representation{By: &by, At: &r.At}
	var evidence *ticket.RepresentationEvidence
	switch e := check.(type) {
	case ticket.RepresentationVerified:
		next.Kind, next.Files, evidence = e.Kind, e.Files, e.Personal
	case ticket.RepresentationRefused:
		next.Kind, next.Files, evidence = e.Kind, e.Files, e.Personal
	}
	if t.Representation == nil { // erased
		return
	}
	next.Status, next.Label = t.Representation.Status, t.Representation.Label
	if evidence != nil {
		next.Seen, next.Act, next.Date, next.Until, next.Reason = evidence.Seen, evidence.Act, evidence.Date, evidence.Until, evidence.Reason
	}
	t.Representation = &next
}

// verifiedNotes finds, event by event, the notes to the requester that were written while the representation was verified.
type verifiedNotes struct{ state ticket.State }

// next reports whether an event has a note that was written while the representation was verified.
func (v *verifiedNotes) next(r ticket.Recorded) bool {
	v.state = ticket.Evolve(v.state, r)
	_, isNote := r.Event.(ticket.CitizenNote)
	return isNote && representation.At(v.state, r.At) == ticket.Confirmed
}

// withholds reports whether the requester does not read any more what was told while the representation was verified: it was refused since, or has
// expired. A look at the past shows nothing that is withheld at present.
func (h History) withholds() bool {
	return representation.IsOpen(h.State, h.At) || !h.Now.IsZero() && representation.IsOpen(h.Today, h.Now)
}
