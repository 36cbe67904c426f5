// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// A citizen who logged in can type anybody's tax code: then nobody has verified the person whom it names, and the ticket's event says so.
func TestLoggedInCitizenTypesATaxCode(t *testing.T) {
	s := newService(t)
	account, err := s.App.Identity.CreateAccount(t.Context(), identity.NewAccount{
		Username: "cittadina", GivenName: "Prova", FamilyName: "Finta", Password: "una password di prova", PIN: "24680", TaxCode: openRequest().Form.TaxCode,
	})
	if err != nil {
		t.Fatal(err)
	}
	citizen := app.Caller{Actor: person.Actor{ID: account, Role: person.Citizen}}
	for taxCode, other := range map[string]bool{openRequest().Form.TaxCode: false, "RSSMRA80A01H501U": true} {
		r := openRequest()
		r.Form.TaxCode = taxCode
		o, err := s.App.Open(t.Context(), citizen, r, app.Idempotency{})
		if err != nil {
			t.Fatal(err)
		}
		history, err := s.App.History(t.Context(), ticket.ID(o.Stream))
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := history[0].Event.(ticket.Opened); !ok || e.Identity != ticket.Verified || e.OtherPerson != other {
			t.Errorf("%s: got %+v, want other person %v", taxCode, history[0].Event, other)
		}
	}
}
