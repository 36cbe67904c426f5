// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/sagas"
)

// message is one server-sent event.
type message struct {
	name, id string
	data     map[string]any
}

// stream opens a stream and returns its messages. A message without a name only has an id. The channel is closed when the stream ends.
func (u user) stream(lastID string) <-chan message {
	u.w.Helper()
	r, err := http.NewRequestWithContext(u.w.Context(), http.MethodGet, u.w.server.Address+"/api/v1/stream", nil)
	u.w.must(err)
	r.Header.Set("Authorization", "Bearer "+u.token)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	response, err := http.DefaultClient.Do(r)
	u.w.must(err)
	u.w.Cleanup(func() { response.Body.Close() })
	if got := response.Header.Get("Content-Type"); response.StatusCode != 200 || got != "text/event-stream" {
		u.w.Fatalf("stream: got %d, %s, want 200, text/event-stream", response.StatusCode, got)
	}
	messages := make(chan message, 1000)
	go func() {
		defer close(messages)
		m, moved := message{}, false
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				m.name = value
			case "id":
				m.id, moved = value, true
			case "data":
				_ = json.Unmarshal([]byte(value), &m.data) // other data than an object stays nil, and no test uses it
			case "":
				if m.name != "" || moved {
					messages <- m
				}
				m, moved = message{id: m.id}, false
			}
		}
	}()
	return messages
}

// nextMessage waits at most two minutes for a message for which matches is true.
func (w *fixture) nextMessage(from <-chan message, what string, matches func(message) bool) message {
	w.Helper()
	timeout := time.After(2 * time.Minute)
	for {
		select {
		case m, open := <-from:
			if !open {
				w.Fatalf("the stream ended before %s", what)
			}
			if matches(m) {
				return m
			}
		case <-timeout:
			w.Fatalf("got no message: %s", what)
		}
	}
}

// about matches a message about a ticket.
func about(id string) func(message) bool {
	return func(m message) bool { return m.name == "ticket" && m.data["id"] == id }
}

// counting matches a message whose count of a queue is n.
func counting(queue string, n int) func(message) bool {
	return func(m message) bool {
		items, _ := m.data["items"].([]any)
		for _, i := range items {
			if q := i.(map[string]any); m.name == "counts" && q["id"] == queue {
				return q["count"] == float64(n)
			}
		}
		return false
	}
}

func TestStreamSendsOnlyVisibleTickets(t *testing.T) {
	w := newFixture(t)
	anna, rita := w.logIn("anna", person.ASROperator, torino), w.logIn("rita", person.RegionalOperator, catalog.Region)
	annas, ritas := anna.stream(""), rita.stream("")
	w.nextMessage(annas, "the first counts", counting("nuove", 0))
	w.nextMessage(ritas, "the first counts", counting("nuove", 0))

	hidden := w.anonymous().post("/api/v1/tickets", form(novara)).want(201).text("id")
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	counted := false // the counts may come before the ticket's message
	seen := w.nextMessage(annas, "the new ticket", func(m message) bool {
		counted = counted || counting("nuove", 1)(m)
		if m.data["id"] == hidden {
			t.Error("got a message about a ticket of another ASR")
		}
		return about(id)(m)
	})
	if !counted {
		w.nextMessage(annas, "the new count", counting("nuove", 1))
	}

	anna.update(id, fields{"status": "non_di_competenza", "note": public("Non è nostro")}).want(200)
	counted = false
	w.nextMessage(annas, "what I did myself", func(m message) bool {
		counted = counted || counting("inoltrate", 1)(m)
		return about(id)(m)
	})
	if !counted {
		w.nextMessage(annas, "the ASR's count", counting("inoltrate", 1))
	}
	w.nextMessage(ritas, "the Region's count", counting("nuove", 1))

	// A client that reconnects with an id misses no change.
	again := anna.stream(seen.id)
	w.nextMessage(again, "what happened since", about(id))
	w.nextMessage(again, "the counts of now", counting("inoltrate", 1))
	w.advance(rules.DefaultHold)
	rita.update(id, fields{"entity": novara, "note": public("A voi")}).want(200)
	w.nextMessage(again, "the redirect, on the trace", about(id))
}

