// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
	"github.com/sol-assistenza/sol/handlers/routestest"
)

// TestAPITokenDoesNoMoreThanItsScope sends every operation of the API with API tokens about a ticket of their entity and one of another: what no
// scope holds is refused, and each refusal leaves exactly one record with the account of the token.
func TestAPITokenDoesNoMoreThanItsScope(t *testing.T) {
	t.Parallel()
	server, s := serveAPI(t)
	conn := storetest.Connect(t, s.Database)
	id := s.Account(t, "portale", person.Integration, "")
	refusedLooks := func() (n int) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), `select count(*) from access.records where outcome = 'refused' and person = $1`, id).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	tickets := []routestest.Ticket{s.Open(routestest.HandedOver, ticket.StatusInProgress), s.Open(routestest.Redirected, ticket.StatusInProgress)}
	for _, entity := range []catalog.EntityCode{routestest.Former, catalog.Region, ""} {
		token, secret, err := s.App.Accounts.IssueToken(t.Context(), accounts.CommandLine, apitokens.Token{
			Account: id, Name: "Portale di prova", Scopes: policy.Scopes(), Entity: entity, ExpiresAt: s.Clock.Now().Add(24 * time.Hour),
		}, "")
		if err != nil {
			t.Fatal(err)
		}
		who := routestest.Person{Name: fmt.Sprintf("token of %q", entity), Actor: token.Actor(), Token: secret}
		for _, r := range routestest.API() {
			want := routestest.Forbidden
			switch {
			case r.Access == routestest.Session:
				want = routestest.LogInFirst
			case r.Access == routestest.Public && (r.Action == "" || policy.ScopesAllow(policy.Scopes(), r.Action)):
				want = routestest.LetIn
			}
			for n, about := range tickets {
				if n > 0 && !r.About {
					continue
				}
				before := refusedLooks()
				got := s.Send(server, r, who, about)
				if refused := refusedLooks() - before; got.Outcome != want || want == routestest.LetIn && refused > 0 || want != routestest.LetIn && refused != 1 {
					t.Errorf("%s, %s: got %s (%d %.200s) and %d records, want %s", r.Name(), who.Name, got.Outcome, got.Status, got.Body, refused, want)
				}
			}
		}
	}
}
