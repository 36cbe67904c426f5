// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// A person must replace generated secrets first: every other call with the token, also a public one, gets a problem of its own type.
func TestGivenSecretsMustBeReplacedFirst(t *testing.T) {
	w := newFixture(t)
	given, err := w.system.App.Accounts.Create(t.Context(), accounts.CommandLine, identity.NewAccount{Username: "nuova", GivenName: "Prova", FamilyName: "Finta"},
		accounts.Request{Change: account.Change{Role: person.ASROperator, Entity: torino}})
	w.must(err)
	login := func(password, pin string) apiResponse {
		return w.anonymous().post("/api/v1/sessions", map[string]string{"username": "nuova", "password": password, "pin": pin}).want(201)
	}
	first := login(given.Secrets.Password, given.Secrets.PIN)
	if first.body["must_change_credentials"] != true {
		t.Fatalf("got session %v, want one that must change", first.body)
	}
	nuova := user{w: w, token: first.text("token")}
	for _, path := range []string{"/api/v1/queues", "/api/v1/tickets", "/api/v1/catalog", "/api/v1/stream"} {
		if a := nuova.get(path).want(403); a.text("type") != "urn:sol:problem:credentials-must-change" {
			t.Errorf("%s: got %s", path, a.raw)
		}
	}
	nuova.do("PUT", "/api/v1/sessions/current/placement", map[string]string{"role": "operatore_asr", "entity": "010301"}).want(403)
	change := func(password, newPassword, newPIN string) apiResponse {
		return nuova.do("PUT", "/api/v1/sessions/current/credentials",
			map[string]string{"password": password, "pin": given.Secrets.PIN, "new_password": newPassword, "new_pin": newPIN})
	}
	change("una parola sbagliata", "un giardino di limoni", "97531").want(422)
	change(given.Secrets.Password, given.Secrets.Password, "97531").want(422)
	change(given.Secrets.Password, "un giardino di limoni", "1111").want(422)
	changed := change(given.Secrets.Password, "un giardino di limoni", "97531").want(200)
	nuova.get("/api/v1/queues").want(401) // the old session has ended
	renewed := user{w: w, token: changed.text("token")}
	renewed.get("/api/v1/queues").want(200)
	if again := login("un giardino di limoni", "97531"); again.body["must_change_credentials"] != nil {
		t.Errorf("got session %v", again.body)
	}
	// Sessions of accounts that were not given secrets are as before, and a personal link has no credentials to replace.
	w.logIn("anna", person.ASROperator, torino).get("/api/v1/queues").want(200)
	w.linkHolder("01930000-0000-7000-8000-000000000001").do("PUT", "/api/v1/sessions/current/credentials",
		map[string]string{"password": "a", "pin": "1", "new_password": "b", "new_pin": "2"}).want(401)
}
