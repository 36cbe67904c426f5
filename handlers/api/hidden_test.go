// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// The tests of this file compare, byte for byte, what a viewer gets of two histories that differ only in events of which that viewer may not
// know. What differs between any two tickets is replaced before: ids, by their order of appearance in the answer, numbers of tickets, and
// positions and cursors, which are opaque or of the whole log.
var (
	anyID       = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	anyNumber   = regexp.MustCompile(`20\d\d-\d{7}`)
	anyPosition = regexp.MustCompile(`"(position|next_cursor|previous_cursor)":"[^"]*"`)
)

// normalized returns a text without what differs between any two tickets.
func normalized(text string) string {
	for name, pattern := range map[string]*regexp.Regexp{"id": anyID, "number": anyNumber} {
		var seen []string
		text = pattern.ReplaceAllStringFunc(text, func(found string) string {
			i := slices.Index(seen, found)
			if i < 0 {
				i, seen = len(seen), append(seen, found)
			}
			return fmt.Sprint(name, i)
		})
	}
	return anyPosition.ReplaceAllString(text, `"$1":"…"`)
}

// answer returns status, headers and body of a response, normalized.
func (a apiResponse) answer() string {
	return normalized(fmt.Sprintf("%d ETag %s Location %s Replayed %s\n%s", a.status, a.header.Get("ETag"), a.header.Get("Location"),
		a.header.Get("Idempotency-Replayed"), a.raw))
}

// hiddenFixture is a fixture with the sagas that write messages.
type hiddenFixture struct {
	*fixture
	anna, bruno, rita user
}

func newHiddenFixture(t *testing.T) hiddenFixture {
	w := newFixtureWithOptions(t, handlertest.Options{Sagas: []runtime.Definition{sagas.AutoClose(catalog.Default()), sagas.Notifications()}})
	return hiddenFixture{w, w.logIn("anna", person.ASROperator, torino), w.logIn("bruno", person.ASROperator, torino), w.logIn("rita", person.RegionalOperator, catalog.Region)}
}

// hiddenSteps are events of which a citizen may not know. A step that the rules refuse in the ticket's state is left out.
func (w hiddenFixture) hiddenSteps(id string) map[string]func() {
	system := person.Actor{ID: "test", Role: person.System}
	give := func(c ticket.Command) {
		_, _ = w.system.App.Dispatch(w.Context(), app.CommandRequest{Ticket: ticket.ID(id), Command: c, By: system})
	}
	yes := true
	return map[string]func(){
		"internal note": func() { w.anna.update(id, fields{"note": fields{"text": "solo per noi", "visibility": "internal"}}) },
		"assign":        func() { w.anna.update(id, fields{"assignee": "bruno"}) },
		"unassign":      func() { w.anna.update(id, fields{"assignee": ""}) },
		"begin checks":  func() { give(ticket.BeginPlaybook{}) },
		"check answered": func() {
			give(ticket.BeginPlaybook{})
			give(ticket.RecordQueryResult{Run: 1, Query: playbook.FindReport, Check: "referto-individuato", Answer: &yes,
				Evidence: playbook.Evidence{"identifier": "REF-PROVA-1", "produced_on": "2026-02-20"}})
		},
		"check tried": func() {
			give(ticket.BeginPlaybook{})
			give(ticket.RecordQueryResult{Run: 1, Query: playbook.FindReport, Check: "referto-individuato", Why: ticket.SystemUnreachable})
		},
		"mail failed": func() { give(ticket.ReportContact{Message: uuid.NewString(), Why: ticket.DeliveryRefused}) },
		"mail kept": func() {
			give(ticket.KeepMail{ID: ticket.ID(uuid.Must(uuid.NewV7()).String()), Why: receivedmail.AutomaticMail, Text: "Sono assente"})
		},
	}
}

// waitUntilHandled waits until lists, sagas and outbox hold everything.
func (w hiddenFixture) waitUntilHandled() {
	w.Helper()
	w.must(w.system.RunUntilIdle(w.Context()))
	head, _, err := w.store.Head(w.Context())
	w.must(err)
	w.anna.reached("/api/v1/tickets?limit=1&after=" + head.String())
}

// messagesToCitizen returns the messages in the outbox for a ticket's citizen, in their order.
func (w hiddenFixture) messagesToCitizen(id string) string {
	w.Helper()
	var all []string
	owner := storetest.Connect(w.T, w.database)
	rows, err := owner.Query(w.Context(), `select payload::text from saga.outbox where metadata::text like '%' || $1 || '%' and payload ->> 'to' = 'citizen' order by "offset"`, id)
	w.must(err)
	for rows.Next() {
		var payload string
		w.must(rows.Scan(&payload))
		all = append(all, payload)
	}
	w.must(rows.Err())
	return normalized(strings.Join(all, "\n"))
}

