// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/dossier"
)

// TestDossierProvesWhatItLeavesOut makes the dossier of an auditor of the entity that handed a ticket over to the Region. An internal note of the
// Region and the reason for which it corrected the contacts are left out; the record of each event is that of its leaf.
func TestDossierProvesWhatItLeavesOut(t *testing.T) {
	s := newService(t)
	id := s.open()
	s.update(s.anna, id, take())
	s.update(s.anna, id, app.UpdateRequest{
		UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver, Reason: string(ticket.NotOurs)},
		Note:         &app.NoteRequest{Text: "non è nostra", Visibility: ticket.Public},
	})
	region := app.Caller{Actor: person.Actor{ID: s.Account(t, "rita", person.RegionalOperator, catalog.Region), Role: person.RegionalOperator, Entity: catalog.Region}}
	s.update(region, id, take())
	s.update(region, id, app.UpdateRequest{Note: &app.NoteRequest{Text: "solo per la Regione", Visibility: ticket.Internal}})
	phone := "+39 011 7654321"
	if _, err := s.App.CorrectContacts(t.Context(), region, id, app.ContactsRequest{Phone: &phone, Reason: "lo dice la Regione"}, app.Idempotency{}); err != nil {
		t.Fatal(err)
	}
	auditor := s.anna
	auditor.Actor = person.Actor{ID: s.Account(t, "rosa", person.Auditor, s.anna.Actor.Entity), Role: person.Auditor, Entity: s.anna.Actor.Entity}

	d, err := dossier.Make(t.Context(), s.App, auditor, id)
	if err != nil {
		t.Fatal(err)
	}
	withheld := 0
	for _, e := range d.Events {
		if leaf := tlog.RecordHash(e.Record); hex.EncodeToString(leaf[:]) != e.Hash {
			t.Errorf("%s: the record has the leaf %x, want %s", e.Type, leaf, e.Hash)
		}
		if strings.Contains(string(e.Personal), "Regione") {
			t.Errorf("%s: got %s, want nothing that is for the Region", e.Type, e.Personal)
		}
		if e.Withheld {
			withheld++
		}
	}
	if withheld != 1 {
		t.Errorf("got %d withheld events, want the internal note", withheld)
	}
}
