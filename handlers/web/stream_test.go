// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"bufio"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web"
)

// streamEvent is one server-sent event.
type streamEvent struct{ name, id, data string }

// openStream opens the stream that a page follows. The channel closes when it ends.
func (b *browser) openStream(from, lastID string) <-chan streamEvent {
	b.w.Helper()
	r, err := http.NewRequestWithContext(b.w.Context(), http.MethodGet, b.w.server.Address+"/eventi?dopo="+from, nil)
	b.w.must(err)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	response, err := b.client.Do(r)
	b.w.must(err)
	b.w.Cleanup(func() { response.Body.Close() })
	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || kind != "text/event-stream" {
		b.w.Fatalf("the stream answers %d, %s", response.StatusCode, kind)
	}
	events := make(chan streamEvent, 1000)
	go func() {
		defer close(events)
		var e streamEvent
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				e.name = value
			case "id":
				e.id = value
			case "data":
				e.data = value
			case "":
				events <- e
				e = streamEvent{id: e.id}
			}
		}
	}()
	return events
}

// nextEvent waits for an event of a name that says something.
func (w *system) nextEvent(from <-chan streamEvent, name, says string) streamEvent {
	w.Helper()
	enough := time.After(2 * time.Minute)
	for {
		select {
		case e, open := <-from:
			if !open {
				w.Fatalf("the stream ended before %s that says %s", name, says)
			}
			if e.name == name && strings.Contains(e.data, says) {
				return e
			}
		case <-enough:
			w.Fatalf("in vain: %s that says %s", name, says)
		}
	}
}

// position is what the page's stream begins with.
func (p *page) position() string { return attr(all(p.root, "body")[0], "data-sol-from") }

// openRequest is a request that calls for no checks: nothing happens to it by itself.
func openRequest(at catalog.EntityCode) app.OpenRequest {
	r := request(at)
	r.Problem = catalog.Other
	return r
}

func TestAPageFollowsFromWhereItStands(t *testing.T) {
	w := newSystem(t, func(c *web.Config) { c.Heartbeat = time.Hour }) // at a heartbeat a count may come before its ticket
	anna, nina := w.login("anna", person.ASROperator, torino), w.login("nina", person.ASROperator, novara)
	w.open(openRequest(torino))
	p := anna.open("/code/nuove")
	if p.position() == "" || attr(all(p.root, "body")[0], "data-sol-stream") != "/eventi" {
		t.Fatalf("the page does not say from where it follows: %q", p.position())
	}
	between := w.open(openRequest(torino)) // after the page was made, before it follows
	annas := anna.openStream(p.position(), "")
	w.nextEvent(annas, "ticket", string(between))
	w.nextEvent(annas, "counts", `"id":"nuove","name":"Nuove","count":2`)

	hidden := w.open(openRequest(novara))
	ninas := nina.openStream("", "")
	w.nextEvent(ninas, "counts", `"count":1`)
	id := w.open(openRequest(torino))
	seen := w.nextEvent(annas, "ticket", "")
	if !strings.Contains(seen.data, string(id)) {
		t.Errorf("not mine to see, %s, or twice: %s", hidden, seen.data)
	}
	last := w.nextEvent(annas, "counts", `"count":3`).id

	// A stream that was cut off goes on where it stopped.
	missed := w.open(openRequest(torino))
	again := anna.openStream(p.position(), last) // browsers keep the address, and say what they saw last
	if e := w.nextEvent(again, "ticket", ""); !strings.Contains(e.data, string(missed)) {
		t.Errorf("after %s comes %s, want %s", last, e.data, missed)
	}
	w.nextEvent(again, "counts", `"count":4`)
	for _, strange := range []string{"x", "9.9", "1.99999"} {
		w.nextEvent(anna.openStream(strange, ""), "counts", `"count":4`)
	}
	for _, none := range []string{"abc", "%00", "urn:uuid:" + string(id)} {
		w.nextEvent(anna.openStream("&richiesta="+none, ""), "counts", `"count":4`)
	}
	if strings.Contains(w.log.String(), "stream failed") {
		t.Errorf("the log: %s", w.log)
	}
}

func TestPageStreamSendsNotifications(t *testing.T) {
	w := newSystem(t, func(c *web.Config) { c.Heartbeat = time.Hour })
	anna := w.login("anna", person.ASROperator, torino)
	annas := anna.openStream("", "")
	w.nextEvent(annas, "notification", `"unread":0`)
	w.open(request(torino))
	w.nextEvent(annas, "notification", `"unread":1`)
}

