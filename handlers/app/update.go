// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// UpdateRequest is «Aggiorna»: all that one click sends, carried out as one act or refused as a whole (FAQ 2.3–2.6). Zero fields
// are not asked for.
//
// It is the body of the API's request, and the pages parse their form into it.
type UpdateRequest struct {
	ticket.Changes
	Note            *NoteRequest    `json:"note,omitempty"`
	Assignee        *string         `json:"assignee,omitempty" doc:"User name or id of a colleague, supervisori, regione, or empty for nobody"`
	DuplicateOf     string          `json:"duplicate_of,omitempty" doc:"Number or id of the ticket that this one repeats"`
	Answers         []AnswerRequest `json:"answers,omitempty" nullable:"false" doc:"To checks of the playbook, in the order in which they are asked. With the status of the outcome they lead to, and no note, the outcome writes the note"`
	ExpectedVersion int             `json:"-"` // the version that the caller saw; 0: none
}

// AnswerRequest answers a check of the ticket's playbook (FAQ 2.7–2.12).
type AnswerRequest struct {
	Check    playbook.CheckID  `json:"check" example:"referto-individuato"`
	Answer   string            `json:"answer" enum:"yes,no"` // a check whose answer is not known is left out
	Evidence playbook.Evidence `json:"evidence,omitempty" doc:"Values by field. What has an odd form is warned of and kept as given"`
}

// NoteRequest is a note as typed. A public note is for the Region in the act that escalates, for the ASR in the act that redirects,
// and for the citizen in all others. Empty visibility is internal.
type NoteRequest struct {
	Text       string                  `json:"text"`
	Visibility ticket.Visibility       `json:"visibility,omitempty" enum:"public,internal,regional" doc:"internal if left out"`
	Files      []attachment.FileUpload `json:"attachments,omitempty"`
}

// Update carries an update out. Errors: the rules', eventstore.ErrConflict and *ticket.ConflictError for a stale version.
func (c *Service) Update(ctx context.Context, by Caller, id ticket.ID, in UpdateRequest, idempotency Idempotency) (Outcome, error) {
	r := CommandRequest{Ticket: id, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body, ExpectedVersion: in.ExpectedVersion}
	u := ticket.Update{Changes: in.Changes}
	var err error
	if u.Answers, err = parseAnswers(in.Answers); err != nil {
		return c.Reject(ctx, r, err)
	}
	if u.OutcomeNote, err = NewID(); err != nil {
		return Outcome{}, err
	}
	if u.Assignee, err = c.resolveAssignee(ctx, by.Actor, in.Assignee); err != nil {
		return c.Reject(ctx, r, err)
	}
	if u.DuplicateOf, err = c.findDuplicateOf(ctx, by, in.DuplicateOf); err != nil {
		return c.Reject(ctx, r, err)
	}
	var files []attachment.FileUpload
	if u.Note, files, err = prepareNote(in.Note); err != nil {
		return c.Reject(ctx, r, err)
	}
	r.Command = u
	kept, err := c.storeFiles(ctx, r, files)
	if err != nil {
		return c.Reject(ctx, r, err)
	}
	if kept != nil {
		u.Note.Attachments = kept // the command holds the same note
	}
	return c.Dispatch(ctx, r)
}

// Undo withdraws the caller's last act on a ticket while its note is held.
func (c *Service) Undo(ctx context.Context, by Caller, id ticket.ID, idempotency Idempotency) (Outcome, error) {
	return c.Dispatch(ctx, CommandRequest{
		Ticket: id, Command: ticket.Undo{}, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body,
	})
}

// resolveAssignee reads a choice of the operator menu (FAQ 2.3).
func (c *Service) resolveAssignee(ctx context.Context, by person.Actor, chosen *string) (*ticket.AssigneeInput, error) {
	if chosen == nil {
		return nil, nil
	}
	switch *chosen {
	case "":
		return &ticket.AssigneeInput{}, nil
	case ticketview.Supervisors:
		return &ticket.AssigneeInput{Supervisors: true}, nil
	case string(catalog.Region):
		return &ticket.AssigneeInput{Region: true}, nil
	}
	o, err := c.Identity.FindOperator(ctx, *chosen, by.Entity)
	if errors.Is(err, identity.ErrNotFound) {
		return nil, invalidField("assignee", refusal.UnknownOperator.With(), "user name or id of an operator of the competent entity (GET /api/v1/operators), supervisori, regione, or empty")
	}
	if err != nil {
		return nil, err
	}
	return &ticket.AssigneeInput{Operator: o.ID, Entity: o.Entity}, nil
}

// findDuplicateOf finds the ticket that a duplicate repeats, among those that the caller sees.
func (c *Service) findDuplicateOf(ctx context.Context, by Caller, numberOrID string) (*ticket.OriginalTicket, error) {
	if numberOrID == "" {
		return nil, nil
	}
	id := ticket.ID(numberOrID)
	if !eventstore.IsID(numberOrID) {
		var err error
		if id, err = c.Lists.FindByNumber(ctx, by.Viewer(), strings.TrimSpace(numberOrID)); err != nil {
			return nil, err
		}
	}
	w, err := c.buildView(ctx, by, id, nil)
	if errors.Is(err, eventstore.ErrNotFound) || errors.As(err, new(*ticket.NotVisibleError)) {
		return nil, invalidField("duplicate_of", refusal.UnknownTicket.With(), "number or id of another ticket of the same citizen")
	}
	if err != nil {
		return nil, err
	}
	return &ticket.OriginalTicket{Ticket: id, Subject: w.State.Subject}, nil
}

// prepareNote checks what comes with a note; the files are still to be kept.
func prepareNote(n *NoteRequest) (*ticket.NoteInput, []attachment.FileUpload, error) {
	if n == nil {
		return nil, nil, nil
	}
	checked, err := attachment.Check("note.attachments", n.Files)
	if err != nil {
		return nil, nil, err
	}
	id, err := NewID()
	if err != nil {
		return nil, nil, err
	}
	note := &ticket.NoteInput{ID: id, Text: n.Text, Visibility: n.Visibility}
	if note.Visibility == "" {
		note.Visibility = ticket.Internal
	}
	note.Attachments, note.FileNames = attachment.Describe(checked)
	return note, checked, nil
}

// parseAnswers reads what was sent. The rules judge the checks and their evidence.
func parseAnswers(sent []AnswerRequest) ([]ticket.AnswerInput, error) {
	var all []ticket.AnswerInput
	for i, s := range sent {
		if s.Answer != "yes" && s.Answer != "no" {
			return nil, invalidField(fmt.Sprintf("answers[%d].answer", i), refusal.NotYesOrNo.With(), "yes or no; what is not known is not answered")
		}
		all = append(all, ticket.AnswerInput{Check: s.Check, Yes: s.Answer == "yes", Evidence: s.Evidence})
	}
	return all, nil
}
