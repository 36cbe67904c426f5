// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// personal are the texts of the request of every ticket.
var personal = []string{"RSSMRA85T10A562S", "Fittizia", "prova@example.org", "011 0000000", "0110000000", "Non trovo il referto"}

// CheckWall sends every route that reads as everybody about tickets on each path, and fails the test where an answer holds something of a ticket
// that the person may not read, by the reader tags alone: a text of the request, a note, a file, or the number in a list. It is for a build in
// which the application checks no right. It returns the number of requests about foreign tickets.
func (s *System) CheckWall(server *handlertest.Server, routes []Route) (foreign int) {
	s.T.Helper()
	if !policy.Off {
		s.T.Fatal("the application checks rights")
	}
	var tickets []Ticket
	for _, path := range Paths() {
		tickets = append(tickets, s.Open(path, ticket.StatusInProgress))
	}
	s.WaitForLists()
	for _, about := range tickets {
		people := append(slices.Clone(s.People), s.Holder(tickets[0]), s.Holder(tickets[1]))
		for _, r := range routes {
			if r.Method() != http.MethodGet || r.Moves != nil || r.EndsSession() {
				continue
			}
			for _, who := range people {
				reads, notes := mayRead(who, about.State)
				if reads && notes {
					continue
				}
				foreign++
				got := s.Send(server, r, who, about)
				for _, text := range keptBack(r, who, about, reads) {
					if strings.Contains(got.Body, text) {
						s.T.Errorf("%s, %s, %s: the answer %d holds %q", r.Name(), who.Name, about.Path, got.Status, text)
					}
				}
			}
		}
	}
	return foreign
}

// mayRead reports whether a person holds a reader tag of a ticket, and one of the internal note of Former.
func mayRead(who Person, s ticket.State) (reads, notes bool) {
	if who.Link != "" {
		return who.Link == s.ID, false
	}
	if policy.ReadsEverything(who.Actor) {
		return true, true
	}
	tags := ticket.ViewerTags(who.Actor)
	for _, tag := range tags {
		reads = reads || slices.Contains(s.Readers(), tag)
	}
	return reads, reads && slices.Contains(tags, ticket.EntityTag(Former))
}

// keptBack returns the texts that an answer must not hold.
func keptBack(r Route, who Person, about Ticket, reads bool) []string {
	texts := []string{about.Words, "interna.pdf"}
	switch {
	case reads:
	case r.About:
		texts = append(append(texts, personal...), "richiesta.pdf", "%PDF")
	case !slices.Contains(about.State.Traces, who.Actor.Entity): // who has a trace sees the number in lists
		texts = append(texts, about.Number)
	}
	return texts
}
