// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/attachment"
	"github.com/sol-assistenza/sol/handlers/desk"
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
	Repeatable
	ID      string `path:"id" format:"uuid"`
	IfMatch string `header:"If-Match" doc:"The ETag you saw: refused with 412 if something you set was changed since"`
	Body    UpdateRequest
}

type undoInput struct {
	Key string `header:"Idempotency-Key" maxLength:"200"`
	ID  string `path:"id" format:"uuid"`
}

type actedAnswer struct {
	ETag     string `header:"ETag"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     Acted
}

func (a *API) updates() {
	refusals := []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed}
	register(a, endpoint{
		id: "update-ticket", method: http.MethodPost, path: "/api/v1/tickets/{id}/updates", tag: "tickets",
		summary:     "Update a ticket (Aggiorna)",
		description: "Note, status, assignee, entity: one atomic act. Asking the citizen (FAQ 2.4), resolving (2.5) and handing over (2.6) take a public note.",
		action:      identity.UpdateTicket, maxBody: formBody, errors: refusals,
	}, a.update)
	register(a, endpoint{
		id: "undo-act", method: http.MethodPost, path: "/api/v1/tickets/{id}/undo", tag: "tickets",
		summary: "Withdraw my last act", description: "Possible while its note is held, and nothing happened since.",
		action: identity.UndoAct, errors: refusals,
	}, a.undo)
}

func (a *API) update(ctx context.Context, c caller, in *updateInput) (*actedAnswer, error) {
	r := desk.Request{Ticket: ticket.ID(in.ID), By: c.actor, Key: in.Key, Body: in.said("tickets/" + in.ID + "/updates")}
	o, err := a.updated(ctx, c, r, in)
	if err != nil {
		return nil, a.withCurrent(ctx, r.Ticket, err)
	}
	return acted(o), nil
}

// updated turns what was sent into the domain's update, and dispatches it.
func (a *API) updated(ctx context.Context, c caller, r desk.Request, in *updateInput) (desk.Outcome, error) {
	var err error
	if r.Pinned, err = pinned(in.IfMatch); err != nil {
		return desk.Outcome{}, err
	}
	u := ticket.Update{Status: in.Body.Status, Entity: in.Body.Entity, Reason: in.Body.Reason, Service: in.Body.Service, Problem: in.Body.Problem}
	if u.Answers, err = answers(in.Body.Answers); err != nil {
		return a.Desk.Refused(ctx, r, err)
	}
	if u.OutcomeNote, err = desk.NewID(); err != nil {
		return desk.Outcome{}, err
	}
	if u.Assignee, err = a.assignee(ctx, c.actor, in.Body.Assignee); err != nil {
		return a.Desk.Refused(ctx, r, err)
	}
	if u.DuplicateOf, err = a.main(ctx, c, in.Body.DuplicateOf); err != nil {
		return a.Desk.Refused(ctx, r, err)
	}
	var files []attachment.File
	if u.Note, files, err = newNote(in.Body.Note); err != nil {
		return a.Desk.Refused(ctx, r, err)
	}
	r.Command = u
	kept, err := a.keep(ctx, r, files)
	if err != nil {
		return a.Desk.Refused(ctx, r, err)
	}
	if kept != nil {
		u.Note.Attachments = kept // the command holds the same note
	}
	return a.Desk.Dispatch(ctx, r)
}

func (a *API) undo(ctx context.Context, c caller, in *undoInput) (*actedAnswer, error) {
	o, err := a.Desk.Dispatch(ctx, desk.Request{
		Ticket: ticket.ID(in.ID), Command: ticket.Undo{}, By: c.actor, Key: in.Key, Body: []byte("POST tickets/" + in.ID + "/undo"),
	})
	if err != nil {
		return nil, err
	}
	return acted(o), nil
}

func acted(o desk.Outcome) *actedAnswer {
	return &actedAnswer{ETag: etag(o.Version), Replayed: replayed(o), Body: Acted{Version: o.Version, Position: o.Position.String(), Status: o.State.Status}}
}

// withCurrent adds to a conflict which version the ticket has now.
func (a *API) withCurrent(ctx context.Context, id ticket.ID, err error) error {
	var conflict *ticket.ConflictError
	if !errors.As(err, &conflict) {
		return err
	}
	p := problemOf(err, a.now())
	if _, version, err := a.Desk.State(ctx, id); err == nil {
		p.Current = version
	}
	return p
}

// assignee reads a choice of the operator menu (FAQ 2.3).
func (a *API) assignee(ctx context.Context, by person.Actor, chosen *string) (*ticket.NewAssignee, error) {
	if chosen == nil {
		return nil, nil
	}
	switch *chosen {
	case "":
		return &ticket.NewAssignee{}, nil
	case supervisors:
		return &ticket.NewAssignee{Supervisors: true}, nil
	case string(catalog.Region):
		return &ticket.NewAssignee{Region: true}, nil
	}
	o, err := a.Identity.Find(ctx, *chosen, by.Entity)
	if errors.Is(err, identity.ErrNotFound) {
		return nil, wrong("assignee", "there is no such operator", "user name or id of an operator of the competent entity (GET /api/v1/operators), supervisori, regione, or empty")
	}
	if err != nil {
		return nil, err
	}
	return &ticket.NewAssignee{Operator: o.ID, At: o.Entity}, nil
}

// main finds the ticket that a duplicate repeats, among those that the caller sees.
func (a *API) main(ctx context.Context, c caller, numberOrID string) (*ticket.Main, error) {
	if numberOrID == "" {
		return nil, nil
	}
	id := ticket.ID(numberOrID)
	if uuid.Validate(numberOrID) != nil {
		var err error
		if id, err = a.Reader.ByNumber(ctx, c.viewer(), strings.TrimSpace(numberOrID)); err != nil {
			return nil, err
		}
	}
	unknown := wrong("duplicate_of", "there is no such ticket, or it is not yours to see", "number or id of another ticket of the same citizen")
	if id == "" {
		return nil, unknown
	}
	if _, err := a.detail(ctx, c, id, nil); err != nil {
		return nil, unknown
	}
	s, _, err := a.Desk.State(ctx, id)
	if errors.Is(err, eventstore.ErrNotFound) {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	return &ticket.Main{Ticket: id, Subject: s.Subject}, nil
}

// newNote checks what comes with a note; the files are still to be kept.
func newNote(n *NoteRequest) (*ticket.NewNote, []attachment.File, error) {
	if n == nil {
		return nil, nil, nil
	}
	checked, err := attachment.Check("note.attachments", uploads(n.Attachments))
	if err != nil {
		return nil, nil, err
	}
	id, err := desk.NewID()
	if err != nil {
		return nil, nil, err
	}
	note := &ticket.NewNote{ID: id, Text: n.Text, Visibility: n.Visibility}
	if note.Visibility == "" {
		note.Visibility = ticket.Internal
	}
	note.Attachments, note.FileNames = attachment.Described(checked)
	return note, checked, nil
}
