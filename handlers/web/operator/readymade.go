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

// readymadeText is a canned text as it would stand in the note of this ticket.
type readymadeText struct {
	readymade.Text
	Filled string
}

// Effect says what the click of an act does besides sending the text.
func (r readymadeText) Effect() string {
	if r.Status == "" {
		return "stato invariato"
	}
	return "stato: " + r.Status.Label()
}

// readymadeTexts are the texts that can be sent on the ticket as it stands.
func (p *Pages) readymadeTexts(r *ui.Request, t ticketview.Ticket) (all []readymadeText) {
	values := readymade.Values{
		Number: t.Number, GivenName: t.Requester.GivenName, FamilyName: t.Requester.FamilyName, Service: t.Service.Label, Problem: t.Problem.Label,
		Entity: p.EntityName(r.Caller.Actor.Entity),
	}
	needs := map[ticket.Visibility]ticket.Move{ticket.Internal: ticket.MoveNote, ticket.Public: ticket.MoveNote, ticket.Regional: ticket.MoveRegionalMessage}
	leads := map[ticket.Status]ticket.Move{ticket.Waiting: ticket.MoveAsk, ticket.Solved: ticket.MoveResolve, ticket.HandedOver: ticket.MoveEscalate}
	for _, c := range p.readymade.ForTicket(r.Caller.Actor.Entity, catalog.ServiceID(t.Service.ID), catalog.ProblemID(t.Problem.ID)) {
		if !slices.Contains(t.Moves, needs[c.Visibility]) || c.Status != "" && !slices.Contains(t.Moves, leads[c.Status]) {
			continue
		}
		all = append(all, readymadeText{c, c.Fill(values)})
	}
	return all
}

// useReadymadeText puts a canned text into the note, or as an act sends it in one click. What is typed stays where it is.
func (p *Pages) useReadymadeText(r *ui.Request, f updateForm, id string, send bool) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	all := p.readymadeTexts(r, t.Ticket)
	i := slices.IndexFunc(all, func(text readymadeText) bool { return text.ID == id })
	switch {
	case !send && i < 0: // nothing was chosen
		return p.renderWithForm(r, http.StatusOK, nil, t, f)
	case !send:
		f.addText(all[i].Filled, all[i].Visibility, all[i].Status)
		return p.renderWithForm(r, http.StatusOK, nil, t, f)
	case i < 0 || !all[i].Act:
		problem := ui.ProblemOf(&ticket.NotAllowedError{Move: ticket.MoveNote, Status: t.Status})
		return p.renderWithForm(r, problem.Status, problem, t, f)
	}
	return p.updatePart(r, f, f, app.UpdateRequest{
		Note: &app.NoteRequest{Text: all[i].Filled, Visibility: all[i].Visibility}, Changes: ticket.Changes{Status: all[i].Status}, ExpectedVersion: f.ExpectedVersion,
	}, "aggiornata")
}