// TestHiddenEventsChangeNothingForTheCitizen plays random lives of two tickets, of two citizens. In one of them, events of which a citizen may
// not know happen too. Both citizens get equal bytes from everything that they can call, with their session and with the personal link:
// tickets, moments of the past, lists, queues, notifications, answers to commands and to their repetitions, the stream, and messages.
func TestHiddenEventsChangeNothingForTheCitizen(t *testing.T) {
	w := newHiddenFixture(t)
	w.logIn("chiara", person.Citizen, "") // has the tax code of the forms, which the other two have not
	citizens := []user{w.logIn("carla", person.Citizen, ""), w.logIn("carlo", person.Citizen, "")}
	examples := rapid.Custom(drawLife)
	for n := range 12 {
		w.compareLives(t, citizens, examples.Example(n))
	}
}

// life holds the public steps of a ticket, and the hidden steps before each of them and after the last.
type life struct {
	public []string
	hidden [][]string
}

// drawLife draws a life that the rules accept.
func drawLife(t *rapid.T) life {
	next := map[string][]string{
		"nuovo": {"take", "ask", "resolve"}, "in_lavorazione": {"ask", "note", "resolve"}, "in_attesa_utente": {"reply", "note"}, "risolto": {"not solved"},
	}
	after := map[string]string{"take": "in_lavorazione", "ask": "in_attesa_utente", "resolve": "risolto", "reply": "in_lavorazione", "not solved": "in_lavorazione"}
	hidden := rapid.SliceOfN(rapid.SampledFrom([]string{
		"internal note", "assign", "unassign", "begin checks", "check answered", "check tried", "mail failed", "mail kept",
	}), 0, 3)
	status, l := "nuovo", life{}
	for range rapid.IntRange(2, 4).Draw(t, "steps") {
		step := rapid.SampledFrom(next[status]).Draw(t, "public")
		if to := after[step]; to != "" {
			status = to
		}
		l.public, l.hidden = append(l.public, step), append(l.hidden, hidden.Draw(t, "hidden"))
	}
	l.hidden = append(l.hidden, append(hidden.Draw(t, "hidden"), "internal note", "check tried"))
	return l
}

// compareLives plays one life for two citizens, with the hidden steps for the second alone.
func (w hiddenFixture) compareLives(t *testing.T, citizens []user, l life) {
	t.Helper()
	var ids [2]string
	var streams [2]<-chan message
	var links [2]user
	w.advance(time.Minute)
	same := func(what string, get func(i int) string) {
		t.Helper()
		if plain, hiding := get(0), get(1); plain != hiding {
			t.Fatalf("%v: %s: with hidden events got\n%s\nwithout\n%s", l, what, hiding, plain)
		}
	}
	w.waitUntilHandled()
	for i := range streams {
		streams[i] = citizens[i].stream("")
		w.nextMessage(streams[i], "the first counts", func(m message) bool { return m.name == "counts" })
	}
	same("opening", func(i int) string {
		a := citizens[i].post("/api/v1/tickets", form(torino)).want(201)
		ids[i], links[i] = a.text("id"), w.linkHolder(a.text("id"))
		w.anna.post("/api/v1/tickets/"+ids[i]+"/representation-checks", fields{
			"outcome": "verified", "kind": "delega", "seen": "la delega", "act": "delega", "act_date": "2020-01-07",
		}).want(200)
		return a.answer()
	})
	var moments []string
	compare := func() {
		t.Helper()
		w.waitUntilHandled()
		for _, path := range []string{"/api/v1/tickets/ID", "/api/v1/tickets/ID/playbook", "/api/v1/tickets/ID/events"} {
			same("GET "+path, func(i int) string { return citizens[i].get(strings.Replace(path, "ID", ids[i], 1)).answer() })
			same("by the link, GET "+path, func(i int) string { return links[i].get(strings.Replace(path, "ID", ids[i], 1)).answer() })
		}
		for _, at := range moments {
			same("GET at "+at, func(i int) string { return citizens[i].get("/api/v1/tickets/" + ids[i] + "?at=" + at).answer() })
		}
		for _, path := range []string{
			"/api/v1/tickets", "/api/v1/tickets?sort=updated_at", "/api/v1/tickets?sort=-updated_at&limit=2", "/api/v1/tickets?q=referto", "/api/v1/queues", "/api/v1/notifications",
		} {
			same("GET "+path, func(i int) string { return citizens[i].get(path).answer() })
		}
		same("messages", func(i int) string { return w.messagesToCitizen(ids[i]) })
	}
	hide := func(steps []string) {
		for _, step := range steps {
			w.hiddenSteps(ids[1])[step]()
		}
	}
	for n, step := range l.public {
		hide(l.hidden[n])
		w.advance(time.Minute)
		moments = append(moments, w.clock.Now().Add(-30*time.Second).UTC().Format(time.RFC3339))
		same(step, func(i int) string { return w.publicStep(step, ids[i], citizens[i], fmt.Sprint(step, n, ids[i])) })
		w.advance(time.Minute) // beyond the hold
		compare()
	}
	hide(l.hidden[len(l.public)])
	compare()
	w.advance(time.Minute)
	same("a last message", func(i int) string { return w.publicStep("last", ids[i], citizens[i], "last"+ids[i]) })
	same("the stream", func(i int) string {
		var all []string
		w.nextMessage(streams[i], "the last change", func(m message) bool {
			if m.name == "ticket" {
				all = append(all, normalized(fmt.Sprint(m.data["id"], m.data["type"], m.data["at"], m.data["from"])))
			}
			return m.name == "ticket" && m.data["type"] == "citizen_replied" && m.data["at"] == w.clock.Now().UTC().Format(time.RFC3339Nano)
		})
		return strings.Join(all, "\n")
	})
}

