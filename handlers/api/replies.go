// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

type replyInput struct {
	IdempotencyInput
	ID   string `path:"id" format:"uuid"`
	Body app.ReplyRequest
}

// Replied holds the state of the ticket after a reply, or of the new ticket that the reply opened.
type Replied struct {
	ID       ticket.ID     `json:"id" doc:"Id of the ticket that holds the reply: a new ticket if this one was closed"`
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

// registerReplies adds the endpoint of citizens' replies.
func (a *API) registerReplies() {
	register(a, endpoint{
		id: "reply", method: http.MethodPost, path: "/api/v1/tickets/{id}/replies", tag: "tickets",
		summary: "Reply as the citizen",
		description: "Replies to a question or to a resolution. A reply to a closed ticket opens a new, linked ticket with the data of its form (201). " +
			"The token is that of the citizen's session or of the personal link.",
		action: policy.ReplyToTicket, maxBody: maxFormBody, errorStatuses: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
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
	// A repetition may find a ticket closed that was open the first time: the result names the ticket that holds the reply.
	status, version, err := a.App.VisibleResult(ctx, c.Caller, o)
	if err != nil {
		return nil, err
	}
	out := &replyOutput{Status: http.StatusOK, ETag: etag(version), Replayed: replayed(o), Body: Replied{
		ID: ticket.ID(o.Stream), Number: o.State.Number, Status: status, Version: version, Position: a.App.PositionText(c.Caller, o.Position),
	}}
	if out.Body.ID != id {
		out.Status, out.Location = http.StatusCreated, "/api/v1/tickets/"+o.Stream
	}
	return out, nil
}
