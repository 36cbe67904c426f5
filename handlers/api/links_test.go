// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/handlers/app"
)

func TestRevokedAndExpiredLinksAreRefused(t *testing.T) {
	w := newFixture(t)
	anna, elsa := w.logIn("anna", person.ASROperator, torino), w.logIn("elsa", person.ASROperator, "010203")
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	old := w.linkHolder(id)
	old.ticket(id).want(200)
	path := "/api/v1/tickets/" + id + "/link-revocations"
	anna.post(path, fields{"reason": " "}).want(422)
	elsa.post(path, fields{"reason": "inoltrato"}).want(404)
	old.post(path, fields{"reason": "inoltrato"}).want(403)
	for range 2 { // sent twice, carried out once
		anna.post(path, fields{"reason": "inoltrato a estranei", "send": true}, "Idempotency-Key", "k").want(200)
	}
	old.ticket(id).want(401)
	old.post("/api/v1/tickets/"+id+"/replies", fields{"text": "Ancora io"}).want(401)
	link := w.identity.PersonalLink(ticket.ID(id), ticket.IssueAt(1, w.store.Now()))
	now := user{w: w, token: link}
	now.ticket(id).want(200)
	w.advance((ticket.DefaultLinkDays + 1) * 24 * time.Hour)
	now.ticket(id).want(401)
}

// The API names the sender of a mail to operators, and to the citizen only that it is not verified.
func TestSenderOfAMail(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	mail := app.ReceivedMail{Content: receivedmail.MailContent{Sender: &receivedmail.MailSender{From: "altro@example.org", Unverified: []receivedmail.UnverifiedReason{receivedmail.UnverifiedAddress}}}}
	if _, err := w.system.App.Reply(t.Context(), app.LinkHolder(ticket.ID(id), ""), ticket.ID(id), app.ReplyRequest{Text: "Mandatemi tutto", Mail: &mail}, app.Idempotency{}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		reader user
		want   any
	}{"operator": {anna, "altro@example.org"}, "citizen": {w.linkHolder(id), nil}} {
		notes := c.reader.ticket(id).want(200).body["notes"].([]any)
		sender, _ := notes[len(notes)-1].(map[string]any)["sender"].(map[string]any)
		if sender["verified"] != false || sender["from"] != c.want || sender["text"] == "" {
			t.Errorf("%s: got sender %v, want an unverified one, from %v", name, sender, c.want)
		}
	}
}