// publicStep gives a command of which the citizen may know, and returns its answer, if it is the citizen's, with that to a repetition.
func (w hiddenFixture) publicStep(step, id string, citizen user, key string) string {
	w.Helper()
	reply := func(body fields) string {
		first := citizen.post("/api/v1/tickets/"+id+"/replies", body, "Idempotency-Key", key).want(http.StatusOK)
		again := citizen.post("/api/v1/tickets/"+id+"/replies", body, "Idempotency-Key", key).want(http.StatusOK)
		return first.answer() + again.answer()
	}
	operator := map[string]fields{
		"take": {"status": "in_lavorazione"}, "ask": {"status": "in_attesa_utente", "note": public("Quale referto?")},
		"note": {"note": public("Ci stiamo lavorando")}, "resolve": {"status": "risolto", "note": public("Ora si vede")},
	}
	switch step {
	case "reply", "last":
		return reply(fields{"text": "Quello di marzo"})
	case "not solved":
		return reply(fields{"text": "Non si vede", "solved": false})
	}
	w.anna.update(id, operator[step]).want(200)
	return ""
}

// TestHiddenEventsChangeNothingForAFormerASR: the Region works on a ticket that an ASR handed over. Internal notes of the Region change no byte
// of what the ASR gets, apart from the positions of lists, and no order; its stream tells nothing of them.
func TestHiddenEventsChangeNothingForAFormerASR(t *testing.T) {
	w := newHiddenFixture(t)
	var ids []string
	for range 3 {
		id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
		ids = append(ids, id)
		w.anna.update(id, fields{"status": "in_lavorazione"}).want(200)
		w.advance(time.Minute)
		w.anna.update(id, fields{"status": "non_di_competenza", "note": public("Non è nostra")}).want(200)
		w.advance(time.Minute)
		w.rita.update(id, fields{"status": "in_lavorazione"}).want(200)
	}
	everything := func() string {
		w.waitUntilHandled()
		var all strings.Builder
		for _, id := range ids {
			fmt.Fprintln(&all, w.anna.ticket(id).answer(), w.anna.get("/api/v1/tickets/"+id+"/playbook").answer())
		}
		for _, query := range []string{"queue=inoltrate", "queue=inoltrate&sort=-updated_at", "queue=inoltrate&sort=updated_at&limit=1", "queue=tutte", "q=referto", ""} {
			fmt.Fprintln(&all, query, w.anna.get("/api/v1/tickets?"+query).want(200).answer())
		}
		fmt.Fprintln(&all, w.anna.get("/api/v1/queues").answer())
		return all.String()
	}
	before := everything()
	stream := w.anna.stream("")
	w.nextMessage(stream, "the first counts", func(m message) bool { return m.name == "counts" })
	w.advance(time.Hour)
	w.rita.update(ids[0], fields{"note": fields{"text": "solo per la Regione", "visibility": "internal"}}).want(200)
	w.rita.update(ids[1], fields{"note": fields{"text": "anche questa", "visibility": "internal"}}).want(200)
	if after := everything(); withoutMoment(after) != withoutMoment(before) {
		t.Errorf("after internal notes of the Region the ASR gets\n%s\nwant as before\n%s", after, before)
	}
	w.anna.get("/api/v1/tickets/" + ids[0]).want(200)
	w.rita.update(ids[2], fields{"note": public("Ci lavoriamo")}).want(200)
	w.advance(time.Minute)
	w.nextMessage(stream, "the public note", func(m message) bool {
		if m.name == "ticket" && m.data["id"] != ids[2] {
			t.Errorf("the stream tells the ASR %v", m.data)
		}
		return about(ids[2])(m)
	})
}

// withoutMoment returns a text without the moments that views show.
func withoutMoment(text string) string {
	return regexp.MustCompile(`"position":"…","at":"[^"]*"`).ReplaceAllString(text, "")
}
