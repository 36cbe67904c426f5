// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

type contactsInput struct {
	IdempotencyInput
	ID   string `path:"id" format:"uuid"`
	Body app.ContactsRequest
}

type informInput struct {
	IdempotencyInput
	ID   string `path:"id" format:"uuid"`
	Body app.InformRequest
}

// registerContacts adds the endpoints that correct the citizen's contacts and record that a citizen without e-mail was told.
func (a *API) registerContacts() {
	refusals := []int{http.StatusNotFound, http.StatusConflict}
	register(a, endpoint{
		id: "correct-contacts", method: http.MethodPost, path: "/api/v1/tickets/{id}/contacts", tag: "tickets",
		summary: "Correct the citizen's contacts",
		description: "Corrects e-mail address or telephone number, with a reason. Mails go to the new address from then on, and the mails that had failed " +
			"at the former one are sent again, in their order. Links and reply addresses that went to the former address end.",
		action: policy.UpdateTicket, errorStatuses: refusals,
	}, a.correctContacts)
	register(a, endpoint{
		id: "inform-citizen", method: http.MethodPost, path: "/api/v1/tickets/{id}/informed", tag: "tickets",
		summary:     "Record that a citizen without e-mail was told",
		description: "Ends the mark `to_inform` of a ticket without an e-mail address: the citizen was told the public notes by telephone or letter.",
		action:      policy.UpdateTicket, errorStatuses: refusals,
	}, a.informCitizen)
}

func (a *API) correctContacts(ctx context.Context, c caller, in *contactsInput) (*actOutput, error) {
	o, err := a.App.CorrectContacts(ctx, c.Caller, ticket.ID(in.ID), in.Body, in.idempotency("tickets/"+in.ID+"/contacts"))
	if err != nil {
		return nil, err
	}
	return a.newActOutput(ctx, c, o)
}

func (a *API) informCitizen(ctx context.Context, c caller, in *informInput) (*actOutput, error) {
	o, err := a.App.InformCitizen(ctx, c.Caller, ticket.ID(in.ID), in.Body, in.idempotency("tickets/"+in.ID+"/informed"))
	if err != nil {
		return nil, err
	}
	return a.newActOutput(ctx, c, o)
}
