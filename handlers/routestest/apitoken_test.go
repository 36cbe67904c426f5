// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
	"github.com/sol-assistenza/sol/handlers/routestest"
)

// TestAPITokenDoesNoMoreThanItsScope sends every operation of the API with a token of each scope, about tickets of its entity, of others, and with
// restricted access: what the scope does not hold is refused, and the rest is answered by the table of rights. Each refusal and each look leaves
// exactly one record, and no answer holds a note for operators.
func TestAPITokenDoesNoMoreThanItsScope(t *testing.T) {
	t.Parallel()
	server, s := serveAPI(t)
	id := s.Account(t, "portale", person.Integration, "")
	tickets := map[routestest.Path]routestest.Ticket{}
	for _, path := range []routestest.Path{routestest.HandedOver, routestest.Redirected, routestest.Restricted, routestest.TraceOnly} {
		tickets[path] = s.Open(path, ticket.StatusInProgress)
	}
	s.WaitForLists()
	read := []policy.Scope{policy.ScopeReadTickets}
	for _, c := range []struct {
		entity catalog.EntityCode
		scopes []policy.Scope
		about  []routestest.Path
	}{
		{"", []policy.Scope{policy.ScopeOpenTickets}, []routestest.Path{routestest.HandedOver}},
		{routestest.Former, read, []routestest.Path{routestest.Redirected, routestest.TraceOnly}},
		{routestest.Other, read, []routestest.Path{routestest.Redirected, routestest.Restricted}},
		{routestest.Third, read, []routestest.Path{routestest.HandedOver}},
		{routestest.Former, []policy.Scope{policy.ScopeReadFigures}, []routestest.Path{routestest.HandedOver}},
		{routestest.Former, []policy.Scope{policy.ScopeExportTickets}, []routestest.Path{routestest.HandedOver}},
		{catalog.Region, policy.Scopes(), []routestest.Path{routestest.HandedOver}},
	} {
		token, secret, err := s.App.Accounts.IssueToken(t.Context(), accounts.CommandLine, apitokens.Token{
			Account: id, Name: "Portale di prova", Scopes: c.scopes, Entity: c.entity, ExpiresAt: s.Clock.Now().Add(24 * time.Hour),
		}, "")
		if err != nil {
			t.Fatal(err)
		}
		who := routestest.Person{Name: fmt.Sprintf("token of %q for %s", c.entity, c.scopes), Actor: token.Actor(), Token: secret}
		shown := 0
		for _, r := range routestest.API() {
			for n, path := range c.about {
				if n > 0 && !r.About {
					continue
				}
				about := tickets[path]
				want := routestest.Expect(r, who, about)
				switch {
				case r.Access == routestest.Session:
					want = routestest.LogInFirst // a token is no session
				case r.Action != "" && !policy.ScopesAllow(c.scopes, r.Action):
					want = routestest.Forbidden
				}
				got := s.CheckAnswer(server, r, who, about, want)
				if got.Outcome == routestest.LetIn && r.Action != policy.OpenTicket && r.Action != "" {
					shown++
				}
			}
		}
		if reads := slices.ContainsFunc(c.scopes, policy.Scope.Reads); reads != (shown > 0) {
			t.Errorf("%s: got %d answers that show something, want some: %v", who.Name, shown, reads)
		}
	}
}
