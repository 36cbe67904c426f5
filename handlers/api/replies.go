// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
)

type replyInput struct {
	IdempotencyInput
	ID   string `path:"id" format:"uuid"`
	Body app.ReplyRequest
}

// Replied is where the reply left the ticket, or the new ticket that it opened.
type Replied struct {
	ID       ticket.ID     `json:"id" doc:"Of the ticket that holds the reply: a new one if this one was closed"`
	Number   string        `json:"number"`
	Status   ticket.Status `json:"status"`
	Version  int           `json:"version"`
	Position string        `json:"position" example:"1.42"`
}

type replyOutput struct {
	Status   int
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     Replied
}

func (a *API) registerReplies() {
	register(a, endpoint{
		id: "reply", method: http.MethodPost, path: "/api/v1/tickets/{id}/replies", tag: "tickets",
		summary: "Reply as the citizen",
		description: "Answers a question, or a resolution. On a closed ticket it opens a new one, linked, with the form's data: 201. " +
			"The token is the citizen's session, or the personal link's.",
		action: identity.ReplyToTicket, maxBody: maxFormBody, errorStatuses: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
		responses: map[string]*huma.Response{"201": {Description: "A new ticket, since this one was closed", Content: map[string]*huma.MediaType{
			"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Replied](), true, "")},
		}}},
	}, a.replyToTicket)
}

func (a *API) replyToTicket(ctx context.Context, c caller, in *replyInput) (*replyOutput, error) {
	id := ticket.ID(in.ID)
	o, err := a.App.Reply(ctx, c.Caller, id, in.Body, in.idempotency("tickets/"+in.ID+"/replies"))
	if err != nil {
		return nil, err
	}
	// A repetition may find closed what was open the first time: the outcome tells which ticket took the reply.
	status, version, err := a.App.VisibleOutcome(ctx, c.Caller, o)
	if err != nil {
		return nil, err
	}
	out := &replyOutput{Status: http.StatusOK, ETag: etag(version), Replayed: replayed(o), Body: Replied{
		ID: ticket.ID(o.Stream), Number: o.State.Number, Status: status, Version: version, Position: o.Position.String(),
	}}
	if out.Body.ID != id {
		out.Status, out.Location = http.StatusCreated, "/api/v1/tickets/"+o.Stream
	}
	return out, nil
}
