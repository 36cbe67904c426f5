// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

const torino catalog.EntityCode = "010301"

// service is an application service on a database of its own, with two operators of an ASR and an auditor.
type service struct {
	*testing.T
	*handlertest.System
	anna, bruna, auditor app.Caller
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{T: t, System: handlertest.New(t, handlertest.Options{})}
	account := func(name string, role person.Role, entity catalog.EntityCode) app.Caller {
		return app.Caller{Actor: person.Actor{ID: s.Account(t, name, role, entity), Role: role, Entity: entity}}
	}
	s.anna, s.bruna = account("anna", person.ASROperator, torino), account("bruna", person.ASROperator, torino)
	s.auditor = account("revisore", person.Auditor, "")
	return s
}

// open is a given: it opens a ticket with the public form.
func (s *service) open() ticket.ID {
	s.Helper()
	o, err := s.App.Open(s.Context(), app.Caller{Actor: anybody, From: "192.0.2.1"}, openRequest(), app.Idempotency{})
	if err != nil {
		s.Fatal(err)
	}
	return ticket.ID(o.Stream)
}

// update is a given or a when: it dispatches an update that must succeed.
func (s *service) update(by app.Caller, id ticket.ID, u app.UpdateRequest) app.CommandResult {
	s.Helper()
	o, err := s.App.Update(s.Context(), by, id, u, app.Idempotency{})
	if err != nil {
		s.Fatal(err)
	}
	return o
}

// state is for a then: it returns the ticket's state and version.
func (s *service) state(id ticket.ID) (ticket.State, int) {
	s.Helper()
	state, version, err := s.App.State(s.Context(), id)
	if err != nil {
		s.Fatal(err)
	}
	return state, version
}

func openRequest() app.OpenRequest {
	return app.OpenRequest{Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: torino, Form: form().Form}
}

func take() app.UpdateRequest {
	return app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}}
}

func TestUpdateResolvesNamesAndStoresFiles(t *testing.T) {
	s := newService(t)
	id := s.open()
	s.update(s.anna, id, take())

	to := "bruna"
	s.update(s.anna, id, app.UpdateRequest{
		Assignee: &to,
		Note:     &app.NoteRequest{Text: "Ecco il modulo", Files: []attachment.FileUpload{{Name: "modulo.pdf", Content: []byte("%PDF-1.4\n%%EOF\n")}}},
	})

	if state, _ := s.state(id); state.Assignee.Operator != s.bruna.Actor.ID {
		t.Errorf("got assignee %+v, want bruna", state.Assignee)
	}
	view, err := s.App.ViewTicket(t.Context(), s.bruna, id)
	if err != nil || len(view.Notes) != 1 || view.Notes[0].Audience != "internal" || len(view.Files()) != 1 {
		t.Fatalf("got notes %+v, %v, want one internal note with a file", view.Notes, err)
	}
	file, content, err := s.App.ReadFile(t.Context(), s.bruna, id, view.Files()[0].ID)
	if err != nil || file.Name != "modulo.pdf" || string(content) != "%PDF-1.4\n%%EOF\n" {
		t.Errorf("got file %+v, %q, %v, want modulo.pdf with its content", file, content, err)
	}
}

func TestReadTicketAsAtAPosition(t *testing.T) {
	s := newService(t)
	id := s.open()
	opened, _, err := s.App.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.update(s.anna, id, take())
	read := func(at app.Moment) (app.TicketAtMoment, error) {
		return s.App.ReadTicketAs(t.Context(), s.auditor, s.auditor.Viewer(), id, at, accesslog.Ticket)
	}

	now, err := read(app.Moment{})
	if err != nil || now.Ticket.Status != ticket.StatusInProgress || now.Ticket.Assignee == nil || now.Ticket.Assignee.Name == "" {
		t.Errorf("now: got %s of %+v, %v, want %s of an operator with a name", now.Ticket.Status, now.Ticket.Assignee, err, ticket.StatusInProgress)
	}
	first, err := read(app.Moment{Position: opened})
	if err != nil || first.Ticket.Status != ticket.StatusNew || len(first.Events) != 1 || first.Epoch != opened.Epoch {
		t.Errorf("at %s: got %s after %d events, %v, want %s after 1", opened, first.Ticket.Status, len(first.Events), err, ticket.StatusNew)
	}
	for _, beyond := range []eventstore.Position{{Epoch: opened.Epoch, N: opened.N + 100}, {Epoch: opened.Epoch + 1, N: opened.N}} {
		if _, err := read(app.Moment{Position: beyond}); !errors.Is(err, eventstore.ErrBeyondHead) {
			t.Errorf("at %s: got %v, want %v", beyond, err, eventstore.ErrBeyondHead)
		}
	}
}

