// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

type playbookInput struct {
	ID string    `path:"id" format:"uuid"`
	At time.Time `query:"at" doc:"Moment in the past, RFC 3339: the checks as they were then"`
}

type playbookOutput struct {
	ETag string `header:"ETag" doc:"The ticket's version, for If-Match; absent with at"`
	Body ticketview.Playbook
}

type answerInput struct {
	ID      string `path:"id" format:"uuid"`
	IfMatch string `header:"If-Match" doc:"The ETag that you read: the answer is refused with 412 if somebody answered since"`
	IdempotencyInput
	Body app.AnswerRequest
}

type answerOutput struct {
	ETag     string `header:"ETag"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     Answered
}

// Answered holds the run after an answer, and the ticket's version and position.
type Answered struct {
	ticketview.Playbook
	TicketVersion int    `json:"ticket_version"`
	Position      string `json:"position"`
}

// registerPlaybook adds the endpoints that read and answer the checks of a ticket.
func (a *API) registerPlaybook() {
	register(a, endpoint{
		id: "get-playbook", method: http.MethodGet, path: "/api/v1/tickets/{id}/playbook", tag: "tickets",
		summary: "Read the checks of a ticket", description: "The open check, the answers with their evidence, and the outcome of the answers with its note filled in. " +
			"For operators of the entity that the checks belong to, of the Region, and for auditors.",
		action: policy.ReadTicket, errorStatuses: []int{http.StatusNotFound},
	}, a.getPlaybook)
	register(a, endpoint{
		id: "answer-check", method: http.MethodPost, path: "/api/v1/tickets/{id}/playbook/answers", tag: "tickets",
		summary: "Answer a check", description: "To answer and carry out the outcome in one act, send the answers together with a status in an update.",
		action: policy.UpdateTicket, errorStatuses: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed},
	}, a.answerCheck)
}

// noPlaybook returns the problem for a ticket without a playbook, and for checks that the caller may not see.
func noPlaybook() *Problem {
	return notFound.detail("No checks are prescribed for this ticket, or they are not yours to read: its problem has no playbook, or they are another ASR's.")
}

func (a *API) getPlaybook(ctx context.Context, c caller, in *playbookInput) (*playbookOutput, error) {
	at, err := a.parseMoment(in.At)
	if err != nil {
		return nil, err
	}
	p, version, err := a.readChecks(ctx, c, ticket.ID(in.ID), at)
	if err != nil {
		return nil, err
	}
	out := &playbookOutput{Body: p}
	if at == nil {
		out.ETag = etag(version)
	}
	return out, nil
}

// readChecks returns the run as the caller may see it, and the ticket's version.
func (a *API) readChecks(ctx context.Context, c caller, id ticket.ID, at *time.Time) (ticketview.Playbook, int, error) {
	p, version, ok, err := a.App.Checks(ctx, c.Caller, id, at)
	if err == nil && !ok {
		err = noPlaybook()
	}
	return p, version, err
}

func (a *API) answerCheck(ctx context.Context, c caller, in *answerInput) (*answerOutput, error) {
	id, u := ticket.ID(in.ID), app.UpdateRequest{Answers: []app.AnswerRequest{in.Body}}
	var err error
	if u.ExpectedVersion, err = parseIfMatch(in.IfMatch); err != nil {
		return nil, err
	}
	o, err := a.App.Update(ctx, c.Caller, id, u, in.idempotency("tickets/"+in.ID+"/playbook/answers"))
	if err != nil {
		return nil, a.addCurrentVersion(ctx, c, id, singleAnswerError(err))
	}
	p, _, err := a.readChecks(ctx, c, id, nil)
	if err != nil {
		return nil, err
	}
	_, version, err := a.App.VisibleResult(ctx, c.Caller, o)
	if err != nil {
		return nil, err
	}
	return &answerOutput{ETag: etag(version), Replayed: replayed(o), Body: Answered{p, version, a.App.PositionText(c.Caller, o.Position)}}, nil
}

// singleAnswerError removes the prefix "answers[0]." from the refused fields, since the body of this endpoint is a single answer.
func singleAnswerError(err error) error {
	var refused *ticket.InvalidError
	if !errors.As(err, &refused) {
		return err
	}
	named := &ticket.InvalidError{}
	for _, f := range refused.Fields {
		f.Field = strings.TrimPrefix(f.Field, "answers[0].")
		named.Fields = append(named.Fields, f)
	}
	return named
}
