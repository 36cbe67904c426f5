// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"errors"
	"net/http"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// ownTicketData holds a ticket as its citizen reads it, and the reply as it was typed.
type ownTicketData struct {
	ticketview.Ticket
	Path          string // of this page
	ByLink        bool   // the citizen came by the personal link
	CitizenStatus citizenStatus
	Question      *ticketview.Note // the open question to the citizen; nil: none
	Reply         replyForm
}

// replyForm is a citizen's reply as typed. Resolution is the choice that a reply to a solved ticket needs: notSolved or justMessage.
// SeenStatus is the status that the page showed.
type replyForm struct {
	Text, Resolution string
	SeenStatus       ticket.Status
	IdempotencyKey   ticket.ID // of this form: a form that is sent twice records one reply
}

// The choices for a reply to a solved ticket, as values of the form.
const (
	notSolved   = "non_risolto"
	justMessage = "messaggio"
)

func (p *Pages) ownTicketPage(r *ui.Request) error {
	return p.renderOwnTicket(r, http.StatusOK, nil, replyForm{})
}

func (p *Pages) renderOwnTicket(r *ui.Request, status int, problem *ui.Problem, f replyForm) error {
	t, err := p.App.Ticket(r.Context(), r.Caller, ownTicketID(r), nil)
	if err != nil {
		return err
	}
	d := ownTicketData{
		Ticket: t, Path: "/richieste/" + r.PathValue("link"), ByLink: r.Caller.Link != "", CitizenStatus: newCitizenStatus(t.Status, t.StatusLabel),
		Question: openQuestion(t), Reply: f,
	}
	d.Reply.SeenStatus = t.Status
	if d.Reply.IdempotencyKey, err = app.NewID(); err != nil {
		return err
	}
	out := ui.Page{Template: "richiesta", Title: "Richiesta " + t.Number, Problem: problem, Data: d}
	if d.ByLink {
		setNoIndex(r)
	} else {
		out.Breadcrumb = []ui.Crumb{{Name: "Le mie richieste", Path: "/richieste"}}
	}
	return p.Render(r, status, out)
}

// reply records the citizen's reply to a question (FAQ 2.4) or to a resolution. A reply to a closed ticket opens a linked ticket, but only
// if the page had shown the ticket as closed.
func (p *Pages) reply(r *ui.Request) error {
	files, uploadErr := r.ParseUpload()
	f := replyForm{Text: r.FormValue("testo"), Resolution: r.FormValue("esito"), SeenStatus: ticket.Status(r.FormValue("visto"))}
	o, err := p.sendReply(r, f, files, uploadErr)
	if err != nil {
		problem := replyProblem(err, files)
		if problem == nil || eventstore.IsUnavailable(err) {
			return err
		}
		problem.Text += filesLostNote(r, files)
		return p.renderOwnTicket(r, problem.Status, problem, f)
	}
	switch {
	case ticket.ID(o.Stream) != ownTicketID(r):
		return r.Redirect(p.confirmationPath(ticket.ID(o.Stream)))
	case f.Resolution == notSolved:
		return r.Redirect("/richieste/" + r.PathValue("link") + "?fatto=ripresa")
	}
	return r.Redirect("/richieste/" + r.PathValue("link") + "?fatto=risposta")
}

// sendReply gives the reply to the application service. A reply to a solved ticket without a choice is a ticket.InvalidError.
func (p *Pages) sendReply(r *ui.Request, f replyForm, files []attachment.FileUpload, uploadErr error) (app.CommandResult, error) {
	if uploadErr != nil {
		return app.CommandResult{}, uploadErr
	}
	in := app.ReplyRequest{Text: f.Text, Files: files, SeenOpen: f.SeenStatus != ticket.StatusClosed}
	merged := r.FormValue("unita") != "" // the page of a duplicate asks nothing: the answer goes to the main ticket
	if f.SeenStatus == ticket.StatusResolved && !merged {
		switch f.Resolution {
		case notSolved, justMessage:
			solved := f.Resolution == justMessage
			in.Solved = &solved
		default:
			fieldErrors := []ticket.FieldError{{Field: "solved", Reason: refusal.Required.With()}}
			if strings.TrimSpace(f.Text) == "" && len(files) == 0 {
				fieldErrors = append(fieldErrors, ticket.FieldError{Field: "text", Reason: refusal.Required.With()})
			}
			return app.CommandResult{}, &ticket.InvalidError{Fields: fieldErrors}
		}
	}
	return p.App.Reply(r.Context(), r.Caller, ownTicketID(r), in, app.Idempotency{Key: r.FormValue("chiave"), Body: r.IdempotencyBody(files)})
}

// replyProblem converts an error to the form's error messages. It returns nil for an error that the citizen cannot correct in the form.
func replyProblem(err error, files []attachment.FileUpload) *ui.Problem {
	const notSent = "Non abbiamo ancora inviato nulla. Ciò che ha scritto è ancora qui."
	problem := &ui.Problem{Status: http.StatusUnprocessableEntity, Text: notSent}
	var invalid *ticket.InvalidError
	switch {
	case errors.Is(err, app.ErrClosed):
		problem.Status, problem.Title = http.StatusConflict, "Nel frattempo la richiesta si è chiusa"
		problem.Text = "Il tempo per rispondere è finito mentre scriveva. Ciò che ha scritto è ancora qui: se lo invia adesso, si apre una nuova richiesta collegata a questa."
	case errors.Is(err, eventstore.ErrKeyReused):
		return alreadySentProblem()
	case errors.As(err, &invalid):
		for _, fieldError := range invalid.Fields {
			switch {
			case fieldError.Field == "solved":
				problem.Fields = append(problem.Fields, ui.FieldProblem{Field: "esito", Text: "Scelga se il problema c’è ancora, o se è solo un messaggio."})
			case fieldError.Field == "text" && fieldError.Reason.Code == refusal.Required:
				problem.Fields = append(problem.Fields, ui.FieldProblem{Field: "testo", Text: "Scriva il messaggio."})
			case fieldError.Field == "text":
				problem.Fields = append(problem.Fields, ui.FieldProblem{Field: "testo", Text: ui.FieldText(fieldError)})
			default:
				rest := fieldError.Field[min(len("attachments["), len(fieldError.Field)):]
				problem.Fields = append(problem.Fields, ui.FieldProblem{Field: "allegati", Text: fileProblemText(rest, fieldError, files)})
			}
		}
		problem.Title = correctionsTitle(len(problem.Fields))
	default:
		if problem = ui.ProblemOf(err); problem.Status >= http.StatusInternalServerError || problem.Status == http.StatusNotFound {
			return nil
		}
	}
	return problem
}