func TestRefusedUpdateRecordsNothing(t *testing.T) {
	s := newService(t)
	id := s.open()
	s.update(s.anna, id, take())
	_, before := s.state(id)
	nobody := "nessuno.di.noto"
	for name, c := range map[string]struct {
		update app.UpdateRequest
		field  string
	}{
		"unknown assignee":   {app.UpdateRequest{Assignee: &nobody}, "assignee"},
		"unknown duplicate":  {app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, DuplicateOf: "2026-9999999"}, "duplicate_of"},
		"a program as file":  {app.UpdateRequest{Note: &app.NoteRequest{Text: "Ecco", Files: []attachment.FileUpload{{Name: "a.exe", Content: []byte("MZ")}}}}, "note.attachments[0].name"},
		"neither yes nor no": {app.UpdateRequest{Answers: []app.AnswerRequest{{Check: "referto-individuato", Answer: "maybe"}}}, "answers[0].answer"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.App.Update(t.Context(), s.anna, id, c.update, app.Idempotency{})

			var refused *ticket.InvalidError
			if !errors.As(err, &refused) || refused.Fields[0].Field != c.field {
				t.Errorf("got %v, want a refusal of %s", err, c.field)
			}
			if _, after := s.state(id); after != before {
				t.Errorf("got version %d, want %d", after, before)
			}
		})
	}
}

func TestRepeatedRequestGetsTheFirstOutcome(t *testing.T) {
	s := newService(t)
	once := app.Idempotency{Key: "k1", Body: []byte("body")}
	from := app.Caller{Actor: anybody, From: "192.0.2.1"}
	first, err := s.App.Open(t.Context(), from, openRequest(), once)
	if err != nil {
		t.Fatal(err)
	}

	again, err := s.App.Open(t.Context(), from, openRequest(), once)
	if err != nil || !again.Repeated || again.Stream != first.Stream || again.Position != first.Position {
		t.Errorf("repetition: got %+v, %v, want %+v", again, err, first)
	}
	if _, err := s.App.Open(t.Context(), from, openRequest(), app.Idempotency{Key: "k1", Body: []byte("another body")}); !errors.Is(err, eventstore.ErrKeyReused) {
		t.Errorf("other body: got %v, want ErrKeyReused", err)
	}
	other, err := s.App.Open(t.Context(), app.Caller{Actor: anybody, From: "192.0.2.2"}, openRequest(), once)
	if err != nil || other.Stream == first.Stream {
		t.Errorf("same key from another address: got %+v, %v, want another ticket", other, err)
	}
}

