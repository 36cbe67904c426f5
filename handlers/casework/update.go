// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/attachment"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

// Update is «Aggiorna»: all that one click sends, carried out as one act or refused as a whole (FAQ 2.3–2.6). Zero fields
// are not asked for.
type Update struct {
	Note        *Note
	Status      ticket.Status
	Assignee    *string // user name or id of a colleague, projections.Supervisors, catalog.Region, or empty for nobody
	Entity      catalog.EntityCode
	Reason      string
	DuplicateOf string // number or id
	Service     catalog.ServiceID
	Problem     catalog.ProblemID
	Answers     []Answer // to checks of the playbook, in the order in which they are asked
	Pinned      int      // version that the caller saw; 0: none
}

// Answer answers a check of the ticket's playbook (FAQ 2.7–2.12).
type Answer struct {
	Check    playbook.CheckID
	Answer   string // yes or no; what is not known is not answered
	Evidence playbook.Evidence
}

// Note is a note as typed. Empty visibility is internal.
type Note struct {
	Text       string
	Visibility ticket.Visibility
	Files      []attachment.File
}

// Update carries an update out. Errors: the rules', eventstore.ErrConflict and *ticket.ConflictError for a stale version.
func (c *Cases) Update(ctx context.Context, by Caller, id ticket.ID, in Update, said Said) (desk.Outcome, error) {
	r := desk.Request{Ticket: id, By: by.Actor, From: by.From, Key: said.Key, Body: said.Body, Pinned: in.Pinned}
	u := ticket.Update{Status: in.Status, Entity: in.Entity, Reason: in.Reason, Service: in.Service, Problem: in.Problem}
	var err error
	if u.Answers, err = answers(in.Answers); err != nil {
		return c.Desk.Refused(ctx, r, err)
	}
	if u.OutcomeNote, err = desk.NewID(); err != nil {
		return desk.Outcome{}, err
	}
	if u.Assignee, err = c.assignee(ctx, by.Actor, in.Assignee); err != nil {
		return c.Desk.Refused(ctx, r, err)
	}
	if u.DuplicateOf, err = c.main(ctx, by, in.DuplicateOf); err != nil {
		return c.Desk.Refused(ctx, r, err)
	}
	var files []attachment.File
	if u.Note, files, err = newNote(in.Note); err != nil {
		return c.Desk.Refused(ctx, r, err)
	}
	r.Command = u
	kept, err := c.keep(ctx, r, files)
	if err != nil {
		return c.Desk.Refused(ctx, r, err)
	}
	if kept != nil {
		u.Note.Attachments = kept // the command holds the same note
	}
	return c.Desk.Dispatch(ctx, r)
}

// Undo withdraws the caller's last act on a ticket while its note is held.
func (c *Cases) Undo(ctx context.Context, by Caller, id ticket.ID, said Said) (desk.Outcome, error) {
	return c.Desk.Dispatch(ctx, desk.Request{
		Ticket: id, Command: ticket.Undo{}, By: by.Actor, From: by.From, Key: said.Key, Body: said.Body,
	})
}

// assignee reads a choice of the operator menu (FAQ 2.3).
func (c *Cases) assignee(ctx context.Context, by person.Actor, chosen *string) (*ticket.NewAssignee, error) {
	if chosen == nil {
		return nil, nil
	}
	switch *chosen {
	case "":
		return &ticket.NewAssignee{}, nil
	case projections.Supervisors:
		return &ticket.NewAssignee{Supervisors: true}, nil
	case string(catalog.Region):
		return &ticket.NewAssignee{Region: true}, nil
	}
	o, err := c.Identity.Find(ctx, *chosen, by.Entity)
	if errors.Is(err, identity.ErrNotFound) {
		return nil, refused("assignee", "there is no such operator", "user name or id of an operator of the competent entity (GET /api/v1/operators), supervisori, regione, or empty")
	}
	if err != nil {
		return nil, err
	}
	return &ticket.NewAssignee{Operator: o.ID, At: o.Entity}, nil
}

// main finds the ticket that a duplicate repeats, among those that the caller sees.
func (c *Cases) main(ctx context.Context, by Caller, numberOrID string) (*ticket.Main, error) {
	if numberOrID == "" {
		return nil, nil
	}
	id := ticket.ID(numberOrID)
	if !eventstore.IsID(numberOrID) {
		var err error
		if id, err = c.Reader.ByNumber(ctx, by.Viewer(), strings.TrimSpace(numberOrID)); err != nil {
			return nil, err
		}
	}
	w, err := c.see(ctx, by, id, nil)
	if errors.Is(err, eventstore.ErrNotFound) || errors.As(err, new(*ticket.NotYoursError)) {
		return nil, refused("duplicate_of", "there is no such ticket, or it is not yours to see", "number or id of another ticket of the same citizen")
	}
	if err != nil {
		return nil, err
	}
	return &ticket.Main{Ticket: id, Subject: w.State.Subject}, nil
}

// newNote checks what comes with a note; the files are still to be kept.
func newNote(n *Note) (*ticket.NewNote, []attachment.File, error) {
	if n == nil {
		return nil, nil, nil
	}
	checked, err := attachment.Check("note.attachments", n.Files)
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

// answers reads what was sent. The rules judge the checks and their evidence.
func answers(sent []Answer) ([]ticket.NewAnswer, error) {
	var all []ticket.NewAnswer
	for i, s := range sent {
		if s.Answer != "yes" && s.Answer != "no" {
			return nil, refused(fmt.Sprintf("answers[%d].answer", i), "is neither yes nor no", "yes or no; what is not known is not answered")
		}
		all = append(all, ticket.NewAnswer{Check: s.Check, Yes: s.Answer == "yes", Evidence: s.Evidence})
	}
	return all, nil
}
