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
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/web"
)

// pushed is one server-sent event.
type pushed struct{ name, id, data string }

// follow opens the stream that a page follows. The channel closes when it ends.
func (b *browser) follow(from, lastID string) <-chan pushed {
	b.w.Helper()
	r, err := http.NewRequestWithContext(b.w.Context(), http.MethodGet, b.w.door.Address+"/eventi?dopo="+from, nil)
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
	events := make(chan pushed, 1000)
	go func() {
		defer close(events)
		var e pushed
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
				e = pushed{id: e.id}
			}
		}
	}()
	return events
}

// next waits for an event of a name that says something.
func (w *world) next(from <-chan pushed, name, says string) pushed {
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

// plain is a request that calls for no checks: nothing happens to it by itself.
func plain(at catalog.EntityCode) casework.Request {
	r := request(at)
	r.Problem = catalog.Other
	return r
}

func TestAPageFollowsFromWhereItStands(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Heartbeat = time.Hour }) // at a heartbeat a count may come before its ticket
	anna, nina := w.join("anna", person.ASROperator, torino), w.join("nina", person.ASROperator, novara)
	w.open(plain(torino))
	p := anna.open("/code/nuove")
	if p.position() == "" || attr(all(p.root, "body")[0], "data-sol-stream") != "/eventi" {
		t.Fatalf("the page does not say from where it follows: %q", p.position())
	}
	between := w.open(plain(torino)) // after the page was made, before it follows
	annas := anna.follow(p.position(), "")
	w.next(annas, "ticket", string(between))
	w.next(annas, "counts", `"id":"nuove","name":"Nuove","count":2`)

	hidden := w.open(plain(novara))
	ninas := nina.follow("", "")
	w.next(ninas, "counts", `"count":1`)
	id := w.open(plain(torino))
	seen := w.next(annas, "ticket", "")
	if !strings.Contains(seen.data, string(id)) {
		t.Errorf("not mine to see, %s, or twice: %s", hidden, seen.data)
	}
	last := w.next(annas, "counts", `"count":3`).id

	// A stream that was cut off goes on where it stopped.
	missed := w.open(plain(torino))
	again := anna.follow(p.position(), last) // browsers keep the address, and say what they saw last
	if e := w.next(again, "ticket", ""); !strings.Contains(e.data, string(missed)) {
		t.Errorf("after %s comes %s, want %s", last, e.data, missed)
	}
	w.next(again, "counts", `"count":4`)
	for _, strange := range []string{"x", "9.9", "1.99999"} {
		w.next(anna.follow(strange, ""), "counts", `"count":4`)
	}
	for _, none := range []string{"abc", "%00", "urn:uuid:" + string(id)} {
		w.next(anna.follow("&richiesta="+none, ""), "counts", `"count":4`)
	}
	if strings.Contains(w.log.String(), "stream failed") {
		t.Errorf("the log: %s", w.log)
	}
}

func TestAPagesStreamCarriesNotices(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Heartbeat = time.Hour })
	anna := w.join("anna", person.ASROperator, torino)
	annas := anna.follow("", "")
	w.next(annas, "notification", `"unread":0`)
	w.open(request(torino))
	w.next(annas, "notification", `"unread":1`)
}

func TestAPagesStreamEndsWithItsSession(t *testing.T) {
	for name, ends := range map[string]func(w *world, b *browser, account string){
		"logout": func(_ *world, b *browser, _ string) { b.open("/code/nuove").submit("Esci", nil) },
		"the placement ends": func(w *world, _ *browser, account string) {
			w.must(w.Cases.Identity.EndPlacement(w.Context(), account, person.ASROperator, torino))
		},
		"the account is disabled": func(w *world, _ *browser, account string) { w.must(w.Cases.Identity.Disable(w.Context(), account)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *web.Config) { c.Heartbeat = 50 * time.Millisecond })
			account := w.Account(t, "anna", person.ASROperator, torino)
			anna := w.browser().login("anna")
			stream := anna.follow("", "")
			w.next(stream, "counts", "")
			ends(w, anna, account)
			w.next(stream, "end", "session-ended")
			for e := range stream { // nothing comes after it
				t.Errorf("after the end comes %v", e)
			}
			over := w.browser().follow("", "") // and who has no session is told at once
			w.next(over, "end", "session-ended")
		})
	}
}

