// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
)

func TestMain(m *testing.M) { storetest.Run(m) }

var (
	anybody = person.Actor{Role: person.Anonymous}
	anna    = person.Actor{ID: "01999999-0000-7000-8000-00000000000a", Role: person.ASROperator, Entity: "010301"}
	bruna   = person.Actor{ID: "01999999-0000-7000-8000-00000000000b", Role: person.ASROperator, Entity: "010301"}
)

func newDispatcher(t *testing.T) *app.TicketDispatcher {
	t.Helper()
	lastNight := func() time.Time { return time.Date(2025, 12, 31, 23, 30, 0, 0, time.UTC) } // already 2026 in Rome
	store := storetest.New(t, func(c *eventstore.Config) { c.Clock = lastNight }).Store
	return app.NewTicketDispatcher(store, rules.Engine{Catalog: catalog.Default(), Hold: rules.DefaultHold})
}

func form() ticket.Open {
	open := tickettest.DeclaredOpenCommand("2026-0000001", "010301")
	open.Form.FamilyName = "Finzione"
	return open
}

func TestDispatchRecordsEvents(t *testing.T) {
	d := newDispatcher(t)
	id, err := app.NewID()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []app.CommandRequest{
		{Ticket: id, Command: form(), By: anybody},
		{Ticket: id, Command: ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}}, By: anna},
		{Ticket: id, Command: ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: &ticket.NoteInput{ID: id, Text: "Ecco", Visibility: ticket.Public}}, By: anna},
	} {
		if _, err := d.Dispatch(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	history, err := d.History(t.Context(), id)
	if err != nil || len(history) != 4 {
		t.Fatalf("got %v, %v", history, err)
	}
	opened, ok := history[0].Event.(ticket.Opened)
	if !ok || opened.Personal == nil || opened.Personal.FamilyName != "Finzione" || history[0].By != anybody || history[0].Version != 1 {
		t.Errorf("got first event %+v, want an opening with personal data by the anonymous actor", history[0])
	}
	if history[2].Act != history[3].Act || history[1].Act == history[2].Act || history[3].By != anna {
		t.Errorf("got events %+v, want the last two in one act by anna", history[1:])
	}
	s, version, err := d.State(t.Context(), id)
	if err != nil || version != 4 || s.Status != ticket.StatusResolved || s.Assignee.Operator != anna.ID || s.Person == "" {
		t.Errorf("got state %+v, version %d, %v, want a solved ticket of anna at version 4", s, version, err)
	}
	if _, err := d.History(t.Context(), "01999999-0000-7000-8000-000000000001"); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("history of an unknown ticket: got %v, want ErrNotFound", err)
	}
}

func TestEachActorHasItsOwnIdempotencyKeys(t *testing.T) {
	d := newDispatcher(t)
	open := func(by person.Actor, key string) app.CommandResult {
		id, err := app.NewID()
		if err != nil {
			t.Fatal(err)
		}
		o, err := d.Dispatch(t.Context(), app.CommandRequest{Ticket: id, Command: form(), By: by, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	first := open(anna, "k")
	if again := open(anna, "k"); !again.Repeated || again.Stream != first.Stream || again.State.Status != ticket.StatusNew {
		t.Errorf("repeated command: got %+v, want the outcome %+v", again, first)
	}
	for _, other := range []app.CommandResult{open(bruna, "k"), open(anybody, "k"), open(anna, "k2"), open(anna, "")} {
		if other.Repeated || other.Stream == first.Stream {
			t.Errorf("other actor or key: got %+v, want a new ticket", other)
		}
	}
	openFrom := func(address string) app.CommandResult {
		id, err := app.NewID()
		if err != nil {
			t.Fatal(err)
		}
		o, err := d.Dispatch(t.Context(), app.CommandRequest{Ticket: id, Command: form(), By: anybody, Key: "k", From: address})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	here := openFrom("192.0.2.1")
	if again, there := openFrom("192.0.2.1"), openFrom("192.0.2.2"); here.Repeated || !again.Repeated || again.Stream != here.Stream || there.Repeated {
		t.Errorf("got %+v, %+v from the same address, %+v from another; want one ticket for each address", here, again, there)
	}
	refusal := errors.New("not today")
	if o, err := d.RefuseUnlessRepeated(t.Context(), app.CommandRequest{By: anna, Key: "k"}, refusal); err != nil || o.Stream != first.Stream {
		t.Errorf("rejected repetition: got %+v, %v, want the outcome %+v", o, err, first)
	}
	if _, err := d.RefuseUnlessRepeated(t.Context(), app.CommandRequest{By: anna, Key: "k3"}, refusal); !errors.Is(err, refusal) {
		t.Errorf("rejected new command: got %v, want the refusal", err)
	}
}

func TestNumbersFollowTheYearInRome(t *testing.T) {
	d := newDispatcher(t)
	first, err := d.NextNumber(t.Context())
	if err != nil || first != "2026-0000001" {
		t.Fatalf("got %s, %v", first, err)
	}
	if second, err := d.NextNumber(t.Context()); err != nil || second != "2026-0000002" {
		t.Fatalf("got %s, %v", second, err)
	}
}

func TestTaxCodeLeadsToOnePerson(t *testing.T) {
	d := newDispatcher(t)
	ids := map[string]string{}
	for _, typed := range []string{"RSSMRA80A01H501U", " rss mra 80a01 h501u", "RSSMRA80A01H501V", "MRTMTT25D09F205Z"} {
		p, err := d.PersonOf(t.Context(), typed)
		if err != nil {
			t.Fatal(err)
		}
		ids[typed] = p.ID
	}
	if ids["RSSMRA80A01H501U"] == "" || ids["RSSMRA80A01H501U"] != ids[" rss mra 80a01 h501u"] || ids["RSSMRA80A01H501V"] != "" ||
		ids["MRTMTT25D09F205Z"] == ids["RSSMRA80A01H501U"] {
		t.Errorf("got %v, want one id for one tax code, none for an invalid one, and another for another", ids)
	}
}
