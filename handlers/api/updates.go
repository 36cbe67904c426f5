// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// Acted is where an act left the ticket.
type Acted struct {
	Version  int           `json:"version"`
	Position string        `json:"position" example:"1.42"`
	Status   ticket.Status `json:"status"`
}

type updateInput struct {
	IdempotencyInput
	ID      string `path:"id" format:"uuid"`
	IfMatch string `header:"If-Match" doc:"The ETag you saw: refused with 412 if something you set was changed since"`
	Body    app.UpdateRequest
}

type undoInput struct {
	Key string `header:"Idempotency-Key" maxLength:"200"`
	ID  string `path:"id" format:"uuid"`
}

type actOutput struct {
	ETag     string `header:"ETag"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     Acted
}

func (a *API) registerUpdates() {
	refusals := []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed}
	register(a, endpoint{
		id: "update-ticket", method: http.MethodPost, path: "/api/v1/tickets/{id}/updates", tag: "tickets",
		summary:     "Update a ticket (Aggiorna)",
		description: "Note, status, assignee, entity: one atomic act. Asking the citizen (FAQ 2.4), resolving (2.5) and handing over (2.6) take a public note.",
		action:      identity.UpdateTicket, maxBody: maxFormBody, errorStatuses: refusals,
	}, a.updateTicket)
	register(a, endpoint{
		id: "undo-act", method: http.MethodPost, path: "/api/v1/tickets/{id}/undo", tag: "tickets",
		summary: "Withdraw my last act", description: "Possible while its note is held, and nothing happened since.",
		action: identity.UndoAct, errorStatuses: refusals,
	}, a.undoAct)
}

func (a *API) updateTicket(ctx context.Context, c caller, in *updateInput) (*actOutput, error) {
	u := in.Body
	var err error
	if u.ExpectedVersion, err = parseIfMatch(in.IfMatch); err != nil {
		return nil, err
	}
	o, err := a.App.Update(ctx, c.Caller, ticket.ID(in.ID), u, in.idempotency("tickets/"+in.ID+"/updates"))
	if err != nil {
		return nil, a.addCurrentVersion(ctx, ticket.ID(in.ID), err)
	}
	return newActOutput(o), nil
}

func (a *API) undoAct(ctx context.Context, c caller, in *undoInput) (*actOutput, error) {
	o, err := a.App.Undo(ctx, c.Caller, ticket.ID(in.ID), app.Idempotency{Key: in.Key, Body: []byte("POST tickets/" + in.ID + "/undo")})
	if err != nil {
		return nil, err
	}
	return newActOutput(o), nil
}

func newActOutput(o app.Outcome) *actOutput {
	return &actOutput{ETag: etag(o.Version), Replayed: replayed(o), Body: Acted{Version: o.Version, Position: o.Position.String(), Status: o.State.Status}}
}

// addCurrentVersion adds to a conflict which version the ticket has now.
func (a *API) addCurrentVersion(ctx context.Context, id ticket.ID, err error) error {
	var conflict *ticket.ConflictError
	if !errors.As(err, &conflict) {
		return err
	}
	p := problemFor(err, a.now())
	if _, version, err := a.App.State(ctx, id); err == nil {
		p.Current = version
	}
	return p
}