func TestAPagesStreamEndsWithItsSession(t *testing.T) {
	for name, ends := range map[string]func(w *system, b *browser, account string){
		"logout": func(_ *system, b *browser, _ string) { b.open("/code/nuove").submit("Esci", nil) },
		"the placement ends": func(w *system, _ *browser, account string) {
			w.must(w.App.Identity.EndPlacement(w.Context(), account, person.ASROperator, torino))
		},
		"the account is disabled": func(w *system, _ *browser, account string) { w.must(w.App.Identity.Disable(w.Context(), account)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newSystem(t, func(c *web.Config) { c.Heartbeat = 50 * time.Millisecond })
			account := w.Account(t, "anna", person.ASROperator, torino)
			anna := w.browser().login("anna")
			stream := anna.openStream("", "")
			w.nextEvent(stream, "counts", "")
			ends(w, anna, account)
			w.nextEvent(stream, "end", "session-ended")
			for e := range stream { // nothing comes after it
				t.Errorf("after the end comes %v", e)
			}
			over := w.browser().openStream("", "") // and who has no session is told at once
			w.nextEvent(over, "end", "session-ended")
		})
	}
}

func TestPagesStreamsEndWithTheService(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	stream := anna.openStream("", "")
	w.nextEvent(stream, "counts", "")
	w.server.Stop()
	w.nextEvent(stream, "end", "shutdown")
	w.server.Wait()
}

// TestAHeldActIsNotPushedToOthers: what can still be undone has not happened for those elsewhere.
func TestAHeldActIsNotPushedToOthers(t *testing.T) {
	w := newSystem(t, func(c *web.Config) { c.Heartbeat = 50 * time.Millisecond })
	account := w.Account(t, "anna", person.ASROperator, torino)
	maria := w.Account(t, "maria", person.Citizen, "")
	citizen := w.browser()
	citizen.open("/accesso").submit("Accedi", formValues{"Nome utente": "maria", "Password": "una parola lunga", "PIN": "24680"})
	o, err := w.App.Open(t.Context(), app.Caller{Actor: person.Actor{ID: maria, Role: person.Citizen}}, request(torino), app.Idempotency{})
	w.must(err)
	id := ticket.ID(o.Stream)
	stream := citizen.openStream("", "")
	w.nextEvent(stream, "counts", "")
	w.update(account, person.ASROperator, torino, id, app.UpdateRequest{Changes: ticket.Changes{Status: ticket.Waiting}, Note: &app.NoteRequest{Text: "In che data?", Visibility: ticket.Public}})
	mine := citizen.openStream("1.0", "")
	received := 0
	for e := range mine {
		if e.name == "ticket" {
			received++
		}
		if e.name == "counts" { // the first push is over
			break
		}
	}
	if received != 1 {
		t.Errorf("%d changes are told, want the opening alone", received)
	}
	head, _, err := w.App.Store.Head(t.Context())
	w.must(err)
	late := citizen.openStream(head.String(), "") // of a page that was opened meanwhile
	w.nextEvent(late, "counts", "")
	w.Clock.Advance(rules.DefaultHold)
	for _, s := range []<-chan streamEvent{stream, late} {
		w.nextEvent(s, "ticket", `"type":"citizen_asked"`)
	}
}

// Who opens a ticket, writes or leaves is known at once to whoever has it open: not to others, and not elsewhere.
func TestAPagesStreamTellsWhoElseIsThere(t *testing.T) {
	w := newSystem(t, func(c *web.Config) { c.Heartbeat = time.Hour })
	anna, bice, nina := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino), w.login("nina", person.ASROperator, novara)
	id := string(w.open(openRequest(torino)))
	p := anna.open("/ticket/" + id).want(200)
	if got := attr(all(p.root, "body")[0], "data-sol-stream"); got != "/eventi?richiesta="+id {
		t.Errorf("the page follows %q", got)
	}
	annas, ninas := anna.openStream(p.position()+"&richiesta="+id, ""), nina.openStream("&richiesta="+id, "")
	w.nextEvent(annas, "presence", `"readers":[]`)
	bice.post("/ticket/"+id+"/presenza", url.Values{}).want(200)
	w.nextEvent(annas, "presence", `"name":"Prova BICE","entity":"010301","writing":false`)
	bice.post("/ticket/"+id+"/presenza", url.Values{"scrive": {"1"}}).want(200)
	w.nextEvent(annas, "presence", `"writing":true`)
	bice.post("/ticket/"+id+"/presenza", url.Values{"via": {"1"}}).want(200)
	w.nextEvent(annas, "presence", `"readers":[]`)

	w.open(openRequest(novara))
	for e := range ninas {
		if strings.Contains(e.data, "BICE") {
			t.Errorf("another ASR is told %s", e.data)
		}
		if e.name == "ticket" { // what came before is through
			break
		}
	}
}
