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
	"github.com/sol-assistenza/sol/eventstore/restore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web"
)

// streamEvent is one server-sent event.
type streamEvent struct{ name, id, data string }

// openStream opens the stream of live updates as a page does that has a position and a last event id. The channel is closed at its end.
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
	if contentType := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || contentType != "text/event-stream" {
		b.w.Fatalf("the stream: got %d, %s", response.StatusCode, contentType)
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

// nextEvent waits for an event with a name and a text in its data, and skips other events. It fails the test after 2 minutes.
func (w *system) nextEvent(from <-chan streamEvent, name, text string) streamEvent {
	w.Helper()
	timeout := time.After(2 * time.Minute)
	for {
		select {
		case e, open := <-from:
			if !open {
				w.Fatalf("the stream ended before an event %s with %q", name, text)
			}
			if e.name == name && strings.Contains(e.data, text) {
				return e
			}
		case <-timeout:
			w.Fatalf("got no event %s with %q", name, text)
		}
	}
}

// position returns the position with which the page's stream begins.
func (p *page) position() string { return attr(all(p.root, "body")[0], "data-sol-from") }

// openRequest returns a request for which no checks are prescribed, so that no saga changes its ticket.
func openRequest(entity catalog.EntityCode) app.OpenRequest {
	r := request(entity)
	r.Problem = catalog.Other
	return r
}

func TestStreamStartsAtThePositionOfThePage(t *testing.T) {
	w := newSystem(t, func(c *web.Config) { c.Heartbeat = time.Hour }) // a heartbeat could send a count before its ticket
	anna, nina := w.login("anna", person.ASROperator, torino), w.login("nina", person.ASROperator, novara)
	w.open(openRequest(torino))
	p := anna.open("/code/nuove")
	if p.position() == "" || attr(all(p.root, "body")[0], "data-sol-stream") != "/eventi" {
		t.Fatalf("got position %q on the page", p.position())
	}
	between := w.open(openRequest(torino)) // after the page was rendered, before its stream opens
	annas := anna.openStream(p.position(), "")
	w.nextEvent(annas, "ticket", string(between))
	w.nextEvent(annas, "counts", `"id":"nuove","name":"Nuove","count":2`)

	hidden := w.open(openRequest(novara))
	ninas := nina.openStream("", "")
	w.nextEvent(ninas, "counts", `"count":1`)
	id := w.open(openRequest(torino))
	seen := w.nextEvent(annas, "ticket", "")
	if !strings.Contains(seen.data, string(id)) {
		t.Errorf("got change %s, want one of %s: not of the hidden %s and none twice", seen.data, id, hidden)
	}
	last := w.nextEvent(annas, "counts", `"count":3`).id

	// A stream that was interrupted goes on after the last event.
	missed := w.open(openRequest(torino))
	again := anna.openStream(p.position(), last) // browsers keep the address and send the last event id
	if e := w.nextEvent(again, "ticket", ""); !strings.Contains(e.data, string(missed)) {
		t.Errorf("after %s: got %s, want %s", last, e.data, missed)
	}
	w.nextEvent(again, "counts", `"count":4`)
	for _, position := range []string{"x", "9.9", "1.99999"} {
		w.nextEvent(anna.openStream(position, ""), "counts", `"count":4`)
	}
	for _, noTicket := range []string{"abc", "%00", "urn:uuid:" + string(id)} {
		w.nextEvent(anna.openStream("&richiesta="+noTicket, ""), "counts", `"count":4`)
	}
	if strings.Contains(w.log.String(), "stream failed") {
		t.Errorf("got log %s, want no failed stream", w.log)
	}
}

// TestPageStreamTellsALostPosition: a page whose last event a restore lost is told so, and one that holds only kept events goes on.
func TestPageStreamTellsALostPosition(t *testing.T) {
	w := newSystem(t, func(c *web.Config) { c.Heartbeat = time.Hour })
	anna := w.login("anna", person.ASROperator, torino)
	w.open(request(torino))
	begun, _, err := restore.Begin(t.Context(), w.App.Store, w.Database, restore.Accepted{})
	w.must(err)
	w.nextEvent(anna.openStream(begun.From, ""), "counts", `"count":1`)
	w.nextEvent(anna.openStream("1.99999", ""), "end", `"reason":"position-lost"`)
	w.nextEvent(anna.openStream("", "1.99999"), "end", `"reason":"position-lost"`)
}

func TestPageStreamSendsNotifications(t *testing.T) {
	w := newSystem(t, func(c *web.Config) { c.Heartbeat = time.Hour })
	anna := w.login("anna", person.ASROperator, torino)
	annas := anna.openStream("", "")
	w.nextEvent(annas, "notification", `"unread":0`)
	w.open(request(torino))
	w.nextEvent(annas, "notification", `"unread":1`)
}

func TestStreamEndsWithTheSession(t *testing.T) {
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
			for e := range stream {
				t.Errorf("after the end: got %v, want no event", e)
			}
			anonymous := w.browser().openStream("", "") // without a session the first event is the end
			w.nextEvent(anonymous, "end", "session-ended")
		})
	}
}

func TestStreamEndsWithTheService(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	stream := anna.openStream("", "")
	w.nextEvent(stream, "counts", "")
	w.server.Stop()
	w.nextEvent(stream, "end", "shutdown")
	w.server.Wait()
}

// Live updates of other viewers do not contain a change while it is held.
func TestHeldChangeIsNotPushedToOthers(t *testing.T) {
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
	w.update(account, person.ASROperator, torino, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting}, Note: &app.NoteRequest{Text: "In che data?", Visibility: ticket.Public}})
	mine := citizen.openStream("1.0", "")
	received := 0
	for e := range mine {
		if e.name == "ticket" {
			received++
		}
		if e.name == "counts" { // the end of the first push
			break
		}
	}
	if received != 1 {
		t.Errorf("got %d changes, want 1: the opening", received)
	}
	head, _, err := w.App.Store.Head(t.Context())
	w.must(err)
	late := citizen.openStream(head.String(), "") // of a page that was opened while the note was held
	w.nextEvent(late, "counts", "")
	w.Clock.Advance(rules.DefaultHold)
	for _, s := range []<-chan streamEvent{stream, late} {
		w.nextEvent(s, "ticket", `"type":"citizen_asked"`)
	}
}

// Operators of an entity who have a ticket open get its presence at once. Other entities do not.
func TestStreamSendsPresence(t *testing.T) {
	w := newSystem(t, func(c *web.Config) { c.Heartbeat = time.Hour })
	anna, bice, nina := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino), w.login("nina", person.ASROperator, novara)
	id := string(w.open(openRequest(torino)))
	p := anna.open("/ticket/" + id).want(200)
	if got := attr(all(p.root, "body")[0], "data-sol-stream"); got != "/eventi?richiesta="+id {
		t.Errorf("address of the stream: got %q", got)
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
			t.Errorf("another ASR: got %s, want no presence", e.data)
		}
		if e.name == "ticket" { // all earlier events have arrived
			break
		}
	}
}
