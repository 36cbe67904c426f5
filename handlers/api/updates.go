// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// UpdateRequest is «Aggiorna»: all that one click sends, carried out as one act or refused as a whole (FAQ 2.3–2.6).
type UpdateRequest struct {
	Note        *NoteRequest       `json:"note,omitempty"`
	Status      ticket.Status      `json:"status,omitempty" example:"in_attesa_utente" doc:"Target of the move"`
	Assignee    *string            `json:"assignee,omitempty" doc:"User name or id of a colleague, supervisori, regione, or empty for nobody"`
	Entity      catalog.EntityCode `json:"entity,omitempty" doc:"The ASR that the Region sends the ticket to"`
	Reason      string             `json:"reason,omitempty" doc:"For resume, reopen, recall; spam, prova or duplicato for discard; non_della_mia_azienda or an override for a hand-over that the checks do not come to"`
	DuplicateOf string             `json:"duplicate_of,omitempty" doc:"Number or id of the ticket that this one repeats"`
	Service     catalog.ServiceID  `json:"service,omitempty" doc:"What the ticket is really about"`
	Problem     catalog.ProblemID  `json:"problem,omitempty"`
	Answers     []AnswerRequest    `json:"answers,omitempty" nullable:"false" doc:"To checks of the playbook, in the order in which they are asked. With the status of the outcome they lead to, and no note, the outcome writes the note"`
}

// NoteRequest is a note. Public means the Region in the act that escalates, the ASR in the one that redirects, and the
// citizen in all others.
type NoteRequest struct {
	Text        string            `json:"text"`
	Visibility  ticket.Visibility `json:"visibility,omitempty" enum:"public,internal,regional" doc:"internal if left out"`
	Attachments []FileUpload      `json:"attachments,omitempty"`
}

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
	Body    UpdateRequest
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
	u, err := in.Body.updateRequest(in.IfMatch)
	if err != nil {
		return nil, err
	}
	o, err := a.App.Update(ctx, c.Caller, ticket.ID(in.ID), u, in.idempotency("tickets/"+in.ID+"/updates"))
	if err != nil {
		return nil, a.addCurrentVersion(ctx, ticket.ID(in.ID), err)
	}
	return newActOutput(o), nil
}

func (r UpdateRequest) updateRequest(ifMatch string) (app.UpdateRequest, error) {
	u := app.UpdateRequest{
		Status: r.Status, Assignee: r.Assignee, Entity: r.Entity, Reason: r.Reason, DuplicateOf: r.DuplicateOf, Service: r.Service, Problem: r.Problem,
		Answers: answerRequests(r.Answers),
	}
	if r.Note != nil {
		u.Note = &app.NoteRequest{Text: r.Note.Text, Visibility: r.Note.Visibility, Files: attachmentFiles(r.Note.Attachments)}
	}
	var err error
	u.ExpectedVersion, err = parseIfMatch(ifMatch)
	return u, err
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
