// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/canned"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/projections"
)

// ready is a canned text as it would stand in the note of this ticket.
type ready struct {
	canned.Text
	Filled string
}

// Does says what the click of an act does besides sending the text.
func (r ready) Does() string {
	if r.Status == "" {
		return "stato invariato"
	}
	return "stato: " + r.Status.Label()
}

// ready are the texts that can be sent on the ticket as it stands.
func (w *Web) ready(v *visit, t projections.Ticket) (all []ready) {
	values := canned.Values{
		Number: t.Number, GivenName: t.Requester.GivenName, FamilyName: t.Requester.FamilyName, Service: t.Service.Label, Problem: t.Problem.Label,
		Entity: w.place(v.caller.Actor.Entity),
	}
	needs := map[ticket.Visibility]ticket.Move{ticket.Internal: ticket.MoveNote, ticket.Public: ticket.MoveNote, ticket.Regional: ticket.MoveMessage}
	leads := map[ticket.Status]ticket.Move{ticket.Waiting: ticket.MoveAsk, ticket.Solved: ticket.MoveResolve, ticket.HandedOver: ticket.MoveEscalate}
	for _, c := range w.canned.For(v.caller.Actor.Entity, catalog.ServiceID(t.Service.ID), catalog.ProblemID(t.Problem.ID)) {
		if !slices.Contains(t.Moves, needs[c.Visibility]) || c.Status != "" && !slices.Contains(t.Moves, leads[c.Status]) {
			continue
		}
		all = append(all, ready{c, c.Filled(values)})
	}
	return all
}

// readyText puts a canned text into the note, or as an act sends it in one click. What is typed stays where it is.
func (w *Web) readyText(v *visit, f updateForm, id string, send bool) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	all := w.ready(v, t.Ticket)
	i := slices.IndexFunc(all, func(r ready) bool { return r.ID == id })
	switch {
	case !send && i < 0: // nothing was chosen
		return w.showForm(v, http.StatusOK, nil, t, f)
	case !send:
		f.put(all[i].Filled, all[i].Visibility, all[i].Status)
		return w.showForm(v, http.StatusOK, nil, t, f)
	case i < 0 || !all[i].Act:
		p := problemOf(&ticket.NotAllowedError{Move: ticket.MoveNote, Status: t.Status})
		return w.showForm(v, p.Status, p, t, f)
	}
	return w.part(v, f, f, casework.Update{
		Note: &casework.Note{Text: all[i].Filled, Visibility: all[i].Visibility}, Status: all[i].Status, Pinned: f.Version,
	}, "aggiornata")
}
