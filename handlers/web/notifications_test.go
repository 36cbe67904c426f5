// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/sagas"
)

// unread returns the number of unread notifications in the header; "" if the header shows none.
func (p *page) unread() string {
	p.b.w.Helper()
	for _, n := range all(p.root, "span") {
		if hasAttr(n, "data-unread") {
			if hasAttr(n, "hidden") {
				return ""
			}
			return textOf(n)
		}
	}
	p.b.w.Fatalf("%s: got no number of unread notifications", p.at)
	return ""
}

// firstNotification returns the text of the first unread notification of a list; "" if there is none.
func (p *page) firstNotification() string {
	var link *html.Node
	for _, n := range all(p.root, "a") {
		if hasAttr(n, "data-notification") && link == nil {
			link = n
		}
	}
	if link == nil {
		return ""
	}
	return textOf(link)
}

func TestNotifications(t *testing.T) {
	w := newSystem(t)
	anna, bruno := w.login("anna", person.ASROperator, torino), w.login("bruno", person.ASROperator, torino)
	if p := anna.open("/notifiche").want(200).shows("Ha letto tutto"); p.unread() != "" {
		t.Errorf("unread notifications: got %s, want none", p.unread())
	}
	one, two := w.openNamed("Primi"), w.openNamed("Secondi")
	w.eventually("two notifications are unread", func() bool { return anna.open("/code/nuove").unread() == "2" })

	p := anna.open("/notifiche").want(200).shows("Da leggere 2", "Nuova richiesta n. "+anna.number(two))
	if opened := p.openLink(p.firstNotification()).want(200); !strings.HasSuffix(opened.at.Path, string(two)) {
		t.Errorf("the newest notification: got link to %s, want ticket %s", opened.at, two)
	}
	left := p.submit("Segna come letta: "+p.firstNotification(), nil).want(200).shows("Da leggere 1")
	if left.unread() != "1" || !strings.HasSuffix(left.firstNotification(), anna.number(one)) {
		t.Errorf("after reading one: got %s unread, first %s", left.unread(), left.firstNotification())
	}
	if bruno.open("/notifiche").unread() != "2" {
		t.Error("a notification that anna has read: want it unread for bruno")
	}
	if both := left.openLink("Tutte").want(200); strings.Count(both.text(), "Nuova richiesta") < 2 || strings.Count(both.text(), "Da leggere ·") != 1 {
		t.Errorf("all notifications: got %s", both.text())
	}
	panel := anna.open("/notifiche/ultime", "HX-Request", "true", "HX-Request-Type", "partial").want(200).shows("Nuova richiesta", "Tutte le notifiche")
	panel.doesNotShow("<html", anna.number(two))
	if none := left.submit("Segna tutte come lette", nil).want(200).shows("Tutte le notifiche risultano lette", "Ha letto tutto"); none.unread() != "" {
		t.Errorf("after reading all: got %s unread, want none", none.unread())
	}
	r := p.request("Segna come letta: "+p.firstNotification(), nil) // for another person's notification
	nina := w.login("nina", person.ASROperator, novara)
	nina.send(r).want(404)
	anna.open("/notifiche?da=inventato").want(422)
	w.login("ada", person.Auditor, "").open("/notifiche").want(403)
}

func TestCitizenNotifications(t *testing.T) {
	w := newSystem(t)
	account := w.Account(t, "maria", person.Citizen, "")
	maria := w.browser().login("maria")
	o, err := w.App.Open(t.Context(), app.Caller{Actor: person.Actor{ID: account, Role: person.Citizen}}, request(torino), app.Idempotency{})
	w.must(err)
	w.waitForLists()
	w.must(w.App.Notifications.Deliver(t.Context(), uuid.NewString(), ticket.ID(o.Stream), sagas.Notification{Kind: sagas.KindPublicNote, To: sagas.ToCitizen}))
	p := maria.open("/notifiche").want(200).shows("C’è un messaggio per Lei")
	if opened := p.openLink(p.firstNotification()).want(200); opened.at.Path != "/richieste/"+o.Stream {
		t.Errorf("a citizen's notification: got link to %s", opened.at)
	}
}
