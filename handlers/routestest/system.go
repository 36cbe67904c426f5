// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// The entities of the tickets: Former handed its tickets over to the Region, Other got some of them by a redirect, Third never had one.
const (
	Former catalog.EntityCode = "010301"
	Other  catalog.EntityCode = "010208"
	Third  catalog.EntityCode = "010203"
)

// Person is somebody who calls routes: with a session, with the personal link to a ticket, or with neither.
type Person struct {
	Name  string
	Actor person.Actor // of the session, or of the holder of the link; its role is Anonymous without both
	Token string       // of the session or link, or one that is of no session; "": none
	Link  ticket.ID    // the ticket of the personal link
}

// HasSession reports whether the person is logged in.
func (p Person) HasSession() bool {
	return p.Token != "" && p.Link == "" && p.Actor.Role != person.Anonymous && !apitokens.IsToken(p.Token)
}

// System is a system with people.
type System struct {
	*handlertest.System
	T      testing.TB
	People []Person
	made   int      // number of tickets
	listed []Ticket // one of each path
	records
}

// New logs in everybody who calls routes on a system.
func New(t testing.TB, system *handlertest.System) *System {
	t.Helper()
	s := &System{System: system, T: t}
	for _, entity := range []catalog.EntityCode{Former, Other, Third} {
		for _, role := range []person.Role{person.ASROperator, person.ASRSupervisor, person.Auditor, person.DataProtectionOfficer} {
			s.logIn(role, entity)
		}
	}
	for _, role := range []person.Role{person.RegionalOperator, person.RegionalSupervisor, person.Auditor, person.DataProtectionOfficer} {
		s.logIn(role, catalog.Region)
	}
	for _, role := range []person.Role{person.Auditor, person.Administrator, person.Integration, person.Citizen} {
		s.logIn(role, "")
	}
	s.People = append(s.People, s.newSession("colleague", person.ASROperator, Other), s.newSession("stranger", person.Citizen, ""))
	ended := s.token("stranger", person.Citizen, "")
	s.must(s.App.Identity.EndSession(t.Context(), ended))
	nobody := person.Actor{Role: person.Anonymous}
	s.People = append(s.People, Person{Name: "nobody", Actor: nobody}, Person{Name: "ended session", Actor: nobody, Token: ended},
		Person{Name: "forged token", Actor: nobody, Token: ended[1:] + "A"})
	return s
}

func (s *System) logIn(role person.Role, entity catalog.EntityCode) {
	s.T.Helper()
	if identity.CheckPlacement(role, entity) != nil {
		return
	}
	name := strings.ReplaceAll(string(role), "_", "-")
	if entity != "" {
		name += "-" + string(entity)
	}
	s.People = append(s.People, s.newSession(name, role, entity))
}

// newSession creates an account with one placement, if the role can have one there, and logs it in.
func (s *System) newSession(name string, role person.Role, entity catalog.EntityCode) Person {
	s.T.Helper()
	id := s.Account(s.T, name, role, entity)
	return Person{Name: name, Actor: person.Actor{ID: id, Role: role, Entity: entity}, Token: s.token(name, role, entity)}
}

// token returns the token of a new session.
func (s *System) token(name string, role person.Role, entity catalog.EntityCode) string {
	s.T.Helper()
	session, err := s.App.Identity.Login(s.T.Context(), name, handlertest.Password, handlertest.PIN, "192.0.2.1")
	s.must(err)
	session, err = s.App.Identity.ChoosePlacement(s.T.Context(), session.Token, role, entity)
	s.must(err)
	return session.Token
}

// Renew returns a person with a new session, for a route that ends it.
func (s *System) Renew(p Person) Person {
	s.T.Helper()
	if p.HasSession() {
		p.Token = s.token(p.Name, p.Actor.Role, p.Actor.Entity)
	}
	return p
}

// Person returns the person with a name.
func (s *System) Person(name string) Person {
	s.T.Helper()
	for _, p := range s.People {
		if p.Name == name {
			return p
		}
	}
	s.T.Fatalf("there is no person %q", name)
	return Person{}
}

// Holder returns the holder of the personal link to a ticket.
func (s *System) Holder(of Ticket) Person {
	return Person{
		Name: "holder of the link", Actor: person.Actor{ID: string(of.ID), Role: person.Citizen}, Link: of.ID,
		Token: s.App.Identity.PersonalLink(of.ID, ticket.LinkIssue{}),
	}
}

// caller returns the person as a caller of the application service.
func (p Person) caller() app.Caller {
	return app.Caller{Actor: p.Actor, Link: p.Link, From: "192.0.2.1"}
}

// WaitForLists waits until lists and figures hold all events up to now.
func (s *System) WaitForLists() {
	s.T.Helper()
	s.must(s.App.WaitForLists(s.T.Context()))
}

func (s *System) must(err error) {
	s.T.Helper()
	if err != nil {
		s.T.Fatal(err)
	}
}

// unknownID is the id of nothing.
const unknownID = "01930000-0000-7000-8000-0000000000ff"
