// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
)

// OpenRequest is the content of an assistance form: the citizen's, or the operators' own (FAQ 2.2).
type OpenRequest struct {
	Service     catalog.ServiceID       `json:"service" example:"ritiro-documenti"`
	Problem     catalog.ProblemID       `json:"problem" example:"referto-non-trovato"`
	Entity      catalog.EntityCode      `json:"entity" example:"010301" doc:"Ministerial code of the ASR"`
	Description string                  `json:"description"`
	Requester   RequesterForm           `json:"requester"`
	Facilitated bool                    `json:"facilitated,omitempty" doc:"Whether facilitated access was used"`
	IUV         string                  `json:"iuv,omitempty" maxLength:"35" doc:"Payment identifier, for problems about a payment"`
	Statement   int                     `json:"privacy_statement,omitempty" minimum:"0" doc:"Version of the entity's privacy statement that was shown to the requester: kept with the request, refused if another one is in force"`
	Channel     ticket.Channel          `json:"channel,omitempty" enum:"sportello,telefono" doc:"For operators who open a ticket for a citizen at the counter or by telephone"`
	Attachments []attachment.FileUpload `json:"attachments,omitempty"`
}

// RequesterForm holds the requester's data.
type RequesterForm struct {
	Role       ticket.RequesterRole `json:"role,omitempty" example:"cittadino" doc:"cittadino; genitore, delegato, tutore or erede for another person; operatore_asr in the operators' own form"`
	GivenName  string               `json:"given_name"`
	FamilyName string               `json:"family_name"`
	TaxCode    string               `json:"tax_code" example:"RSSMRA80A01H501U" doc:"Codice fiscale, or an STP/ENI code"`
	Email      string               `json:"email,omitempty" example:"mario.rossi@example.org"`
	Phone      string               `json:"phone" example:"+39 011 0000000" doc:"As people write it; stored as digits, with + before a country code and ;ext= before an extension"`
	OnBehalfOf string               `json:"on_behalf_of,omitempty" maxLength:"200" doc:"Name of the person whom the request is about, if not the requester"`
}

// OpenedTicket identifies a new ticket.
type OpenedTicket struct {
	ID       ticket.ID     `json:"id"`
	Number   string        `json:"number" example:"2026-0001234"`
	Status   ticket.Status `json:"status"`
	Version  int           `json:"version"`
	Position string        `json:"position" example:"1.42"`
}

type openInput struct {
	IdempotencyInput
	Body OpenRequest
}

type openOutput struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     OpenedTicket
}

// maxFormBody is the maximum size of a form in bytes: five attachments of 1 MB in base64, and 64 kB for everything else.
const maxFormBody = ticket.MaxAttachments*((ticket.MaxAttachmentSize+2)/3*4) + 64<<10

// registerOpen adds the endpoint that opens a ticket.
func (a *API) registerOpen() {
	register(a, endpoint{
		id: "open-ticket", method: http.MethodPost, path: "/api/v1/tickets", tag: "tickets", status: http.StatusCreated,
		summary: "Open a ticket",
		description: "Without a token the requester's identity is declared. With a citizen's token the ticket belongs to that citizen and the identity is " +
			"verified, whatever the form says. With an operator's token the ticket is opened for a citizen at the counter or by telephone (FAQ 2.2).",
		public: true, action: policy.OpenTicket, limiter: a.Middleware.Form, maxBody: maxFormBody,
	}, a.openTicket)
}

func (a *API) openTicket(ctx context.Context, c caller, in *openInput) (*openOutput, error) {
	o, err := a.App.Open(ctx, c.Caller, in.Body.openRequest(), in.idempotency("tickets"))
	if err != nil {
		return nil, err
	}
	return a.newOpenOutput(ctx, c, o)
}

func (r OpenRequest) openRequest() app.OpenRequest {
	return app.OpenRequest{
		Service: r.Service, Problem: r.Problem, Entity: r.Entity, Requester: r.Requester.Role, Facilitated: r.Facilitated, Channel: r.Channel, Statement: r.Statement,
		Form: ticket.Form{
			GivenName: r.Requester.GivenName, FamilyName: r.Requester.FamilyName, TaxCode: r.Requester.TaxCode, Email: r.Requester.Email,
			Phone: r.Requester.Phone, Description: r.Description, OnBehalfOf: r.Requester.OnBehalfOf, IUV: r.IUV,
		},
		Files: r.Attachments,
	}
}

func (a *API) newOpenOutput(ctx context.Context, c caller, o app.CommandResult) (*openOutput, error) {
	status, version, err := a.App.VisibleResult(ctx, c.Caller, o)
	if err != nil {
		return nil, err
	}
	return &openOutput{
		ETag: etag(version), Location: "/api/v1/tickets/" + o.Stream, Replayed: replayed(o),
		Body: OpenedTicket{ID: ticket.ID(o.Stream), Number: o.State.Number, Status: status, Version: version, Position: a.App.PositionText(c.Caller, o.Position)},
	}, nil
}
