// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"net/http"
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/readymade"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// readymadeText is a ready-made text, filled in for one ticket.
type readymadeText struct {
	readymade.Text
	Filled string
}

// Effect returns, in Italian, the status that the ticket gets when a quick action sends the text.
func (r readymadeText) Effect() string {
	if r.Status == "" {
		return "stato invariato"
	}
	return "stato: " + r.Status.Label()
}

// readymadeTexts returns the ready-made texts whose visibility and status are possible on the ticket now.
func (p *Pages) readymadeTexts(r *ui.Request, t ticketview.Ticket) (texts []readymadeText) {
	values := readymade.Values{
		Number: t.Number, GivenName: t.Requester.GivenName, FamilyName: t.Requester.FamilyName, Service: t.Service.Label, Problem: t.Problem.Label,
		Entity: p.EntityName(r.Caller.Actor.Entity),
	}
	noteMoves := map[ticket.Visibility]ticket.Move{ticket.Internal: ticket.MoveNote, ticket.Public: ticket.MoveNote, ticket.Regional: ticket.MoveRegionalMessage}
	statusMoves := map[ticket.Status]ticket.Move{ticket.StatusWaiting: ticket.MoveAsk, ticket.StatusResolved: ticket.MoveResolve, ticket.StatusHandedOver: ticket.MoveEscalate}
	for _, c := range p.readymade.ForTicket(r.Caller.Actor.Entity, catalog.ServiceID(t.Service.ID), catalog.ProblemID(t.Problem.ID)) {
		if !slices.Contains(t.Moves, noteMoves[c.Visibility]) || c.Status != "" && !slices.Contains(t.Moves, statusMoves[c.Status]) {
			continue
		}
		texts = append(texts, readymadeText{c, c.Fill(values)})
	}
	return texts
}

// useReadymadeText adds a ready-made text to the note. With send it sends the text at once instead, as a quick action, and keeps the form
// as a draft.
func (p *Pages) useReadymadeText(r *ui.Request, f updateForm, id string, send bool) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	texts := p.readymadeTexts(r, t.Ticket)
	i := slices.IndexFunc(texts, func(text readymadeText) bool { return text.ID == id })
	switch {
	case !send && i < 0: // the reader chose no text
		return p.renderWithForm(r, http.StatusOK, nil, t, f)
	case !send:
		f.addText(texts[i].Filled, texts[i].Visibility, texts[i].Status)
		return p.renderWithForm(r, http.StatusOK, nil, t, f)
	case i < 0 || !texts[i].Act:
		problem := ui.ProblemOf(&ticket.NotAllowedError{Move: ticket.MoveNote, Status: t.Status})
		return p.renderWithForm(r, problem.Status, problem, t, f)
	}
	return p.updatePart(r, f, f, app.UpdateRequest{
		Note: &app.NoteRequest{Text: texts[i].Filled, Visibility: texts[i].Visibility}, UpdateFields: ticket.UpdateFields{Status: texts[i].Status}, ExpectedVersion: f.ExpectedVersion,
	}, "aggiornata")
}
