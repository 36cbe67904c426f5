// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// Acted holds the state of a ticket after an act.
type Acted struct {
	Version  int           `json:"version"`
	Position string        `json:"position" example:"1.42"`
	Status   ticket.Status `json:"status"`
}

type updateInput struct {
	IdempotencyInput
	ID      string `path:"id" format:"uuid"`
	IfMatch string `header:"If-Match" doc:"The ETag that you read: the update is refused with 412 if a field that you set was changed since"`
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

// registerUpdates adds the endpoints of updates and undo.
func (a *API) registerUpdates() {
	refusals := []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed}
	register(a, endpoint{
		id: "update-ticket", method: http.MethodPost, path: "/api/v1/tickets/{id}/updates", tag: "tickets",
		summary:     "Update a ticket (Aggiorna)",
		description: "Changes note, status, assignee and entity in one atomic act. Asking the citizen (FAQ 2.4), resolving (2.5) and handing over (2.6) need a public note.",
		action:      policy.UpdateTicket, maxBody: maxFormBody, errorStatuses: refusals,
	}, a.updateTicket)
	register(a, endpoint{
		id: "undo-act", method: http.MethodPost, path: "/api/v1/tickets/{id}/undo", tag: "tickets",
		summary: "Withdraw my last act", description: "Possible while the act's note is held and nothing has happened since.",
		action: policy.UndoAct, errorStatuses: refusals,
	}, a.undoAct)
	register(a, endpoint{
		id: "revoke-links", method: http.MethodPost, path: "/api/v1/tickets/{id}/link-revocations", tag: "tickets",
		summary:     "Revoke the citizen's links",
		description: "Makes all personal links and reply addresses of the ticket invalid at once. Later mails hold new ones.",
		action:      policy.UpdateTicket, errorStatuses: refusals,
	}, ticketAct(a, "link-revocations", a.App.RevokeLinks))
	register(a, endpoint{
		id: "change-access", method: http.MethodPost, path: "/api/v1/tickets/{id}/access", tag: "tickets",
		summary: "Restrict the access to a ticket, or lift the restriction",
		description: "With restricted access («Accesso ristretto») of the operators of an entity only the assignee and the supervisors see the ticket and work on it. " +
			"Its assignee or a supervisor of the competent entity restricts, a supervisor lifts; both give a reason.",
		action: policy.UpdateTicket, errorStatuses: refusals,
	}, ticketAct(a, "access", a.App.ChangeRestriction))
}

// ticketActInput is the request of an act on a ticket.
type ticketActInput[B any] struct {
	IdempotencyInput
	ID   string `path:"id" format:"uuid"`
	Body B
}

// ticketAct returns the handler of an act on a ticket that a method of the application service carries out; path is that below the ticket's.
func ticketAct[B any](a *API, path string, act func(context.Context, app.Caller, ticket.ID, B, app.Idempotency) (app.CommandResult, error)) func(context.Context, caller, *ticketActInput[B]) (*actOutput, error) {
	return func(ctx context.Context, c caller, in *ticketActInput[B]) (*actOutput, error) {
		o, err := act(ctx, c.Caller, ticket.ID(in.ID), in.Body, in.idempotency("tickets/"+in.ID+"/"+path))
		if err != nil {
			return nil, err
		}
		return a.newActOutput(ctx, c, o)
	}
}

func (a *API) updateTicket(ctx context.Context, c caller, in *updateInput) (*actOutput, error) {
	u := in.Body
	var err error
	if u.ExpectedVersion, err = parseIfMatch(in.IfMatch); err != nil {
		return nil, err
	}
	o, err := a.App.Update(ctx, c.Caller, ticket.ID(in.ID), u, in.idempotency("tickets/"+in.ID+"/updates"))
	if err != nil {
		return nil, a.addCurrentVersion(ctx, c, ticket.ID(in.ID), err)
	}
	return a.newActOutput(ctx, c, o)
}

func (a *API) undoAct(ctx context.Context, c caller, in *undoInput) (*actOutput, error) {
	o, err := a.App.Undo(ctx, c.Caller, ticket.ID(in.ID), app.Idempotency{Key: in.Key, Body: []byte("POST tickets/" + in.ID + "/undo")})
	if err != nil {
		return nil, err
	}
	return a.newActOutput(ctx, c, o)
}

func (a *API) newActOutput(ctx context.Context, c caller, o app.CommandResult) (*actOutput, error) {
	status, version, err := a.App.VisibleResult(ctx, c.Caller, o)
	if err != nil {
		return nil, err
	}
	return &actOutput{ETag: etag(version), Replayed: replayed(o), Body: Acted{Version: version, Position: a.App.PositionText(c.Caller, o.Position), Status: status}}, nil
}

// addCurrentVersion converts a conflict to a problem with the ticket's current version for the caller. It returns other errors unchanged.
func (a *API) addCurrentVersion(ctx context.Context, c caller, id ticket.ID, err error) error {
	var conflict *ticket.ConflictError
	if !errors.As(err, &conflict) {
		return err
	}
	p := problemFor(err)
	if version, err := a.App.CurrentVersion(ctx, c.Caller, id); err == nil {
		p.Current = version
	}
	return p
}