func TestStreamResumesWithoutAGap(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	first := w.nextMessage(anna.stream(""), "the first counts", counting("nuove", 0))
	received, last := map[string]bool{}, first.id
	for n := range 5 { // the client is disconnected after each ticket
		id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
		stream, counted := anna.stream(last), false
		w.nextMessage(stream, fmt.Sprintf("ticket %d", n), func(m message) bool {
			if again, _ := m.data["id"].(string); received[again] {
				t.Errorf("ticket %d: got an earlier ticket again, after a later id", n)
			}
			counted = counted || counting("nuove", n+1)(m) // the counts may come before the ticket's message
			return about(id)(m)
		})
		received[id] = true
		last = w.nextMessage(stream, "an id after it", func(m message) bool {
			counted = counted || counting("nuove", n+1)(m)
			return counted && m.id != last
		}).id
	}
	anna.get("/api/v1/stream", "Last-Event-ID", "1.9999").problem(422, "position-ahead")
	anna.get("/api/v1/stream", "Last-Event-ID", "x").problem(422, "invalid")
	w.anonymous().get("/api/v1/stream").problem(401, "unauthorized")
}

// The stream sends the number of unread notifications at its beginning, with each new one and after they are read, without waiting for a
// heartbeat, and only to their addressees.
func TestStreamSendsUnreadNotifications(t *testing.T) {
	w := newFixture(t, func(c *api.Config) { c.Heartbeat = time.Hour })
	anna, bruno, nina := w.logIn("anna", person.ASROperator, torino), w.logIn("bruno", person.ASROperator, torino), w.logIn("nina", person.ASROperator, novara)
	maria := w.logIn("maria", person.Citizen, "")
	id := maria.post("/api/v1/tickets", form(torino)).want(201).text("id")
	unread := func(n int) func(message) bool {
		return func(m message) bool { return m.name == "notification" && m.data["unread"] == float64(n) }
	}
	notify := func(n sagas.Notification) {
		t.Helper()
		w.advance(time.Minute)
		w.must(w.system.App.Notifications.Deliver(t.Context(), uuid.NewString(), ticket.ID(id), n))
	}
	annas, brunos, ninas, marias := anna.stream(""), bruno.stream(""), nina.stream(""), maria.stream("")
	for _, s := range []<-chan message{annas, brunos, ninas, marias} {
		w.nextMessage(s, "how many there are", unread(0))
	}
	notify(sagas.Notification{Kind: sagas.KindNewTicket, To: sagas.ToOperators, Entity: torino})
	got := w.nextMessage(annas, "one that is new", unread(1))
	if latest, _ := got.data["latest"].(map[string]any); latest["kind"] != "new_ticket" || got.id == "" {
		t.Errorf("anna: got %v, want the latest notification", got)
	}
	w.nextMessage(brunos, "the same", unread(1))
	notify(sagas.Notification{Kind: sagas.KindAssigned, To: sagas.ToAccount, Entity: torino, Operator: anna.id})
	w.nextMessage(annas, "one for her alone", unread(2))
	notify(sagas.Notification{Kind: sagas.KindPublicNote, To: sagas.ToCitizen})
	w.nextMessage(marias, "the citizen's", unread(1))

	anna.post("/api/v1/notifications/read", nil).want(204)
	w.nextMessage(annas, "that she has read them", unread(0))
	bruno.update(id, fields{"status": "in_lavorazione"}).want(200)
	w.nextMessage(brunos, "the message about his own change", func(m message) bool {
		if m.name == "notification" {
			t.Errorf("bruno: got the notification %v, want none", m.data)
		}
		return m.name == "ticket" && m.data["type"] == "taken"
	})
	again := anna.stream(got.id)
	w.nextMessage(again, "the current number after reconnecting", unread(0))

	w.anonymous().post("/api/v1/tickets", form(novara)).want(201)
	w.nextMessage(ninas, "a ticket of her own", func(m message) bool {
		if m.name == "notification" {
			t.Errorf("nina: got the notification %v, want none", m.data)
		}
		return m.name == "ticket"
	})
}

