// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// UpdateRequest holds the changes that an operator sends with one click on «Aggiorna». They become one act or are refused together
// (FAQ 2.3–2.6). Zero fields change nothing.
//
// It is the body of the API's request, and the pages parse their form into it.
type UpdateRequest struct {
	ticket.UpdateFields
	Note            *NoteRequest    `json:"note,omitempty"`
	Assignee        *string         `json:"assignee,omitempty" doc:"User name or id of a colleague, supervisori, regione, or empty for nobody"`
	DuplicateOf     string          `json:"duplicate_of,omitempty" doc:"Number or id of the ticket that this one repeats"`
	Answers         []AnswerRequest `json:"answers,omitempty" nullable:"false" doc:"Answers to checks of the playbook, in the order of the path. If the status is that of the outcome and there is no note, the outcome's note is written"`
	ExpectedVersion int             `json:"-"` // the version that the caller saw; 0: none
}

// AnswerRequest is the answer to one check of the ticket's playbook (FAQ 2.7–2.12).
type AnswerRequest struct {
	Check    playbook.CheckID  `json:"check" example:"referto-individuato"`
	Answer   string            `json:"answer" enum:"yes,no"` // leave a check without a known answer out
	Evidence playbook.Evidence `json:"evidence,omitempty" doc:"Values by field. A value in an unexpected format gets a warning and is stored as given"`
}

// NoteRequest is a note as the operator typed it. A public note is for the Region in an act that hands the ticket over to the Region, for
// the ASR in an act by which the Region sends it to an ASR, and for the citizen in all other acts. An empty visibility means internal.
type NoteRequest struct {
	Text       string                  `json:"text"`
	Visibility ticket.Visibility       `json:"visibility,omitempty" enum:"public,internal,regional" doc:"internal if left out"`
	Files      []attachment.FileUpload `json:"attachments,omitempty"`
}

// Update dispatches an update. It resolves user names and ticket numbers first, and stores the files if the rules accept the update.
// Errors: those of the rules; *ticket.ConflictError if a change that the caller has not seen conflicts with the update;
// eventstore.ErrConflict if the ticket has not reached the expected version.
func (s *Service) Update(ctx context.Context, by Caller, id ticket.ID, in UpdateRequest, idempotency Idempotency) (CommandResult, error) {
	r := CommandRequest{Ticket: id, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body, ExpectedVersion: in.ExpectedVersion}
	u := ticket.Update{UpdateFields: in.UpdateFields}
	var err error
	if u.Answers, err = parseAnswers(in.Answers); err != nil {
		return s.RefuseUnlessRepeated(ctx, r, err)
	}
	if u.OutcomeNote, err = NewID(); err != nil {
		return CommandResult{}, err
	}
	if u.Assignee, err = s.resolveAssignee(ctx, by.Actor, in.Assignee); err != nil {
		return s.RefuseUnlessRepeated(ctx, r, err)
	}
	if u.DuplicateOf, err = s.findDuplicateOf(ctx, by, in.DuplicateOf); err != nil {
		return s.RefuseUnlessRepeated(ctx, r, err)
	}
	var files []attachment.FileUpload
	if u.Note, files, err = prepareNote(in.Note); err != nil {
		return s.RefuseUnlessRepeated(ctx, r, err)
	}
	r.Command = u
	stored, err := s.storeFiles(ctx, r, files)
	if err != nil {
		return s.RefuseUnlessRepeated(ctx, r, err)
	}
	if u.Note != nil {
		u.Note.Attachments = stored
	}
	r.Command = u
	return s.Dispatch(ctx, r)
}

// Undo withdraws the last act on a ticket, if it is the caller's and its note is still held.
func (s *Service) Undo(ctx context.Context, by Caller, id ticket.ID, idempotency Idempotency) (CommandResult, error) {
	return s.Dispatch(ctx, CommandRequest{
		Ticket: id, Command: ticket.Undo{}, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body,
	})
}

// resolveAssignee parses a choice of the operator menu (FAQ 2.3). Nil means no change.
func (s *Service) resolveAssignee(ctx context.Context, by person.Actor, chosen *string) (*ticket.AssigneeInput, error) {
	if chosen == nil {
		return nil, nil
	}
	switch *chosen {
	case "":
		return &ticket.AssigneeInput{}, nil
	case ticket.Supervisors:
		return &ticket.AssigneeInput{Supervisors: true}, nil
	case string(catalog.Region):
		return &ticket.AssigneeInput{Region: true}, nil
	}
	o, err := s.Identity.FindOperator(ctx, *chosen, by.Entity)
	if errors.Is(err, identity.ErrNotFound) {
		return nil, ticket.NewInvalidField("assignee", refusal.UnknownOperator.With(), "user name or id of an operator of the competent entity (GET /api/v1/operators), supervisori, regione, or empty")
	}
	if err != nil {
		return nil, err
	}
	return &ticket.AssigneeInput{Operator: o.ID, Entity: o.Entity}, nil
}

// findDuplicateOf finds the original of a duplicate by number or id, among the tickets that the caller may see.
func (s *Service) findDuplicateOf(ctx context.Context, by Caller, numberOrID string) (*ticket.OriginalTicket, error) {
	if numberOrID == "" {
		return nil, nil
	}
	id, err := s.findTicket(ctx, by.Viewer(), numberOrID)
	var view TicketView
	if err == nil {
		view, err = s.buildView(ctx, by, id, nil)
	}
	if errors.Is(err, eventstore.ErrNotFound) || errors.As(err, new(*ticket.NotVisibleError)) {
		return nil, ticket.NewInvalidField("duplicate_of", refusal.UnknownTicket.With(), "number or id of another ticket of the same citizen")
	}
	if err != nil {
		return nil, err
	}
	mains, err := s.mainsOf(ctx, id, view.State.Original)
	if err != nil {
		return nil, err
	}
	return &ticket.OriginalTicket{Ticket: id, Person: view.State.Person, NamesAnother: view.State.Representation != "", Mains: mains}, nil
}

// mainsOf returns the main tickets of a ticket, each that of the one before, up to a ticket that is no duplicate. original is its own one.
func (s *Service) mainsOf(ctx context.Context, id, original ticket.ID) (mains []ticket.ID, err error) {
	for original != "" && original != id && !slices.Contains(mains, original) {
		state, _, err := s.State(ctx, original)
		if errors.Is(err, eventstore.ErrNotFound) {
			return mains, nil
		}
		if err != nil {
			return nil, err
		}
		mains, original = append(mains, original), state.Original
	}
	return mains, nil
}

// prepareNote checks the files of a note and returns the note, with descriptions of the files, and the files. It stores nothing.
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

// parseAnswers parses the yes or no of each answer. The rules validate the checks and their evidence.
func parseAnswers(sent []AnswerRequest) ([]ticket.AnswerInput, error) {
	var all []ticket.AnswerInput
	for i, s := range sent {
		if s.Answer != "yes" && s.Answer != "no" {
			return nil, ticket.NewInvalidField(fmt.Sprintf("answers[%d].answer", i), refusal.NotYesOrNo.With(), "yes or no; what is not known is not answered")
		}
		all = append(all, ticket.AnswerInput{Check: s.Check, Yes: s.Answer == "yes", Evidence: s.Evidence})
	}
	return all, nil
}
