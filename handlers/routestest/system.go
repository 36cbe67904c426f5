// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
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
	Token string       // of the session or link; "": neither
	Link  ticket.ID    // the ticket of the personal link
}

// HasSession reports whether the person is logged in.
func (p Person) HasSession() bool { return p.Token != "" && p.Link == "" }

// Ticket is a ticket that requests are about.
type Ticket struct {
	ID       ticket.ID
	Number   string
	Path     Path
	State    ticket.State
	File     ticket.ID // of the request, which all who see the ticket may read
	Internal ticket.ID // of an internal note of Former
	Words    string    // in the internal note of Former; in no other text
	Texts    []Text    // internal and regional notes
}

// Text is a note that is not for everybody who sees the ticket.
type Text struct {
	Words string               // in no other text
	For   []catalog.EntityCode // whose operators, auditors and data protection officer may read it
}

// MayRead reports whether a person may read a text of a ticket that the person sees.
func (t Text) MayRead(who Person) bool {
	works := who.Actor.Role.Operates() || who.Actor.Role.Audits()
	return policy.ReadsEverything(who.Actor) || works && slices.Contains(t.For, who.Actor.Entity)
}

// Path names the way on which a ticket came to the entity that has it.
type Path string

// The paths.
const (
	HandedOver Path = "handed over by Former to the Region"
	Redirected Path = "redirected by the Region from Former to Other"
)

// Statuses returns the statuses that a ticket of the path can have.
func (p Path) Statuses() []ticket.Status {
	first := ticket.StatusHandedOver
	if p == Redirected {
		first = ticket.StatusNew
	}
	return []ticket.Status{first, ticket.StatusInProgress, ticket.StatusWaiting, ticket.StatusResolved, ticket.StatusClosed}
}

// Paths lists the paths.
func Paths() []Path { return []Path{HandedOver, Redirected} }

// System is a system with people.
type System struct {
	*handlertest.System
	T      *testing.T
	People []Person
	made   int // number of tickets
	records
}

// New logs in everybody who calls routes on a system.
func New(t *testing.T, system *handlertest.System) *System {
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
	s.People = append(s.People, s.newSession("stranger", person.Citizen, ""))
	s.People = append(s.People, Person{Name: "nobody", Actor: person.Actor{Role: person.Anonymous}})
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

// Open opens a ticket of the citizen at Former, with a file, and leads it along a path to a status. It has an internal note with a file of
// each entity that had it. The clock of the log moves on.
func (s *System) Open(path Path, status ticket.Status) Ticket {
	s.T.Helper()
	s.made++
	opened, err := s.App.Open(s.T.Context(), s.Person("cittadino").caller(), app.OpenRequest{
		Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: Former, Files: []attachment.FileUpload{textFile("richiesta.pdf")},
		Form: ticket.Form{
			GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.org", Phone: "+39 011 0000000",
			Description: "Non trovo il referto",
		},
	}, app.Idempotency{})
	s.must(err)
	t := Ticket{ID: ticket.ID(opened.Stream), Path: path}
	text := func(readers ...catalog.EntityCode) string {
		words := fmt.Sprintf("segreto%dx%d", s.made, len(t.Texts))
		t.Texts = append(t.Texts, Text{words, readers})
		return words
	}
	s.tick()
	formerOperator, regional := s.Person("operatore-asr-010301"), s.Person("operatore-regionale-regione")
	s.update(t, formerOperator, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	s.update(t, formerOperator, app.UpdateRequest{Note: &app.NoteRequest{Text: text(Former), Visibility: ticket.Internal, Files: []attachment.FileUpload{textFile("interna.pdf")}}})
	s.update(t, formerOperator, app.UpdateRequest{Answers: []app.AnswerRequest{{Check: "referto-individuato", Answer: "no"}}})
	s.update(t, formerOperator, app.UpdateRequest{
		UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver, Reason: string(ticket.NotOurs)},
		Note:         &app.NoteRequest{Text: text(Former, catalog.Region), Visibility: ticket.Public},
	})
	t.Words = t.Texts[0].Words
	worker := regional
	if path == Redirected {
		s.update(t, regional, app.UpdateRequest{Note: &app.NoteRequest{Text: text(catalog.Region), Visibility: ticket.Internal}})
		s.update(t, regional, app.UpdateRequest{
			UpdateFields: ticket.UpdateFields{Entity: Other}, Note: &app.NoteRequest{Text: text(Other, catalog.Region), Visibility: ticket.Public},
		})
		worker = s.Person("operatore-asr-010208")
	}
	s.lead(t, worker, status)
	return s.Reload(t)
}

// lead makes the moves of the competent operator up to a status.
func (s *System) lead(t Ticket, worker Person, status ticket.Status) {
	s.T.Helper()
	if status == ticket.StatusNew || status == ticket.StatusHandedOver {
		return
	}
	s.update(t, worker, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	move := func(to ticket.Status, text string) {
		s.update(t, worker, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: to}, Note: &app.NoteRequest{Text: text, Visibility: ticket.Public}})
	}
	switch status {
	case ticket.StatusWaiting:
		move(ticket.StatusWaiting, "Quale referto?")
	case ticket.StatusResolved, ticket.StatusClosed:
		move(ticket.StatusResolved, "Ora si trova")
	case ticket.StatusNew, ticket.StatusInProgress, ticket.StatusHandedOver:
	}
	if status == ticket.StatusClosed {
		state, _, err := s.App.State(s.T.Context(), t.ID)
		s.must(err)
		handlertest.Dispatch(s.T, s.App.TicketDispatcher, t.ID, person.Actor{ID: "auto-close", Role: person.System}, ticket.Close{Resolution: state.Resolution})
		s.tick()
	}
}

// Reload returns a ticket with its state now and the ids of its files.
func (s *System) Reload(t Ticket) Ticket {
	s.T.Helper()
	var err error
	t.State, _, err = s.App.State(s.T.Context(), t.ID)
	s.must(err)
	t.Number = t.State.Number
	history, err := s.App.History(s.T.Context(), t.ID)
	s.must(err)
	for _, r := range history {
		if opened, ok := r.Event.(ticket.Opened); ok {
			t.File = opened.Attachments[0].ID
		}
		if note, ok := r.Event.(ticket.InternalNote); ok && len(note.Attachments) > 0 {
			t.Internal = note.Attachments[0].ID
		}
	}
	return t
}

// WaitForLists waits until lists and figures hold all events up to now.
func (s *System) WaitForLists() {
	s.T.Helper()
	s.must(s.App.WaitForLists(s.T.Context()))
}

func (s *System) update(t Ticket, by Person, u app.UpdateRequest) {
	s.T.Helper()
	_, err := s.App.Update(s.T.Context(), by.caller(), t.ID, u, app.Idempotency{})
	s.must(err)
	s.tick()
}

// tick moves the log's clock beyond every hold.
func (s *System) tick() { s.Clock.Advance(time.Minute) }

func (s *System) must(err error) {
	s.T.Helper()
	if err != nil {
		s.T.Fatal(err)
	}
}

// textFile returns a small file.
func textFile(name string) attachment.FileUpload {
	return attachment.FileUpload{Name: name, Content: []byte("%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")}
}

// unknownID is the id of nothing.
const unknownID = "01930000-0000-7000-8000-0000000000ff"
