// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// CheckWall sends every route that reads as everybody about tickets on each path in each status, every other route that answers with something
// of a ticket once a path, and fails the test where an answer holds something that the person may not read, by the reader tags alone: a text of
// the request, a note, a file or its name, or the number of a ticket. It is for a build in which the application checks no right. It returns the
// number of requests from which something had to be kept back.
func (s *System) CheckWall(server *handlertest.Server, routes []Route) (foreign int) {
	s.T.Helper()
	if !policy.Off {
		s.T.Fatal("the application checks rights")
	}
	routes = append(slices.Clone(routes), conflicting(routes[0].OfAPI()))
	s.Enumerate(routes, func(r Route, who Person, about Ticket) bool {
		s.T.Helper()
		if !r.Reads() && about.State.Status != ticket.StatusInProgress {
			return false
		}
		if r.EndsSession() {
			who = s.Renew(who)
		}
		got := s.Send(server, r, who, about)
		if len(s.keptBack(r, who, about)) > 0 {
			foreign++
		}
		s.checkKeptBack(r, who, about, got)
		return r.Moves != nil && got.Outcome == LetIn
	})
	return foreign
}

// conflicting returns an update from the first version of a ticket: its answer says what changed since.
func conflicting(api bool) Route {
	r := Route{Pattern: "POST /ticket/{id}", Case: "conflict", About: true, Looks: OneTicket, Request: func(c Call) Request {
		return postForm(onTicket(c, ""), "stato", "risolto", "testo", "Ora si trova", "visibilita", "public", "versione", "1")
	}}
	if api {
		r.Pattern = "POST /api/v1/tickets/{id}/updates"
		r.Request = func(c Call) Request {
			in := sendJSON(http.MethodPost, ticketPath(c, "/updates"), fields{"status": "risolto", "note": fields{"text": "Ora si trova", "visibility": "public"}})
			in.Header = http.Header{"If-Match": {`"1"`}}
			return in
		}
	}
	return r
}

// checkKeptBack fails the test if an answer holds something that the person may not read.
func (s *System) checkKeptBack(r Route, who Person, about Ticket, got Answer) {
	s.T.Helper()
	for _, text := range s.keptBack(r, who, about) {
		if strings.Contains(got.Body, text) {
			s.T.Errorf("%s, %s, %s, %s: the answer %d holds %q", r.Name(), who.Name, about.Path, about.State.Status, got.Status, text)
		}
	}
}

// keptBack returns the texts that an answer must not hold: of the ticket that the request is about, and of those that lists show to others. What
// the request itself holds may come back.
func (s *System) keptBack(r Route, who Person, about Ticket) (texts []string) {
	var shown []string
	for _, t := range append(slices.Clone(s.listed), about) {
		sees := t.seenBy(who)
		for _, text := range t.Texts {
			if t.Path == Erased || !sees || !text.isFor(who) && !(policy.Off && text.RulesAlone) {
				texts = append(texts, text.Words...)
				if !policy.Off && text.Note != "" && !text.isFor(who) { // that there is a note is known by the rules alone
					texts = append(texts, string(text.Note))
				}
			}
		}
		switch {
		case t.Path == Erased:
			texts = append(texts, t.Personal...)
		case sees:
			shown = append(shown, t.Personal...)
		default:
			texts = append(texts, t.Personal...)
			if !slices.Contains(t.State.Traces, who.Actor.Entity) { // who has a trace sees the number in lists
				texts = append(texts, t.Number)
			}
		}
	}
	in := r.Request(Call{Who: who, Ticket: about, System: s})
	return slices.DeleteFunc(texts, func(text string) bool {
		return slices.Contains(shown, text) || strings.Contains(in.Path+in.Body, text)
	})
}

// seenBy reports whether a person holds a reader tag of the ticket, or reads it without one.
func (t Ticket) seenBy(who Person) bool {
	if who.Link != "" {
		return who.Link == t.ID
	}
	readers := t.State.Readers()
	return policy.ReadsEverything(who.Actor) || slices.ContainsFunc(ticket.ViewerTags(who.Actor), func(tag ticket.ReaderTag) bool {
		return slices.Contains(readers, tag)
	})
}

// isFor reports whether a person holds a reader tag of those for whom the text is.
func (t Text) isFor(who Person) bool {
	tags := ticket.ViewerTags(who.Actor)
	return policy.ReadsEverything(who.Actor) || slices.ContainsFunc(t.For, func(e catalog.EntityCode) bool {
		return slices.Contains(tags, ticket.EntityTag(e))
	})
}
