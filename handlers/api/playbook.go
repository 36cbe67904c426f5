// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

// AnswerRequest answers a check of the ticket's playbook (FAQ 2.7–2.12).
type AnswerRequest struct {
	Check    playbook.CheckID  `json:"check" example:"referto-individuato"`
	Answer   string            `json:"answer" enum:"yes,no"`
	Evidence playbook.Evidence `json:"evidence,omitempty" doc:"Values by field. What has an odd form is warned of and kept as given"`
}

type playbookInput struct {
	ID string    `path:"id" format:"uuid"`
	At time.Time `query:"at" doc:"As it stood then, RFC 3339"`
}

type playbookAnswer struct {
	ETag string `header:"ETag" doc:"The ticket's version, for If-Match; none for the past"`
	Body projections.Playbook
}

type answerInput struct {
	ID      string `path:"id" format:"uuid"`
	IfMatch string `header:"If-Match" doc:"The ETag you saw: refused with 412 if somebody answered since"`
	Repeatable
	Body AnswerRequest
}

type answeredAnswer struct {
	ETag     string `header:"ETag"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     Answered
}

// Answered is the run after an answer, and where it left the ticket.
type Answered struct {
	projections.Playbook
	TicketVersion int    `json:"ticket_version"`
	Position      string `json:"position"`
}

// playbook adds reading and answering the checks of a ticket.
func (a *API) playbook() {
	register(a, endpoint{
		id: "get-playbook", method: http.MethodGet, path: "/api/v1/tickets/{id}/playbook", tag: "tickets",
		summary: "Read the checks of a ticket", description: "Which check is open, what was answered on what evidence, and the outcome that the answers come to, " +
			"with its note filled in. For the entity whose checks they are, the Region and the auditor.",
		action: identity.ReadTicket, errors: []int{http.StatusNotFound},
	}, a.getPlaybook)
	register(a, endpoint{
		id: "answer-check", method: http.MethodPost, path: "/api/v1/tickets/{id}/playbook/answers", tag: "tickets",
		summary: "Answer a check", description: "To answer and carry the outcome out in one act, send answers with a status in an update.",
		action: identity.UpdateTicket, errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed},
	}, a.answerCheck)
}

// noChecks is the answer where no playbook applies, or it is not for the caller.
func noChecks() *Problem {
	return notFound.say("No checks are prescribed for this ticket, or they are not yours to read: its problem has no playbook, or they are another ASR's.")
}

func (a *API) getPlaybook(ctx context.Context, c caller, in *playbookInput) (*playbookAnswer, error) {
	at, err := a.moment(in.At)
	if err != nil {
		return nil, err
	}
	p, version, err := a.checks(ctx, c, ticket.ID(in.ID), at)
	if err != nil {
		return nil, err
	}
	out := &playbookAnswer{Body: p}
	if at == nil {
		out.ETag = etag(version)
	}
	return out, nil
}

// checks is the run as the caller may see it, with the ticket's version.
func (a *API) checks(ctx context.Context, c caller, id ticket.ID, at *time.Time) (projections.Playbook, int, error) {
	p, version, ok, err := a.cases.Checks(ctx, c.Caller, id, at)
	if err == nil && !ok {
		err = noChecks()
	}
	return p, version, err
}

func (a *API) answerCheck(ctx context.Context, c caller, in *answerInput) (*answeredAnswer, error) {
	id, u := ticket.ID(in.ID), casework.Update{Answers: answers([]AnswerRequest{in.Body})}
	var err error
	if u.Pinned, err = pinned(in.IfMatch); err != nil {
		return nil, err
	}
	o, err := a.cases.Update(ctx, c.Caller, id, u, in.said("tickets/"+in.ID+"/playbook/answers"))
	if err != nil {
		return nil, a.withCurrent(ctx, id, alone(err))
	}
	p, _, err := a.checks(ctx, c, id, nil)
	if err != nil {
		return nil, err
	}
	return &answeredAnswer{ETag: etag(o.Version), Replayed: replayed(o), Body: Answered{p, o.Version, o.Position.String()}}, nil
}

// alone names fields as they stand in a body that is one answer, not a list of them.
func alone(err error) error {
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

func answers(sent []AnswerRequest) (all []casework.Answer) {
	for _, s := range sent {
		all = append(all, casework.Answer(s))
	}
	return all
}
