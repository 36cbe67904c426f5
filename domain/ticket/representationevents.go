// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

// Representation says whether the requester may act for another person whom the form names. It is empty if the form names nobody else.
type Representation string

// The states of a representation. They are stored.
const (
	Unchecked Representation = "unverified" // «rappresentanza non verificata»
	Confirmed Representation = "verified"
	Rejected  Representation = "refused"
)

// RepresentationKind is the ground on which the requester acts for another person.
type RepresentationKind string

// The kinds of representation.
const (
	OfMinor    RepresentationKind = "minore"                  // as a parent
	AsGuardian RepresentationKind = "tutore"                  // of a minor or of an interdicted person
	AsTrustee  RepresentationKind = "amministratore_sostegno" // law 6/2004
	AsDelegate RepresentationKind = "delega"
	AsHeir     RepresentationKind = "erede" // of a deceased person
)

// RepresentationEvent is a check by an operator whether the requester may act for the person whom the form names. The latest one holds.
//
//sumtype:decl
type RepresentationEvent interface {
	Event
	representationEvent()
}

// RepresentationVerified records that the requester may act for the person, and the evidence for it.
type RepresentationVerified struct {
	Kind     RepresentationKind      `json:"kind"`
	Files    []ID                    `json:"files,omitempty"` // attachments of the ticket that are the evidence
	Personal *RepresentationEvidence `json:"-"`
}

// RepresentationRefused records that the requester may not act for the person, with the reason and what was seen.
type RepresentationRefused struct {
	Kind     RepresentationKind      `json:"kind"`
	Files    []ID                    `json:"files,omitempty"`
	Personal *RepresentationEvidence `json:"-"`
}

// RepresentationEvidence holds what an operator saw, and the act (decree, authorisation, declaration) with its date.
type RepresentationEvidence struct {
	Seen   string `json:"seen,omitempty"`
	Act    string `json:"act,omitempty"`
	Date   string `json:"date,omitempty"`   // of the act, 2006-01-02
	Until  string `json:"until,omitempty"`  // last day for which a verification holds, 2006-01-02; empty: no end is known
	Reason string `json:"reason,omitempty"` // of a refusal
}

// CheckRepresentation records a check. The application service reads TicketFiles, the attachments of the ticket that the operator sees.
type CheckRepresentation struct {
	Refuse      bool
	Kind        RepresentationKind
	Files       []ID
	Evidence    RepresentationEvidence
	TicketFiles []ID
}

// MoveCheckRepresentation is the move of CheckRepresentation.
const MoveCheckRepresentation Move = "check-representation"

// NamesAnother reports whether the form names another person than the requester. An opening of before Represented was kept tells it by its form.
func (e Opened) NamesAnother() bool {
	return e.Represented || e.OtherPerson || e.Requester.ForAnother() || e.Personal != nil && e.Personal.OnBehalfOf != ""
}

func (RepresentationVerified) event() {}
func (RepresentationRefused) event()  {}

func (RepresentationVerified) representationEvent() {}
func (RepresentationRefused) representationEvent()  {}

func (CheckRepresentation) command()       {}
func (CheckRepresentation) personCommand() {}
