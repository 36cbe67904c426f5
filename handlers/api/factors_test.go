// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor/keytest"
)

// keySite is the address of the service to which security keys are bound.
const keySite = "https://assistenza.example.it"

// A person sets up an application, logs in with its code, and ends another session; an administrator ends one too. Each token is refused at once.
func TestSecondFactorAndSessions(t *testing.T) {
	w := newFixture(t)
	id := w.system.Account(t, "anna", person.ASROperator, torino)
	w.system.Account(t, "ada", person.Administrator, "")
	login := func(username string) apiResponse {
		return w.anonymous().post("/api/v1/sessions", map[string]string{"username": username, "password": password, "pin": pin}).want(201)
	}
	at := time.Now() // the test may run into the next period of the codes
	first := user{w: w, token: login("anna").text("token")}
	setup := first.post("/api/v1/sessions/current/factors/totp", map[string]string{"password": password, "pin": pin, "name": "Telefono"}).want(200)
	code := func(at time.Time) string {
		code, err := totp.GenerateCode(setup.text("secret"), at)
		w.must(err)
		return code
	}
	confirm := "/api/v1/sessions/current/factors/" + setup.text("id") + "/confirmation"
	first.post(confirm, map[string]string{"code": "000000"}).want(422)
	added := first.post(confirm, map[string]string{"code": code(at)}).want(200)
	codes := added.body["recovery_codes"].([]any)
	first.get("/api/v1/queues").want(401) // it began without the factor

	waiting := login("anna")
	if waiting.body["second_factor"] != "due" || waiting.body["placement"] != nil {
		t.Errorf("got session %s, want one that waits for its second factor", waiting.raw)
	}
	second := user{w: w, token: waiting.text("token")}
	for _, path := range []string{"/api/v1/queues", "/api/v1/catalog", "/api/v1/sessions", "/api/v1/stream", "/api/v1/sessions/current/factors"} {
		if a := second.get(path).want(403); a.text("type") != "urn:sol:problem:second-factor-required" {
			t.Errorf("%s: got %s", path, a.raw)
		}
	}
	second.do("PUT", "/api/v1/sessions/current/placement", map[string]string{"role": "operatore_asr", "entity": "010301"}).want(403)
	prove := func(code string) apiResponse {
		return second.do("PUT", "/api/v1/sessions/current/second-factor", map[string]string{"code": code})
	}
	if a := prove(code(at)).want(401); a.text("type") != "urn:sol:problem:wrong-second-factor" { // it confirmed the application
		t.Errorf("got %s", a.raw)
	}
	given := prove(code(at.Add(30 * time.Second))).want(200) // of the next period, which counts too
	second.get("/api/v1/queues").want(401)                   // the token was renewed
	second.token = given.text("token")
	second.get("/api/v1/queues").want(200)

	other := user{w: w, token: login("anna").text("token")}
	other.token = other.do("PUT", "/api/v1/sessions/current/second-factor", map[string]string{"code": codes[0].(string)}).want(200).text("token")
	list := second.get("/api/v1/sessions").want(200)
	var others []string
	for _, s := range list.body["sessions"].([]any) {
		if session := s.(map[string]any)["id"].(string); session != list.body["current"] {
			others = append(others, session)
		}
	}
	if len(others) != 2 { // that of the confirmation too
		t.Fatalf("got sessions %s, want three", list.raw)
	}
	second.do("DELETE", "/api/v1/sessions/"+others[0], nil).want(204)
	other.get("/api/v1/queues").want(401)
	second.do("DELETE", "/api/v1/sessions/"+others[0], nil).want(404)

	ada := user{w: w, token: login("ada").text("token")}
	second.get("/api/v1/accounts/" + id + "/sessions").want(403)
	of := ada.get("/api/v1/accounts/" + id + "/sessions").want(200)
	if n := len(of.body["sessions"].([]any)); n != 2 {
		t.Errorf("got %s, want two sessions", of.raw)
	}
	ada.do("DELETE", "/api/v1/accounts/"+id+"/sessions/"+list.text("current"), nil).want(204)
	second.get("/api/v1/queues").want(401)
}

// A person registers a security key by the API and logs in with its answer to a challenge. A wrong answer says why.
func TestSecurityKeys(t *testing.T) {
	w := newFixture(t, func(c *api.Config) { c.PublicURL = keySite })
	w.system.Account(t, "anna", person.ASROperator, torino)
	secrets := map[string]string{"username": "anna", "password": password, "pin": pin}
	login := func() user {
		return user{w: w, token: w.anonymous().post("/api/v1/sessions", secrets).want(201).text("token")}
	}
	options := func(a apiResponse) []byte {
		data, err := json.Marshal(a.body["options"])
		w.must(err)
		return data
	}
	answer := func(data []byte) map[string]any { return map[string]any{"answer": json.RawMessage(data)} }
	const factors, proof = "/api/v1/sessions/current/factors/", "/api/v1/sessions/current/second-factor/security-key"
	first := login()
	begun := first.post(factors+"security-keys", map[string]string{"password": password, "pin": pin, "name": "Chiave"}).want(200)
	key := keytest.New(t, keySite)
	added := first.post(factors+begun.text("id")+"/registration", answer(key.Register(options(begun)))).want(200)
	if codes := added.body["recovery_codes"].([]any); len(codes) != 10 {
		t.Errorf("got %s, want ten recovery codes", added.raw)
	}
	first.get("/api/v1/queues").want(401) // it began without the key

	waiting := login()
	waiting.get("/api/v1/queues").want(403)
	challenge := waiting.post(proof, nil).want(200)
	wrong := waiting.do("PUT", proof, answer(keytest.New(t, keySite).Answer(options(challenge)))).want(401)
	if wrong.text("type") != "urn:sol:problem:wrong-second-factor" || !strings.Contains(wrong.text("detail"), "none of the account") {
		t.Errorf("got %s, want why the key was refused", wrong.raw)
	}
	challenge = waiting.post(proof, nil).want(200)
	given := waiting.do("PUT", proof, answer(key.Answer(options(challenge)))).want(200)
	waiting.get("/api/v1/queues").want(401) // the token was renewed
	waiting.token = given.text("token")
	waiting.get("/api/v1/queues").want(200)
	list := waiting.get("/api/v1/sessions/current/factors").want(200)
	if f := list.body["factors"].([]any)[0].(map[string]any); f["kind"] != "security-key" || f["name"] != "Chiave" {
		t.Errorf("got %s", list.raw)
	}
}