func TestPagesStreamsEndWithTheService(t *testing.T) {
	w := newWorld(t)
	anna := w.join("anna", person.ASROperator, torino)
	stream := anna.follow("", "")
	w.next(stream, "counts", "")
	w.door.Shut()
	w.next(stream, "end", "shutdown")
	w.door.Wait()
}

// TestAHeldActIsNotPushedToOthers: what can still be undone has not happened for those elsewhere.
func TestAHeldActIsNotPushedToOthers(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Heartbeat = 50 * time.Millisecond })
	account := w.Account(t, "anna", person.ASROperator, torino)
	maria := w.Account(t, "maria", person.Citizen, "")
	citizen := w.browser()
	citizen.open("/accesso").submit("Accedi", typed{"Nome utente": "maria", "Password": "una parola lunga", "PIN": "24680"})
	o, err := w.Cases.Open(t.Context(), casework.Caller{Actor: person.Actor{ID: maria, Role: person.Citizen}}, request(torino), casework.Said{})
	w.must(err)
	id := ticket.ID(o.Stream)
	stream := citizen.follow("", "")
	w.next(stream, "counts", "")
	w.update(account, person.ASROperator, torino, id, casework.Update{Status: ticket.Waiting, Note: &casework.Note{Text: "In che data?", Visibility: ticket.Public}})
	mine := citizen.follow("1.0", "")
	told := 0
	for e := range mine {
		if e.name == "ticket" {
			told++
		}
		if e.name == "counts" { // the first push is over
			break
		}
	}
	if told != 1 {
		t.Errorf("%d changes are told, want the opening alone", told)
	}
	head, _, err := w.Cases.Store.Head(t.Context())
	w.must(err)
	late := citizen.follow(head.String(), "") // of a page that was opened meanwhile
	w.next(late, "counts", "")
	w.Clock.Pass(ticket.DefaultHold)
	for _, s := range []<-chan pushed{stream, late} {
		w.next(s, "ticket", `"type":"citizen_asked"`)
	}
}

// Who opens a ticket, writes or leaves is known at once to whoever has it open: not to others, and not elsewhere.
func TestAPagesStreamTellsWhoElseIsThere(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Heartbeat = time.Hour })
	anna, bice, nina := w.join("anna", person.ASROperator, torino), w.join("bice", person.ASROperator, torino), w.join("nina", person.ASROperator, novara)
	id := string(w.open(plain(torino)))
	p := anna.open("/ticket/" + id).want(200)
	if got := attr(all(p.root, "body")[0], "data-sol-stream"); got != "/eventi?richiesta="+id {
		t.Errorf("the page follows %q", got)
	}
	annas, ninas := anna.follow(p.position()+"&richiesta="+id, ""), nina.follow("&richiesta="+id, "")
	w.next(annas, "presence", `"readers":[]`)
	bice.post("/ticket/"+id+"/presenza", url.Values{}).want(200)
	w.next(annas, "presence", `"name":"Prova BICE","entity":"010301","writing":false`)
	bice.post("/ticket/"+id+"/presenza", url.Values{"scrive": {"1"}}).want(200)
	w.next(annas, "presence", `"writing":true`)
	bice.post("/ticket/"+id+"/presenza", url.Values{"via": {"1"}}).want(200)
	w.next(annas, "presence", `"readers":[]`)

	w.open(plain(novara))
	for e := range ninas {
		if strings.Contains(e.data, "BICE") {
			t.Errorf("another ASR is told %s", e.data)
		}
		if e.name == "ticket" { // what came before is through
			break
		}
	}
}
