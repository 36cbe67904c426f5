// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// RepresentationRequest records whether the requester may act for the person whom the form names. It is the body of the API's request.
type RepresentationRequest struct {
	Outcome     string                    `json:"outcome" enum:"verified,refused"`
	Kind        ticket.RepresentationKind `json:"kind" enum:"minore,tutore,amministratore_sostegno,delega,erede"`
	Attachments []ticket.ID               `json:"attachments,omitempty" nullable:"false" doc:"Attachments of the ticket that are the evidence"`
	Seen        string                    `json:"seen,omitempty" doc:"What was seen. Without attachments a check needs it, with the act and its date"`
	Act         string                    `json:"act,omitempty" doc:"The act: decree, authorisation, declaration" example:"Decreto di nomina n. 123/2026"`
	Date        string                    `json:"act_date,omitempty" doc:"Day of the act" example:"2026-03-03"`
	Until       string                    `json:"until,omitempty" doc:"Last day for which a verification holds: the end of the delegation or appointment, the day before a minor comes of age, who needs one" example:"2027-03-03"`
	Reason      string                    `json:"reason,omitempty" doc:"Why the representation is refused; only with a refusal, which needs it"`
}

// CheckRepresentation records a check. While a node of the release before runs, which would leave the ticket's later events alone, it records
// none. Errors: those of the rules.
func (s *Service) CheckRepresentation(ctx context.Context, by Caller, id ticket.ID, in RepresentationRequest, idempotency Idempotency) (CommandResult, error) {
	view, err := s.buildView(ctx, by, id, nil)
	if err != nil {
		return CommandResult{}, err
	}
	if in.Outcome != string(ticket.Confirmed) && in.Outcome != string(ticket.Rejected) {
		return CommandResult{}, ticket.NewInvalidField("outcome", refusal.NotOneOf.With(in.Outcome), "verified, refused")
	}
	earlier, err := s.Store.Keyring().EarlierNodes(ctx)
	if err != nil {
		return CommandResult{}, err
	}
	if earlier > 0 {
		return CommandResult{}, &ticket.NotAllowedError{Move: ticket.MoveCheckRepresentation, Reason: refusal.EarlierNodesRun.With()}
	}
	c := ticket.CheckRepresentation{
		Refuse: in.Outcome == string(ticket.Rejected), Kind: in.Kind, Files: in.Attachments,
		Evidence: ticket.RepresentationEvidence{Seen: in.Seen, Act: in.Act, Date: in.Date, Until: in.Until, Reason: in.Reason},
	}
	for _, f := range view.Files() {
		c.TicketFiles = append(c.TicketFiles, f.ID)
	}
	return s.Dispatch(ctx, CommandRequest{Ticket: id, Command: c, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body})
}
