// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"flag"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// Missing compares the patterns that an adapter registers with the routes of a list. It returns the patterns without a route, and the
// routes without a pattern.
func Missing(patterns []string, routes []Route) (untested, unknown []string) {
	var listed []string
	for _, r := range routes {
		listed = append(listed, r.Pattern)
	}
	for _, p := range patterns {
		if !slices.Contains(listed, p) {
			untested = append(untested, p)
		}
	}
	for _, p := range listed {
		if !slices.Contains(patterns, p) && !slices.Contains(unknown, p) {
			unknown = append(unknown, p)
		}
	}
	return untested, unknown
}

var everyStatus = flag.Bool("every-status", false, "ask about tickets of every path in every status: make test-long")

// statuses returns the statuses in which tickets of a path are asked about: each, or in the short form each of the two paths of a hand-over, and
// one of the others and of a build in which the application checks no right.
func statuses(p Path) []ticket.Status {
	if *everyStatus || !policy.Off && (p == HandedOver || p == Redirected) {
		return p.Statuses()
	}
	return []ticket.Status{ticket.StatusInProgress}
}

// Enumerate calls check with every route, person and ticket: each route about a ticket with tickets of each path in its statuses, the others
// once a person, while there is a ticket of each path. Who has no session asks about the first status alone. After a request that changed a ticket it makes a new one.
func (s *System) Enumerate(routes []Route, check func(r Route, who Person, about Ticket) (changed bool)) {
	s.T.Helper()
	for _, path := range Paths() {
		s.listed = append(s.listed, s.Open(path, ticket.StatusInProgress))
	}
	s.WaitForLists()
	for _, r := range routes {
		for n, who := range s.callers(s.listed[0]) {
			if !r.About {
				check(r, who, s.listed[n%len(s.listed)])
			}
		}
	}
	for _, path := range Paths() {
		for n, status := range statuses(path) {
			about := s.Open(path, status)
			for _, r := range routes {
				if _, made := r.Moves[status]; !r.About || r.Moves != nil && !made {
					continue
				}
				for _, who := range s.callers(about) {
					if n > 0 && who.Actor.Role == person.Anonymous {
						continue // the same answer in every status
					}
					if who.Link != "" {
						who = s.Holder(about)
					}
					if check(r, who, about) {
						about = s.Open(path, status)
					}
				}
			}
		}
	}
}

// callers returns everybody, with the holder of the personal link to a ticket.
func (s *System) callers(of Ticket) []Person { return append(slices.Clone(s.People), s.Holder(of)) }

// CheckRights sends every route as everybody about every ticket and fails the test where an answer is not the one that follows from the table
// of rights, holds something that its reader may not read, names software, or did not leave exactly one access record. It returns the number of requests.
func (s *System) CheckRights(server *handlertest.Server, routes []Route) int {
	s.T.Helper()
	sent, readers := 0, map[catalog.EntityCode]int{}
	s.Enumerate(routes, func(r Route, who Person, about Ticket) bool {
		s.T.Helper()
		want := Expect(r, who, about)
		got := s.CheckAnswer(server, r, who, about, want)
		sent++
		for _, text := range about.Texts {
			if strings.Contains(got.Body, text.Words[0]) {
				readers[text.For[0]]++
			}
		}
		return r.Moves != nil && got.Outcome == LetIn
	})
	for _, entity := range []catalog.EntityCode{Former, Other, catalog.Region} {
		if readers[entity] == 0 {
			s.T.Errorf("notes for %s: got no answer that shows one to its readers, want some", entity)
		}
	}
	return sent
}

// CheckAnswer sends a route as a person about a ticket and returns the answer. It fails the test if the outcome is another one, or if the answer holds
// something that the person may not read, names software, or did not leave exactly one access record.
func (s *System) CheckAnswer(server *handlertest.Server, r Route, who Person, about Ticket, want Outcome) Answer {
	s.T.Helper()
	caller := who
	if r.EndsSession() {
		caller = s.Renew(who)
	}
	s.newRecords() // those of making the ticket
	got := s.Send(server, r, caller, about)
	s.checkRecords(r, who, about, got)
	if !r.Agrees(about, want, got.Outcome) {
		s.T.Errorf("%s, %s, %s, %s: got %s (%d %.200s), want %s", r.Name(), who.Name, about.Path, about.State.Status, got.Outcome, got.Status, got.Body, want)
	}
	s.checkKeptBack(r, who, about, got)
	if named := NamedSoftware(got.Header, got.Body); named != "" {
		s.T.Errorf("%s, %s: got %q in the answer, want no name of software", r.Name(), who.Name, named)
	}
	for _, text := range about.Texts {
		if strings.Contains(got.Body, text.Words[0]) && !text.MayRead(who) {
			s.T.Errorf("%s, %s, %s, %s: got a note that is for %v", r.Name(), who.Name, about.Path, about.State.Status, text.For)
		}
	}
	return got
}

// EndsSession reports whether the route may end or renew the session with which it is called.
func (r Route) EndsSession() bool {
	return slices.Contains([]string{
		"DELETE /api/v1/sessions/current", "PUT /api/v1/sessions/current/placement", "POST /uscita", "POST /accesso", "POST /accesso/ruolo",
	}, r.Pattern)
}
