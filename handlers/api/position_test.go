// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"encoding/base64"
	"regexp"
	"strconv"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/restore"
)

func TestAllEndpointsReadPositionsTheSameWay(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	opened := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	calls := map[string]string{"a ticket": "/api/v1/tickets/" + opened.text("id"), "a list": "/api/v1/tickets", "queues": "/api/v1/queues"}
	for name, path := range calls {
		for _, position := range []string{"1.0", "1.1", opened.text("position")} {
			if a := anna.get(path + "?after=" + position); a.status != 200 {
				t.Errorf("%s after %s: got %s, want 200", name, position, a.raw)
			}
		}
		for _, unreached := range []string{"1.99999", "2.0", "2.1"} {
			anna.get(path+"?after="+unreached).problem(422, "position-ahead")
		}
		for _, nonsense := range []string{"%2B1.%2B1", "1", "0.1", "1.-1", "1.1.1", "x"} {
			anna.get(path+"?after="+nonsense).problem(422, "invalid", `"field":"after"`)
		}
	}
}

// TestPositionsOfARestoredLog: positions, cursors and event ids of events that a restore kept go on, those of lost ones are refused by name.
func TestPositionsOfARestoredLog(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	for range 3 {
		w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	}
	opened := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	at, _, err := w.store.Head(t.Context())
	w.must(err)
	kept := at.String()
	page := anna.get("/api/v1/tickets?limit=2&after=" + kept).want(200)
	begun, _, err := restore.Begin(t.Context(), w.store, w.database, restore.Accepted{LastEpoch: 1})
	w.must(err)
	from, err := eventstore.ParsePosition(begun.From)
	w.must(err)
	lost := eventstore.Position{Epoch: 1, N: from.N + 1}.String()
	lostCursor := regexp.MustCompile(`"p":"[^"]*"`).ReplaceAllString(decodeBase64(w, page.text("next_cursor")), `"p":"`+lost+`"`)
	calls := []string{"/api/v1/tickets/" + opened.text("id"), "/api/v1/tickets", "/api/v1/queues"}
	for _, path := range calls {
		anna.get(path + "?after=" + kept).want(200)
		anna.get(path + "?after=2." + strconv.FormatInt(from.N+1, 10)).want(200)
		anna.get(path+"?after="+lost).problem(410, "position-lost")
		anna.get(path+"?after=3.1").problem(422, "position-ahead")
	}
	anna.get("/api/v1/tickets?limit=2&cursor=" + page.text("next_cursor")).want(200)
	anna.get("/api/v1/tickets?limit=2&cursor="+base64.RawURLEncoding.EncodeToString([]byte(lostCursor))).problem(410, "position-lost")
	anna.get("/api/v1/stream", "Last-Event-ID", "1.99999").problem(410, "position-lost")
	w.logIn("sara", person.ASRSupervisor, torino).get("/api/v1/dashboard?after="+lost).problem(410, "position-lost")
}

func decodeBase64(w *fixture, text string) string {
	w.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	w.must(err)
	return string(decoded)
}

// TestCitizensPositionsAreOpaque checks that the positions of citizens, with and without a login, and of holders of personal links tell no
// number and can be given back, and that those of operators are plain.
func TestCitizensPositionsAreOpaque(t *testing.T) {
	w := newFixture(t)
	anna, chiara := w.logIn("anna", person.ASROperator, torino), w.logIn("chiara", person.Citizen, "")
	isPlain := func(position string) bool {
		_, err := eventstore.ParsePosition(position)
		return err == nil
	}
	for sender, c := range map[string]user{"nobody": w.anonymous(), "citizen": chiara, "operator": anna} {
		opened := c.post("/api/v1/tickets", form(torino)).want(201)
		if isPlain(opened.text("position")) != (sender == "operator") {
			t.Errorf("opened by %s: got position %s", sender, opened.text("position"))
		}
		path := "/api/v1/tickets/" + opened.text("id")
		for reader, holder := range map[string]user{"holder of a link": w.linkHolder(opened.text("id")), "operator": anna} {
			read := holder.get(path).want(200)
			if isPlain(read.text("position")) != (reader == "operator") {
				t.Errorf("opened by %s, read by %s: got position %s", sender, reader, read.text("position"))
			}
			for _, position := range []string{opened.text("position"), read.text("position"), "1.1"} {
				holder.get(path + "?after=" + position).want(200)
			}
		}
		w.linkHolder(opened.text("id")).get(path + "?after=1.99999").want(200) // a refusal would tell where the head is
	}
	for _, path := range []string{"/api/v1/tickets", "/api/v1/queues"} {
		mine := chiara.get(path).want(200)
		if isPlain(mine.text("position")) {
			t.Errorf("%s: got position %s for a citizen", path, mine.text("position"))
		}
		chiara.get(path + "?after=" + mine.text("position")).want(200)
		chiara.get(path+"?after=x").problem(422, "invalid")
	}
	events := chiara.stream("")
	first := w.nextMessage(events, "the counts", func(m message) bool { return m.name == "counts" })
	if position, _ := first.data["position"].(string); isPlain(first.id) || isPlain(position) || first.id == "" {
		t.Errorf("got event %s with data %v, want opaque positions", first.id, first.data)
	}
	again := w.nextMessage(chiara.stream(first.id), "the counts", func(m message) bool { return m.name == "counts" })
	if again.id == "" {
		t.Errorf("resumed at %s: got event %+v", first.id, again)
	}
}
