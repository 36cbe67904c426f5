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
func (w *Pages) readymadeTexts(v *ui.Request, t ticketview.Ticket) (all []readymadeText) {
	values := readymade.Values{
		Number: t.Number, GivenName: t.Requester.GivenName, FamilyName: t.Requester.FamilyName, Service: t.Service.Label, Problem: t.Problem.Label,
		Entity: w.EntityName(v.Caller.Actor.Entity),
	}
	needs := map[ticket.Visibility]ticket.Move{ticket.Internal: ticket.MoveNote, ticket.Public: ticket.MoveNote, ticket.Regional: ticket.MoveRegionalMessage}
	leads := map[ticket.Status]ticket.Move{ticket.Waiting: ticket.MoveAsk, ticket.Solved: ticket.MoveResolve, ticket.HandedOver: ticket.MoveEscalate}
	for _, c := range w.readymade.ForTicket(v.Caller.Actor.Entity, catalog.ServiceID(t.Service.ID), catalog.ProblemID(t.Problem.ID)) {
		if !slices.Contains(t.Moves, needs[c.Visibility]) || c.Status != "" && !slices.Contains(t.Moves, leads[c.Status]) {
			continue
		}
		all = append(all, readymadeText{c, c.Fill(values)})
	}
	return all
}

// useReadymadeText puts a canned text into the note, or as an act sends it in one click. What is typed stays where it is.
func (w *Pages) useReadymadeText(v *ui.Request, f updateForm, id string, send bool) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	all := w.readymadeTexts(v, t.Ticket)
	i := slices.IndexFunc(all, func(r readymadeText) bool { return r.ID == id })
	switch {
	case !send && i < 0: // nothing was chosen
		return w.renderWithForm(v, http.StatusOK, nil, t, f)
	case !send:
		f.addText(all[i].Filled, all[i].Visibility, all[i].Status)
		return w.renderWithForm(v, http.StatusOK, nil, t, f)
	case i < 0 || !all[i].Act:
		p := ui.ProblemOf(&ticket.NotAllowedError{Move: ticket.MoveNote, Status: t.Status})
		return w.renderWithForm(v, p.Status, p, t, f)
	}
	return w.updatePart(v, f, f, app.UpdateRequest{
		Note: &app.NoteRequest{Text: all[i].Filled, Visibility: all[i].Visibility}, Changes: ticket.Changes{Status: all[i].Status}, ExpectedVersion: f.ExpectedVersion,
	}, "aggiornata")
}