// The stream names no ticket that its reader may not see: it is refused as the ticket is, with one record. A notification has no number, because
// the stream leaves no record.
func TestStreamOfAForeignTicketIsRefused(t *testing.T) {
	w := newFixture(t, func(c *api.Config) { c.Heartbeat = time.Hour })
	anna, nina := w.logIn("anna", person.ASROperator, torino), w.logIn("nina", person.ASROperator, novara)
	opened := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	id := opened.text("id")
	owner := w.connectAsOwner()
	looks := func() (refused, all int) {
		w.must(owner.QueryRow(t.Context(), `select count(*) filter (where outcome = 'refused' and ticket = $1::text::uuid), count(*) from access.records`, id).Scan(&refused, &all))
		return refused, all
	}
	for n, query := range []string{id, uuid.NewString()} {
		got, want := nina.get("/api/v1/stream?ticket="+query), nina.get("/api/v1/tickets/"+query)
		if got.status != 404 || want.status != 404 {
			t.Errorf("%s: got %d, and %d for the ticket, want 404", query, got.status, want.status)
		}
		if refused, all := looks(); refused != 2 || all != 2*n+2 {
			t.Errorf("%s: got %d records, %d of the ticket, want one of each request", query, all, refused)
		}
	}
	w.must(w.system.App.Notifications.Deliver(t.Context(), uuid.NewString(), ticket.ID(id), sagas.Notification{Kind: sagas.KindNewTicket, To: sagas.ToOperators, Entity: torino}))
	got := w.nextMessage(anna.stream(""), "notifications", func(m message) bool { return m.name == "notification" })
	text := fmt.Sprint(got.data)
	if _, all := looks(); all != 4 || !strings.Contains(text, "new_ticket") || strings.Contains(text, id) || strings.Contains(text, opened.text("number")) {
		t.Errorf("got %s and %d records, want a notification without a ticket and no further record", text, all)
	}
}

func TestStreamEndsWithTheSession(t *testing.T) {
	for name, ends := range map[string]func(w *fixture, u user){
		"logout": func(_ *fixture, u user) { u.do(http.MethodDelete, "/api/v1/sessions/current", nil).want(204) },
		"the placement ends": func(w *fixture, u user) {
			w.must(w.identity.EndPlacement(w.Context(), u.id, person.ASROperator, torino))
		},
		"the account is disabled": func(w *fixture, u user) { w.must(w.identity.Disable(w.Context(), u.id)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			anna := w.logIn("anna", person.ASROperator, torino)
			stream := anna.stream("")
			w.nextMessage(stream, "the first counts", counting("nuove", 0))
			ends(w, anna)
			end := w.nextMessage(stream, "the end", func(m message) bool { return m.name == "end" })
			if end.data["reason"] != "session-ended" {
				t.Fatalf("end: got %v, want session-ended", end.data)
			}
			for range stream { // no message comes after the end
				t.Error("got a message after the end")
			}
		})
	}
}

func TestShutdownEndsStreamsAndGoroutines(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("service", func(t *testing.T) {
		w := newFixture(t)
		anna := w.logIn("anna", person.ASROperator, torino)
		stream := anna.stream("")
		w.nextMessage(stream, "the first counts", counting("nuove", 0))
		w.server.Stop()
		end := w.nextMessage(stream, "the end", func(m message) bool { return m.name == "end" })
		if end.data["reason"] != "shutdown" {
			t.Fatalf("end: got %v, want shutdown", end.data)
		}
		w.server.Wait()
	})
	http.DefaultClient.CloseIdleConnections()
	if err := storetest.Leaks(before); err != nil {
		t.Error(err)
	}
}
