// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/attachment"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// OpenRequest is a request for help: the citizen's form, or the operators' own (FAQ 2.2).
type OpenRequest struct {
	Service     catalog.ServiceID  `json:"service" example:"ritiro-documenti"`
	Problem     catalog.ProblemID  `json:"problem" example:"referto-non-trovato"`
	Entity      catalog.EntityCode `json:"entity" example:"010301" doc:"Ministerial code of the ASR"`
	Description string             `json:"description"`
	Requester   RequesterForm      `json:"requester"`
	Facilitated bool               `json:"facilitated,omitempty" doc:"Whether facilitated access was used"`
	IUV         string             `json:"iuv,omitempty" maxLength:"35" doc:"Payment identifier, where it matters"`
	Channel     ticket.Channel     `json:"channel,omitempty" enum:"sportello,telefono" doc:"For operators, who open for a citizen at the desk or on the telephone"`
	Attachments []FileUpload       `json:"attachments,omitempty"`
}

// RequesterForm is who asks.
type RequesterForm struct {
	Role       ticket.RequesterRole `json:"role,omitempty" example:"cittadino" doc:"cittadino, genitore, delegato; operatore_asr in the operators' own form"`
	GivenName  string               `json:"given_name"`
	FamilyName string               `json:"family_name"`
	TaxCode    string               `json:"tax_code" example:"RSSMRA80A01H501U" doc:"Codice fiscale, or an STP/ENI code"`
	Email      string               `json:"email" example:"mario.rossi@example.org"`
	Phone      string               `json:"phone" example:"+39 011 0000000"`
	OnBehalfOf string               `json:"on_behalf_of,omitempty" maxLength:"200" doc:"Whom the request is about when not the requester"`
}

// FileUpload is an attachment: pdf doc docx xls xlsx zip png gif jpeg, 1 MB at most.
type FileUpload struct {
	Name          string `json:"name" example:"referto.pdf"`
	ContentBase64 []byte `json:"content_base64"`
}

// OpenedTicket is what the requester needs to come back to it.
type OpenedTicket struct {
	ID       ticket.ID     `json:"id"`
	Number   string        `json:"number" example:"2026-0001234"`
	Status   ticket.Status `json:"status"`
	Version  int           `json:"version"`
	Position string        `json:"position" example:"1.42"`
}

type openInput struct {
	Repeatable
	Body OpenRequest
}

type openAnswer struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     OpenedTicket
}

// formBody is the most that a form weighs: five attachments of 1 MB in base64, and 64 kB of everything else.
const formBody = ticket.MaxAttachments*((ticket.MaxAttachmentSize+2)/3*4) + 64<<10

func (a *API) open() {
	register(a, endpoint{
		id: "open-ticket", method: http.MethodPost, path: "/api/v1/tickets", tag: "tickets", status: http.StatusCreated,
		summary: "Open a ticket",
		description: "Without a token the requester is declared; with a citizen's it is that citizen's, verified, whatever is typed; with an operator's " +
			"it is opened for a citizen at the desk or on the telephone (FAQ 2.2).",
		public: true, action: identity.OpenTicket, limit: a.limits.form, maxBody: formBody,
	}, a.openTicket)
}

func (a *API) openTicket(ctx context.Context, c caller, in *openInput) (*openAnswer, error) {
	if c.link != "" { // the link is to one ticket: for another its holder is anybody
		c.actor = person.Actor{Role: person.Anonymous}
	}
	if in.Body.Channel != "" && !c.actor.Role.Operates() {
		return nil, wrong("channel", "is for operators", "leave it out")
	}
	o, err := a.openAs(ctx, c, in.Body.command(c.actor), uploads(in.Body.Attachments), in.Repeatable, "tickets")
	if err != nil {
		return nil, err
	}
	return opened(o), nil
}

// openAs checks form and files together, so that all that is wrong is named at once, and opens the ticket.
func (a *API) openAs(ctx context.Context, c caller, form ticket.Open, files []attachment.File, r Repeatable, call string) (desk.Outcome, error) {
	request := desk.Request{Command: form, By: c.actor, From: c.from, Key: r.Key, Body: r.said(call)}
	checked, err := attachment.Check("attachments", files)
	if err := both(a.Desk.Refusal(ctx, request), err); err != nil {
		return a.Desk.Refused(ctx, request, err)
	}
	if request.Ticket, err = desk.NewID(); err != nil {
		return desk.Outcome{}, err
	}
	if form.Number, err = a.Desk.Number(ctx); err != nil {
		return desk.Outcome{}, err
	}
	form.Subject = a.Desk.Subject(form.Form.TaxCode)
	if form.Attachments, form.Form.FileNames, err = attachment.Store(ctx, a.Store, request.Ticket, checked); err != nil {
		return desk.Outcome{}, err
	}
	request.Command = form
	return a.Desk.Dispatch(ctx, request)
}

// keep stores the files that come with a command for a ticket, once there is nothing to say against it: what is
// refused leaves nothing behind.
func (a *API) keep(ctx context.Context, r desk.Request, files []attachment.File) ([]ticket.Attachment, error) {
	if len(files) == 0 {
		return nil, nil
	}
	if err := a.Desk.Refusal(ctx, r); err != nil {
		return nil, err
	}
	kept, _, err := attachment.Store(ctx, a.Store, r.Ticket, files)
	return kept, err
}

// both joins the fields that two checks refused.
func both(first, second error) error {
	var a, b *ticket.InvalidError
	if errors.As(first, &a) && errors.As(second, &b) {
		return &ticket.InvalidError{Fields: append(append([]ticket.FieldError{}, a.Fields...), b.Fields...)}
	}
	if first != nil {
		return first
	}
	return second
}

// command is the form as the rules want it. Who is logged in decides how sure we are of the citizen.
func (r OpenRequest) command(by person.Actor) ticket.Open {
	form := ticket.Open{
		Service: r.Service, Problem: r.Problem, Entity: r.Entity, Channel: ticket.Web, Identity: ticket.Declared,
		Requester: r.Requester.Role, Facilitated: r.Facilitated,
		Form: ticket.Form{
			GivenName: r.Requester.GivenName, FamilyName: r.Requester.FamilyName, TaxCode: r.Requester.TaxCode, Email: r.Requester.Email,
			Phone: r.Requester.Phone, Description: r.Description, Concerns: r.Requester.OnBehalfOf, IUV: r.IUV,
		},
	}
	if form.Requester == "" {
		form.Requester = ticket.ForSelf
		if r.Service == ticket.OperatorsForm {
			form.Requester = ticket.AsOperator
		}
	}
	switch {
	case by.Role == person.Citizen:
		form.Identity, form.Citizen = ticket.Verified, by.ID
	case by.Role == person.Integration:
		form.Channel = ticket.System
	case by.Role.Operates() && r.Service != ticket.OperatorsForm:
		form.Channel = ticket.Desk
		if r.Channel != "" {
			form.Channel = r.Channel
		}
	}
	return form
}

func uploads(files []FileUpload) []attachment.File {
	var list []attachment.File
	for _, f := range files {
		list = append(list, attachment.File{Name: f.Name, Content: f.ContentBase64})
	}
	return list
}

func opened(o desk.Outcome) *openAnswer {
	return &openAnswer{
		ETag: etag(o.Version), Location: "/api/v1/tickets/" + o.Stream, Replayed: replayed(o),
		Body: OpenedTicket{ID: ticket.ID(o.Stream), Number: o.State.Number, Status: o.State.Status, Version: o.Version, Position: o.Position.String()},
	}
}
