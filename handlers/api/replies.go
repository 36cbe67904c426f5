// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/attachment"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

// ReplyRequest is the citizen's answer (FAQ 2.4), or their word on a resolution.
type ReplyRequest struct {
	Text        string       `json:"text,omitempty"`
	Attachments []FileUpload `json:"attachments,omitempty"`
	Solved      *bool        `json:"solved,omitempty" doc:"On a resolved ticket: false or left out reopens it («Il problema non è risolto»), true is only a message"`
}

type replyInput struct {
	Repeatable
	ID   string `path:"id" format:"uuid"`
	Body ReplyRequest
}

// Replied is where the reply left the ticket, or the new ticket that it opened.
type Replied struct {
	ID       ticket.ID     `json:"id" doc:"Of the ticket that holds the reply: a new one if this one was closed"`
	Number   string        `json:"number"`
	Status   ticket.Status `json:"status"`
	Version  int           `json:"version"`
	Position string        `json:"position" example:"1.42"`
}

type replyAnswer struct {
	Status   int
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     Replied
}

func (a *API) replies() {
	register(a, endpoint{
		id: "reply", method: http.MethodPost, path: "/api/v1/tickets/{id}/replies", tag: "tickets",
		summary: "Reply as the citizen",
		description: "Answers a question, or a resolution. On a closed ticket it opens a new one, linked, with the form's data: 201. " +
			"The token is the citizen's session, or the personal link's.",
		action: identity.ReplyToTicket, maxBody: formBody, errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
		answers: map[string]*huma.Response{"201": {Description: "A new ticket, since this one was closed", Content: map[string]*huma.MediaType{
			"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Replied](), true, "")},
		}}},
	}, a.reply)
}

func (a *API) reply(ctx context.Context, c caller, in *replyInput) (*replyAnswer, error) {
	id := ticket.ID(in.ID)
	before, err := a.detail(ctx, c, id, nil)
	if err != nil {
		return nil, err
	}
	var o desk.Outcome
	if before.Status == ticket.Closed {
		o, err = a.goOn(ctx, c, id, in)
	} else {
		o, err = a.answer(ctx, c, id, in)
	}
	if err != nil {
		return nil, err
	}
	// A repetition may find closed what was open the first time: the outcome tells which ticket took the reply.
	status, version, err := a.told(ctx, c, o)
	if err != nil {
		return nil, err
	}
	out := &replyAnswer{Status: http.StatusOK, ETag: etag(version), Replayed: replayed(o), Body: Replied{
		ID: ticket.ID(o.Stream), Number: o.State.Number, Status: status, Version: version, Position: o.Position.String(),
	}}
	if out.Body.ID != id {
		out.Status, out.Location = http.StatusCreated, "/api/v1/tickets/"+o.Stream
	}
	return out, nil
}

// told is where an outcome left the ticket as far as the caller knew at that moment: an act that is held is not
// given away by the answer to a reply. The holder of a personal link does not see a ticket that the reply opened;
// nothing has happened to it yet.
func (a *API) told(ctx context.Context, c caller, o desk.Outcome) (ticket.Status, int, error) {
	history, err := a.Desk.History(ctx, ticket.ID(o.Stream))
	if err != nil {
		return "", 0, err
	}
	history = history[:o.Version]
	t, ok := projections.Detail(c.viewer(), history, projections.Names{Catalog: a.Catalog}, history[o.Version-1].At)
	if !ok {
		return o.State.Status, o.Version, nil
	}
	return t.Status, t.Version, nil
}

func (a *API) answer(ctx context.Context, c caller, id ticket.ID, in *replyInput) (desk.Outcome, error) {
	r := desk.Request{Ticket: id, By: c.actor, Key: in.Key, Body: in.said(repliesTo(id))}
	checked, err := attachment.Check("attachments", uploads(in.Body.Attachments))
	if err != nil {
		return a.Desk.Refused(ctx, r, err)
	}
	reply := ticket.Reply{Text: in.Body.Text, Solved: in.Body.Solved}
	if reply.ID, err = desk.NewID(); err != nil {
		return desk.Outcome{}, err
	}
	reply.Attachments, reply.FileNames = attachment.Described(checked)
	r.Command = reply
	if reply.Attachments, err = a.keep(ctx, r, checked); err != nil {
		return a.Desk.Refused(ctx, r, err)
	}
	r.Command = reply
	return a.Desk.Dispatch(ctx, r)
}

// goOn opens the ticket that goes on from a closed one, with its form's data and the reply as its description.
func (a *API) goOn(ctx context.Context, c caller, closed ticket.ID, in *replyInput) (desk.Outcome, error) {
	history, err := a.Desk.History(ctx, closed)
	if err != nil {
		return desk.Outcome{}, err
	}
	open, err := desk.Continuation(closed, history, in.Body.Text, a.Catalog, a.Store.Now())
	if err != nil {
		return desk.Outcome{}, err
	}
	if c.link != "" { // whoever holds a link has not logged in: what they add is nobody's word but theirs
		open.Identity, open.Citizen = ticket.Declared, ""
	}
	return a.openAs(ctx, c, open, uploads(in.Body.Attachments), in.Repeatable, repliesTo(closed))
}

// repliesTo names the call for the comparison of repetitions.
func repliesTo(id ticket.ID) string { return "tickets/" + string(id) + "/replies" }
