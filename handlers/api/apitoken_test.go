// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"encoding/base64"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/account"
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
		Account: id, Name: "Portale di prova", Scopes: []policy.Scope{policy.ScopeOpenTickets}, Entity: entity, ExpiresAt: w.clock.Now().Add(30 * 24 * time.Hour),
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

// TestAdministratorsMakeAPITokens: one administrator makes a token that opens tickets; one that reads waits for a second, and then reads the tickets of
// its entity alone, on each node. Its secret is in no list, and a revocation holds at once.
func TestAdministratorsMakeAPITokens(t *testing.T) {
	w := newFixture(t)
	other := w.secondNode()
	ada, bruno, anna := w.logIn("ada", person.Administrator, ""), w.logIn("bruno", person.Administrator, ""), w.logIn("anna", person.ASROperator, torino)
	w.system.Account(t, "portale", person.Integration, "")
	const path = "/api/v1/api-tokens"
	in := func(changed fields) fields {
		all := fields{"username": "portale", "name": "Portale di prova", "scopes": []string{"tickets.open"}, "entity": torino, "expires_at": w.clock.Now().Add(24 * time.Hour)}
		maps.Copy(all, changed)
		return all
	}
	for name, c := range map[string]struct {
		changed fields
		field   string
	}{
		"unknown scope":      {fields{"scopes": []string{"tickets.open", "everything"}}, "scopes"},
		"no scope":           {fields{"scopes": []string{}}, "scopes"},
		"reads all entities": {fields{"scopes": []string{"tickets.read"}, "entity": ""}, "entity"},
		"unknown entity":     {fields{"entity": "999999"}, "entity"},
		"too long":           {fields{"expires_at": w.clock.Now().Add(400 * 24 * time.Hour)}, "expires_at"},
		"ended":              {fields{"expires_at": w.clock.Now()}, "expires_at"},
		"not an integration": {fields{"username": "anna"}, "username"},
		"nobody":             {fields{"username": "nessuno"}, "username"},
		"without a name":     {fields{"name": " "}, "name"},
	} {
		if got := ada.post(path, in(c.changed)).problem(422, "invalid").list("errors"); got[0]["field"] != c.field {
			t.Errorf("%s: got %v, want %s named", name, got, c.field)
		}
	}
	anna.post(path, in(nil)).problem(403, "forbidden")
	anna.get(path).problem(403, "forbidden")

	opens := ada.post(path, in(nil)).want(201)
	portal := user{w: w, token: opens.text("token")}
	opened := portal.post("/api/v1/tickets", form(torino)).want(201).text("id")
	elsewhere := portal.at(other).post("/api/v1/tickets", form(torino)).want(201).text("id")

	reads := ada.post(path, in(fields{"scopes": []string{"tickets.read"}})).want(201)
	reader := user{w: other, token: reads.text("token")}
	if reads.at("waits") != true || len(ada.get(path).want(200).list("tokens")) != 1 {
		t.Errorf("got %s, want a token that waits and is in no list", reads.raw)
	}
	reader.ticket(opened).problem(401, "unauthorized", "unknown")
	ada.post(path, in(fields{"scopes": []string{"tickets.read"}})).problem(409, "account-change-refused")
	if _, err := w.system.App.Accounts.Confirm(t.Context(), person.Actor{ID: ada.id, Role: person.Administrator}, reads.text("id")); err == nil {
		t.Error("who asked for the token confirmed it")
	}
	second := person.Actor{ID: bruno.id, Role: person.Administrator}
	_, err := w.system.App.Accounts.Confirm(t.Context(), second, reads.text("id"))
	w.must(err)
	if got := reader.ticket(opened).want(200); got.text("number") == "" || got.text("requester", "tax_code") == "" {
		t.Errorf("got %s, want the ticket", got.raw)
	}
	reader.ticket(w.anonymous().post("/api/v1/tickets", form(novara)).want(201).text("id")).problem(404, "not-found")
	anna.update(opened, fields{"note": fields{"text": "solo per noi", "visibility": "internal"}}).want(200)
	if got := reader.ticket(opened).want(200); strings.Contains(string(got.raw), "solo per noi") {
		t.Error("the token reads an internal note")
	}
	reader.update(opened, fields{"status": "in_lavorazione"}).problem(403, "forbidden", "integrazione")
	if got := reader.reached("/api/v1/tickets?after=" + anna.ticket(elsewhere).text("position")).list("items"); len(got) != 2 {
		t.Errorf("got %d tickets in the list, want the two of the entity", len(got))
	}

	refused := ada.post(path, in(fields{"scopes": []string{"figures.read"}})).want(201)
	_, err = w.system.App.Accounts.Answer(t.Context(), second, refused.text("id"), account.Refused, "non serve")
	w.must(err)
	user{w: w, token: refused.text("token")}.get("/api/v1/dashboard").problem(401, "unauthorized", "unknown")
	listed := bruno.get(path).want(200)
	for _, secret := range []string{portal.token, reader.token} {
		if strings.Contains(string(listed.raw), secret[len(apitokens.Prefix):]) {
			t.Error("the list holds a secret")
		}
	}
	bruno.do("DELETE", path+"/"+reads.text("id"), nil).want(204)
	reader.ticket(opened).problem(401, "unauthorized", "revoked")
	bruno.do("DELETE", path+"/01930000-0000-7000-8000-0000000000ff", nil).problem(404, "not-found")
}

// TestAPITokenCountsInItsHeaderAlone: neither an address, nor a cookie, nor another scheme takes a token, no session is one, and a use writes its
// time once a minute.
func TestAPITokenCountsInItsHeaderAlone(t *testing.T) {
	w := newFixture(t)
	portal, token := w.apiToken(torino)
	anna := w.logIn("anna", person.ASROperator, torino)
	for name, refused := range map[string]apiResponse{
		"in the address":         w.anonymous().get("/api/v1/queues?access_token=" + portal.token),
		"in a cookie":            w.anonymous().get("/api/v1/queues", "Cookie", "sol="+portal.token+"; __Host-sol="+portal.token),
		"as a password":          w.anonymous().get("/api/v1/queues", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("portale:"+portal.token))),
		"in another case":        user{w: w, token: strings.ToUpper(portal.token)}.get("/api/v1/queues"),
		"without its prefix":     user{w: w, token: strings.TrimPrefix(portal.token, apitokens.Prefix)}.get("/api/v1/queues"),
		"cut short":              user{w: w, token: portal.token[:len(portal.token)-1]}.get("/api/v1/queues"),
		"longer":                 user{w: w, token: portal.token + "A"}.get("/api/v1/queues"),
		"a session's as a token": user{w: w, token: apitokens.Prefix + anna.token}.get("/api/v1/queues"),
		"a session in a cookie":  w.anonymous().get("/api/v1/queues", "Cookie", "sol="+anna.token),
	} {
		if refused.status != 401 {
			t.Errorf("%s: got %d %s, want 401", name, refused.status, refused.raw)
		}
	}
	version := func() (v string) {
		w.must(storetest.Connect(t, w.database).QueryRow(t.Context(), `select xmin::text from identity.api_tokens where id::text = $1`, token.ID).Scan(&v))
		return v
	}
	use := func() { portal.post("/api/v1/tickets", form(torino)).want(201) }
	use()
	first := version()
	use()
	use()
	if version() != first {
		t.Error("each use of the token writes its row, want one write a minute")
	}
	w.advance(time.Minute)
	use()
	if version() == first {
		t.Error("a use a minute later was not written")
	}
}