func TestReadsAreRecorded(t *testing.T) {
	s := newService(t)
	id := s.open()
	if _, err := s.App.Ticket(t.Context(), s.anna, id, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.App.CheckVisible(t.Context(), s.bruna, id); err != nil {
		t.Fatal(err)
	}

	entries, _, names, err := s.App.ListAccesses(t.Context(), s.auditor, id, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []accesslog.Kind
	for _, e := range entries {
		kinds = append(kinds, e.Kind)
		if e.By.ID == s.bruna.Actor.ID {
			t.Errorf("got a record %+v of CheckVisible, want none", e)
		}
	}
	if len(kinds) != 2 || kinds[0] != accesslog.Accesses || kinds[1] != accesslog.Ticket || names[s.anna.Actor.ID] == "" {
		t.Errorf("got %v by %v, want the auditor's and anna's reads", kinds, names)
	}
	if _, _, _, err := s.App.ListAccesses(t.Context(), s.anna, id, 0, 10); !errors.As(err, new(*ticket.NotVisibleError)) {
		t.Errorf("operator: got %v, want NotVisibleError", err)
	}
}

func TestServiceKeepsDraftsAndPresence(t *testing.T) {
	s := newService(t)
	id := s.open()
	if _, err := s.App.Drafts.Save(t.Context(), s.anna.Actor.ID, id, "1", []byte("bozza")); err != nil {
		t.Fatal(err)
	}
	if err := s.App.Presence.Enter(t.Context(), id, s.anna.Actor, false); err != nil {
		t.Fatal(err)
	}

	if draft, _, err := s.App.Drafts.Read(t.Context(), s.anna.Viewer().Reader(), id); err != nil || string(draft) != "bozza" {
		t.Errorf("got draft %q, %v, want %q", draft, err, "bozza")
	}
	others, err := s.App.Presence.Others(t.Context(), id, s.bruna.Viewer().Reader())
	if err != nil || len(others) != 1 || others[0].Account != s.anna.Actor.ID || others[0].Name != "Prova ANNA" {
		t.Errorf("got readers %+v, %v, want anna with her name", others, err)
	}
}

func TestDisableReleasesTickets(t *testing.T) {
	s := newService(t)
	id := s.open()
	s.update(s.anna, id, take())

	released, err := s.App.Disable(t.Context(), accounts.CommandLine, s.anna.Actor.ID, "test")
	if err != nil || released != 1 {
		t.Errorf("got %d released tickets, %v, want 1", released, err)
	}
	if state, _ := s.state(id); state.Assignee.Operator != "" {
		t.Errorf("got assignee %+v, want none", state.Assignee)
	}
	if released, err := s.App.Disable(t.Context(), accounts.CommandLine, s.anna.Actor.ID, "test"); err != nil || released != 0 {
		t.Errorf("repetition: got %d released tickets, %v, want 0", released, err)
	}
}

// While a node of the release before runs, which would go on showing the ticket by its lists, nobody restricts one; a restriction can be lifted.
func TestNoRestrictionBesideEarlierNodes(t *testing.T) {
	s := newService(t)
	id, other := s.open(), s.open()
	for _, ticketID := range []ticket.ID{id, other} {
		s.update(s.anna, ticketID, take())
	}
	restrict := func(id ticket.ID) error {
		_, err := s.App.ChangeRestriction(t.Context(), s.anna, id, app.RestrictionRequest{Restricted: true, Reason: "minaccia al personale"}, app.Idempotency{})
		return err
	}
	if err := restrict(id); err != nil {
		t.Fatal(err)
	}
	owner := storetest.Connect(t, s.Database)
	if _, err := owner.Exec(t.Context(), `insert into keys.nodes (node, masters, known) values (gen_random_uuid(), '{}', '{}')`); err != nil { // as nodes of the release before do
		t.Fatal(err)
	}
	var refused *ticket.NotAllowedError
	if err := restrict(other); !errors.As(err, &refused) || refused.Reason.Code != refusal.EarlierNodesRun {
		t.Errorf("got %v, want a refusal", err)
	}
	supervisor := app.Caller{Actor: person.Actor{ID: s.Account(t, "dora", person.ASRSupervisor, torino), Role: person.ASRSupervisor, Entity: torino}}
	if _, err := s.App.ChangeRestriction(t.Context(), supervisor, id, app.RestrictionRequest{Reason: "passato"}, app.Idempotency{}); err != nil {
		t.Errorf("the restriction is not lifted: %v", err)
	}
	if _, err := owner.Exec(t.Context(), `update keys.nodes set seen_at = seen_at - interval '2 minutes' where release = 0`); err != nil {
		t.Fatal(err)
	}
	if err := restrict(other); err != nil {
		t.Errorf("after the node has ended: %v", err)
	}
}
