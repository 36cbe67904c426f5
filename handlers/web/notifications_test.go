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

// unread is what the header says of notices.
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
	p.b.w.Fatalf("%s says nothing of notices", p.at)
	return ""
}

// firstNotification is the words of the first link of a list of notices.
func (p *page) firstNotification() string {
	var link *html.Node
	for _, n := range all(p.root, "a") {
		if hasAttr(n, "data-notice") && link == nil {
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
	if p := anna.open("/notifiche").want(200).says("Ha letto tutto"); p.unread() != "" {
		t.Errorf("without any the header says %s", p.unread())
	}
	one, two := w.openNamed("Primi"), w.openNamed("Secondi")
	w.eventually("both are told of", func() bool { return anna.open("/code/nuove").unread() == "2" })

	p := anna.open("/notifiche").want(200).says("Da leggere 2", "Nuova richiesta n. "+anna.number(two))
	if opened := p.openLink(p.firstNotification()).want(200); !strings.HasSuffix(opened.at.Path, string(two)) {
		t.Errorf("the newest leads to %s", opened.at)
	}
	left := p.submit("Segna come letta: "+p.firstNotification(), nil).want(200).says("Da leggere 1")
	if left.unread() != "1" || !strings.HasSuffix(left.firstNotification(), anna.number(one)) {
		t.Errorf("after reading one: %s, %s", left.unread(), left.firstNotification())
	}
	if bruno.open("/notifiche").unread() != "2" {
		t.Error("what anna has read is read by bruno")
	}
	if both := left.openLink("Tutte").want(200); strings.Count(both.text(), "Nuova richiesta") < 2 || strings.Count(both.text(), "Da leggere ·") != 1 {
		t.Errorf("all of them: %s", both.text())
	}
	panel := anna.open("/notifiche/ultime", "HX-Request", "true", "HX-Request-Type", "partial").want(200).says("Nuova richiesta", "Tutte le notifiche")
	panel.doesNotSay("<html", anna.number(two))
	if none := left.submit("Segna tutte come lette", nil).want(200).says("Tutte le notifiche risultano lette", "Ha letto tutto"); none.unread() != "" {
		t.Errorf("after reading all: %s", none.unread())
	}
	r := p.request("Segna come letta: "+p.firstNotification(), nil) // of a notice that is not theirs
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
	w.must(w.Notifications.Deliver(t.Context(), uuid.NewString(), ticket.ID(o.Stream), sagas.Notification{Kind: sagas.KindPublicNote, To: sagas.ToCitizen}))
	p := maria.open("/notifiche").want(200).says("C’è un messaggio per Lei")
	if opened := p.openLink(p.firstNotification()).want(200); opened.at.Path != "/richieste/"+o.Stream {
		t.Errorf("a citizen's notice leads to %s", opened.at)
	}
}
