// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// apiToken makes an API token for an entity ("": all) for the account of an integration.
func (w *fixture) apiToken(entity catalog.EntityCode) (user, apitokens.Token) {
	w.Helper()
	id, err := w.identity.FindAccount(w.Context(), "portale")
	if err != nil {
		id = w.system.Account(w.T, "portale", person.Integration, "")
	}
	t, secret, err := w.system.App.Accounts.IssueToken(w.Context(), accounts.CommandLine, apitokens.Token{
		Account: id, Name: "Portale di prova", Scopes: policy.Scopes(), Entity: entity, ExpiresAt: w.clock.Now().Add(30 * 24 * time.Hour),
	}, "")
	w.must(err)
	return user{w, id, secret}, t
}

// refusedLooks returns the details of refused looks of an account.
func (w *fixture) refusedLooks(conn *pgx.Conn, account string) (details []string) {
	w.Helper()
	rows, err := conn.Query(w.Context(), `select detail from access.records where outcome = 'refused' and person = $1 order by position`, account)
	w.must(err)
	for rows.Next() {
		var detail string
		w.must(rows.Scan(&detail))
		details = append(details, detail)
	}
	w.must(rows.Err())
	return details
}

// TestAPITokenOpensTicketsAtItsEntityUntilItEnds: a token does what its scope says, at its entity, until it is revoked, expires, or its account
// loses the role. Each refused use is recorded with the account and the token.
func TestAPITokenOpensTicketsAtItsEntityUntilItEnds(t *testing.T) {
	w := newFixture(t)
	portal, token := w.apiToken(torino)
	opened := portal.post("/api/v1/tickets", form(torino)).want(201)
	if got := w.logIn("anna", person.ASROperator, torino).ticket(opened.text("id")).want(200); got.text("channel") != "integrazione" {
		t.Errorf("got channel %s, want integrazione", got.text("channel"))
	}
	portal.post("/api/v1/tickets", form(novara)).problem(403, "forbidden", "another entity")
	portal.ticket(opened.text("id")).problem(403, "forbidden")
	portal.do("DELETE", "/api/v1/sessions/current", nil).problem(401, "unauthorized")
	listed, err := w.system.App.Accounts.Tokens.Find(t.Context(), token.ID)
	w.must(err)
	if listed.UsedAt == nil || listed.RefusedAt == nil || listed.Ended {
		t.Errorf("got %+v, want a valid token with times of its last use and refusal", listed)
	}

	stolen := portal
	stolen.token = portal.token[:len(portal.token)-4] + "AAAA"
	stolen.post("/api/v1/tickets", form(torino)).problem(401, "unauthorized", "unknown")
	other, err := api.New(api.Config{App: w.system.OpenNode(t), Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	elsewhere := *w
	elsewhere.server = handlertest.Serve(t, other, other.EndStreams)
	onOtherNode := portal
	onOtherNode.w = &elsewhere
	onOtherNode.post("/api/v1/tickets", form(torino)).want(201)
	w.must(w.system.App.Accounts.RevokeToken(t.Context(), accounts.CommandLine, token.ID, "non serve più"))
	onOtherNode.post("/api/v1/tickets", form(torino)).problem(401, "unauthorized", "revoked") // at once: each request reads the token

	again, token := w.apiToken("")
	again.post("/api/v1/tickets", form(novara)).want(201)
	w.advance(31 * 24 * time.Hour)
	again.post("/api/v1/tickets", form(torino)).problem(401, "unauthorized", "expired")
	short, shortToken := w.apiToken("")
	w.must(w.identity.Disable(t.Context(), token.Account))
	short.post("/api/v1/tickets", form(torino)).problem(401, "unauthorized", "lost the role")

	want := []string{"/api/v1/tickets", "/api/v1/tickets/{id}", "/api/v1/sessions/current", "/api/v1/tickets", "/api/v1/tickets", "/api/v1/tickets"}
	got := w.refusedLooks(storetest.Connect(t, w.database), portal.id)
	if len(got) != len(want) {
		t.Fatalf("got refused looks %q, want %d", got, len(want))
	}
	for i, detail := range got {
		id := token.ID // of the second token
		switch i {
		case 0, 1, 2, 3:
			id = listed.ID
		case 5:
			id = shortToken.ID
		}
		if detail != want[i]+" API token "+id {
			t.Errorf("refused look %d: got %q, want %s and token %s", i, detail, want[i], id)
		}
	}
}

// TestAPITokensAreStoredHashed: neither the database nor the log of events holds the secret of a token.
func TestAPITokensAreStoredHashed(t *testing.T) {
	w := newFixture(t)
	portal, token := w.apiToken(torino)
	if !strings.HasPrefix(portal.token, apitokens.Prefix) || len(portal.token) != len(apitokens.Prefix)+43 {
		t.Fatalf("got a token of %d characters, want the prefix and 43", len(portal.token))
	}
	var rows []string
	conn := storetest.Connect(t, w.database)
	for _, query := range []string{
		`select to_jsonb(t)::text from identity.api_tokens t`, `select encode(token, 'escape') from identity.api_tokens`,
		`select convert_from(data, 'utf8') from log.events where type like 'account.%'`,
	} {
		found, err := conn.Query(t.Context(), query)
		w.must(err)
		for found.Next() {
			var row string
			w.must(found.Scan(&row))
			rows = append(rows, row)
		}
		w.must(found.Err())
	}
	all := strings.Join(rows, "\n")
	if strings.Contains(all, portal.token[len(apitokens.Prefix):]) || !strings.Contains(all, token.ID) {
		t.Errorf("got the secret in the database, or no token: %d rows", len(rows))
	}
	if !slices.ContainsFunc(rows, func(r string) bool { return strings.Contains(r, "issue-token") && strings.Contains(r, token.ID) }) {
		t.Errorf("got %q, want an event that names the token", all)
	}
}
