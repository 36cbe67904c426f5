// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas"
)

// Notifications are listed in pages, for their addressees only, and are marked as read for each person alone.
func TestNotificationsAreListedAndRead(t *testing.T) {
	w := newFixture(t)
	maria, anna, bruno := w.logIn("maria", person.Citizen, ""), w.logIn("anna", person.ASROperator, torino), w.logIn("bruno", person.ASROperator, torino)
	nina, zoe := w.logIn("nina", person.ASROperator, novara), w.logIn("zoe", person.Citizen, "")
	opened := maria.post("/api/v1/tickets", form(torino)).want(201)
	id := opened.text("id")
	anna.reached("/api/v1/queues?after=" + opened.text("position"))
	notify := func(n sagas.Notification) string {
		message := uuid.NewString()
		w.advance(time.Minute) // so that their order is defined
		for range 2 {
			w.must(w.system.App.Notifications.Deliver(t.Context(), message, ticket.ID(id), n))
		}
		return message
	}
	newTicketID := notify(sagas.Notification{Kind: sagas.KindNewTicket, To: sagas.ToOperators, Entity: torino})
	notify(sagas.Notification{Kind: sagas.KindReply, To: sagas.ToOperators, Entity: torino})
	noteID := notify(sagas.Notification{Kind: sagas.KindPublicNote, To: sagas.ToCitizen})

	for name, c := range map[string]struct {
		user
		want int
	}{"anna": {anna, 2}, "bruno": {bruno, 2}, "nina": {nina, 0}, "maria": {maria, 1}, "zoe": {zoe, 0}, "link": {w.linkHolder(id), 0}} {
		got := c.get("/api/v1/notifications").want(200)
		if len(got.list("items")) != c.want || got.at("unread") != float64(c.want) {
			t.Errorf("%s: got %s, want %d notifications", name, got.raw, c.want)
		}
	}
	item := maria.get("/api/v1/notifications").list("items")[0]
	if item["id"] != noteID || item["kind"] != "note" || item["read"] != false || item["text"] != "C’è un messaggio per Lei sulla richiesta n. "+opened.text("number") {
		t.Errorf("maria: got %v", item)
	}

	first := anna.get("/api/v1/notifications?limit=1").want(200)
	second := anna.get("/api/v1/notifications?limit=1&cursor=" + first.text("next_cursor")).want(200)
	if second.list("items")[0]["id"] == first.list("items")[0]["id"] || second.text("next_cursor") != "" {
		t.Errorf("second page: got %s, want the other notification", second.raw)
	}
	for _, cursor := range []string{"x", uuid.NewString()} {
		anna.get("/api/v1/notifications?cursor="+cursor).problem(422, "invalid", `"field":"cursor"`)
	}

	for range 2 { // marking twice changes nothing
		anna.post("/api/v1/notifications/"+newTicketID+"/read", nil).want(204)
		anna.post("/api/v1/notifications/urn:uuid:"+newTicketID+"/read", nil).problem(404, "not-found")
	}
	for _, stranger := range []user{nina, maria, zoe} {
		stranger.post("/api/v1/notifications/"+newTicketID+"/read", nil).problem(404, "not-found")
	}
	if got := anna.get("/api/v1/notifications?unread=true").want(200); len(got.list("items")) != 1 || got.at("unread") != 1.0 {
		t.Errorf("anna, unread: got %s, want one", got.raw)
	}
	anna.post("/api/v1/notifications/read", nil).want(204)
	if got := anna.get("/api/v1/notifications").want(200); len(got.list("items")) != 2 || got.at("unread") != 0.0 {
		t.Errorf("anna, all read: got %s, want 2 and none unread", got.raw)
	}
	if got := bruno.get("/api/v1/notifications").want(200); got.at("unread") != 2.0 {
		t.Errorf("bruno: got %s, want 2 unread", got.raw)
	}
}

// A citizen with an account can refuse the mail that announces notifications.
func TestCitizenRefusesMail(t *testing.T) {
	w := newFixture(t)
	maria := w.logIn("maria", person.Citizen, "")
	wants := func(want bool) {
		t.Helper()
		stored, err := w.identity.WantsMail(t.Context(), maria.id)
		if got := maria.get("/api/v1/preferences").want(200); err != nil || stored != want || got.at("mail") != want {
			t.Errorf("got stored %t, %v, and response %s, want %t", stored, err, got.raw, want)
		}
	}
	wants(true)
	for _, choice := range []bool{false, false, true} {
		maria.do("PUT", "/api/v1/preferences", fields{"mail": choice}).want(200)
		wants(choice)
	}
	maria.do("PUT", "/api/v1/preferences", fields{}).problem(422, "invalid", "mail")
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	w.linkHolder(id).get("/api/v1/preferences").problem(403, "forbidden", "log in")
	w.logIn("anna", person.ASROperator, torino).get("/api/v1/preferences").problem(403, "forbidden")
}
