// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

// strange holds texts that often break programs.
var strange = []string{"\x00", "a\x00b", "\uFFFD", "\u202Eabc", "🩺", "' or 1=1 --", "%", `\`, "{{.}}", strings.Repeat("à", 25_000), "\t\r\n", "<script>"}

func TestStrangeTextGivesNoServerError(t *testing.T) {
	w := newFixture(t, func(c *api.Config) {
		unlimited := middleware.Rate{PerMinute: 100_000, Burst: 100_000}
		c.Middleware = middleware.New(middleware.Config{Limits: middleware.Limits{Form: unlimited, Login: unlimited, Session: unlimited, Public: unlimited}})
	})
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	position := ""
	check := func(what, text string, a apiResponse) {
		t.Helper()
		if a.status >= 500 {
			t.Errorf("%s %.20q: got %d %s, want a status below 500", what, text, a.status, a.raw)
		}
		if p := a.text("position"); p != "" {
			position = p
		}
	}
	for _, text := range strange {
		for _, path := range strings.Fields("service problem entity description iuv channel requester.role requester.given_name requester.family_name requester.tax_code requester.email requester.phone requester.on_behalf_of") {
			f := form(torino)
			object, name, inner := f, path, strings.HasPrefix(path, "requester.")
			if inner {
				object, name = f["requester"].(fields), strings.TrimPrefix(path, "requester.")
			}
			object[name] = text
			check(path, text, w.anonymous().post("/api/v1/tickets", f))
		}
		f := form(torino)
		f["attachments"] = []fields{file(text+".pdf", []byte("%PDF-1.4"))}
		check("file name", text, w.anonymous().post("/api/v1/tickets", f))
		check("user name", text, w.anonymous().post("/api/v1/sessions", fields{"username": text, "password": text, "pin": text}))
		for _, body := range []fields{
			{"note": fields{"text": text}}, {"note": public(text), "status": "in_attesa_utente"}, {"reason": text, "status": "in_lavorazione"}, {"assignee": text},
			{"duplicate_of": text, "note": public("x")}, {"entity": text}, {"service": text}, {"problem": text}, {"status": text},
		} {
			sent, _ := json.Marshal(body)
			check(string(sent[:min(len(sent), 30)]), text, anna.update(id, body))
		}
		check("reply", text, w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"text": text}))
		check("key", text, anna.update(id, fields{"note": fields{"text": "x"}}, "Idempotency-Key", strings.Map(visible, text)))
		for _, parameter := range []string{"queue", "status", "entity", "assignee", "q", "cursor", "after"} {
			check(parameter, text, anna.get("/api/v1/tickets?"+parameter+"="+url.QueryEscape(text[:min(len(text), 1000)])))
		}
		check("id", text, anna.get("/api/v1/tickets/"+url.PathEscape(text[:min(len(text), 1000)])))
		check("placement", text, anna.do("PUT", "/api/v1/sessions/current/placement", fields{"role": text, "entity": text}))
	}
	anna.reached("/api/v1/queues?after=" + position) // the read models still process events
	anna.ticket(id).want(200)
}

// visible removes characters that a header cannot hold.
func visible(r rune) rune {
	if r < ' ' {
		return -1
	}
	return r
}
