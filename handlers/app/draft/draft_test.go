// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package draft_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/draft"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

func TestMain(m *testing.M) { storetest.Run(m) }

func TestDraftBelongsToItsAuthorUntilItIsSent(t *testing.T) {
	w := handlertest.New(t, handlertest.Options{})
	drafts := draft.New(w.Store)
	anna := w.Account(t, "anna", person.ASROperator, "010301")
	bice := w.Account(t, "bice", person.ASROperator, "010301")
	id := openTicket(t, w)
	save := func(account, form, text string) {
		t.Helper()
		if _, err := drafts.Save(t.Context(), account, id, form, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	wantDraft := func(account, text string) {
		t.Helper()
		if content, _, err := drafts.Read(t.Context(), eventstore.Reader{Account: account, Everything: true}, id); err != nil || string(content) != text {
			t.Fatalf("got %q, %v, want %q", content, err, text)
		}
	}
	wantDraft(anna, "")
	save(anna, "1", "prima parola")
	save(anna, "1", "seconda parola")
	wantDraft(anna, "seconda parola")
	wantDraft(bice, "")
	if raw := readSealed(t, w); bytes.Contains(raw, []byte("parola")) {
		t.Errorf("got the text in the database: %q, want it sealed", raw)
	}
	if err := drafts.Discard(t.Context(), anna, id, "1"); err != nil {
		t.Fatal(err)
	}
	save(anna, "1", "arrivata tardi")
	wantDraft(anna, "")
	save(anna, "2", "un’altra")
	wantDraft(anna, "un’altra")

	// the draft is sealed with the ticket's key, so erasure of the ticket erases it
	_, err := w.App.Dispatch(t.Context(), app.CommandRequest{Ticket: id, Command: ticket.Erase{}, By: person.Actor{ID: anna, Role: person.Administrator}})
	if err != nil {
		t.Fatal(err)
	}
	wantDraft(anna, "")
	if _, err := drafts.Save(t.Context(), anna, id, "3", []byte("x")); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("after erasure: got %v, want ErrErased", err)
	}
	if _, err := drafts.Save(t.Context(), anna, "01a20000-0000-7000-8000-000000000000", "3", []byte("x")); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("unknown ticket: got %v, want ErrNotFound", err)
	}
}

func openTicket(t *testing.T, w *handlertest.System) ticket.ID {
	t.Helper()
	o, err := w.App.Open(t.Context(), app.Caller{Actor: person.Actor{Role: person.Anonymous}, From: "198.51.100.7"}, app.OpenRequest{
		Service: "ritiro-documenti", Problem: "altro", Entity: catalog.EntityCode("010301"),
		Form: ticket.Form{
			Description: "Non trovo il referto", GivenName: "Maria", FamilyName: "Finzione", TaxCode: "RSSMRA80A01H501U",
			Email: "maria@example.org", Phone: "+39 011 0000000",
		},
	}, app.Idempotency{})
	if err != nil {
		t.Fatal(err)
	}
	return ticket.ID(o.Stream)
}

// readSealed returns the content of the table as the owner of the database reads it.
func readSealed(t *testing.T, w *handlertest.System) (raw []byte) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), `select convert_to(string_agg(d::text, ' '), 'UTF8') || (select sealed from draft.drafts) from draft.drafts d`).Scan(&raw); err != nil {
		t.Fatal(err)
	}
	return raw
}
