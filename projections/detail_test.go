// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

const ticketID ticket.ID = "01930000-0000-7000-8000-000000000001"

var (
	dawn  = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	names = ticketview.Names{Catalog: catalog.Default(), Epoch: 1, Operator: func(id string) string { return "Operatore " + id[len(id)-3:] }}
)

// scenario is a history in the making: every act decided by the real rules, a minute after the one before.
type scenario struct {
	t       testing.TB
	history []ticket.Recorded
	state   ticket.State
	now     time.Time
}

func given(t testing.TB) *scenario {
	tale := &scenario{t: t, now: dawn.Add(-time.Minute)}
	return tale.then(citizen, ticket.Open{
		Number: "2026-0000001", Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: tickettest.Torino,
		Channel: ticket.ChannelWeb, Identity: ticket.Verified, Citizen: tickettest.CitizenID, Subject: "s1", Requester: ticket.ForSelf,
		Form: ticket.Form{
			GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.it",
			Phone: "+39 011 0000000", Description: "Non trovo il referto",
		},
	})
}

func (h *scenario) then(by person.Actor, c ticket.Command) *scenario {
	return h.after(time.Minute, by, c)
}

func (h *scenario) after(d time.Duration, by person.Actor, c ticket.Command) *scenario {
	h.t.Helper()
	h.now = h.now.Add(d)
	events, err := tickettest.Engine.Decide(h.state, c, by, h.now)
	if err != nil {
		h.t.Fatal(err)
	}
	act := ticket.ID(fmt.Sprintf("act %d", len(h.history)))
	for _, e := range events {
		n := len(h.history) + 1
		r := ticket.Recorded{Event: e, Ticket: ticketID, Version: n, Position: int64(n), At: h.now, By: by, Act: act}
		h.history, h.state = append(h.history, r), ticket.Evolve(h.state, r)
	}
	return h
}

// view is the ticket as the actor sees it so long after the last act.
func (h *scenario) view(by person.Actor, after time.Duration) ticketview.Ticket {
	h.t.Helper()
	t, ok := ticketview.Detail(ticketview.Viewer{Actor: by}, h.history, names, h.now.Add(after))
	if !ok {
		h.t.Fatalf("%s %s does not see the ticket", by.Role, by.Entity)
	}
	return t
}

// texts are the notes that the actor reads so long after the last act.
func (h *scenario) texts(by person.Actor, after time.Duration) []string {
	h.t.Helper()
	var texts []string
	for _, n := range h.view(by, after).Notes {
		texts = append(texts, n.Text)
	}
	return texts
}

func ask(text string) ticket.Update {
	return ticket.Update{Changes: ticket.Changes{Status: ticket.Waiting}, Note: public(text)}
}

func escalate(text string) ticket.Update {
	return ticket.Update{Changes: ticket.Changes{Status: ticket.HandedOver}, Note: public(text)}
}

func redirect(to catalog.EntityCode, text string) ticket.Update {
	return ticket.Update{Changes: ticket.Changes{Entity: to}, Note: public(text)}
}

var take = ticket.Update{Changes: ticket.Changes{Status: ticket.InProgress}}

func TestViewerSees(t *testing.T) {
	atTorino := given(t).then(operator, take)
	atRegion := given(t).then(operator, escalate("non è nostra"))
	other := person.Actor{ID: "01930000-0000-7000-8000-00000000c172", Role: person.Citizen}
	for name, c := range map[string]struct {
		tale   *scenario
		viewer ticketview.Viewer
		sees   bool
	}{
		"competent operator":                {atTorino, ticketview.Viewer{Actor: colleague}, true},
		"another entity":                    {atTorino, ticketview.Viewer{Actor: neighbour}, false},
		"the Region before a hand-over":     {atTorino, ticketview.Viewer{Actor: regional}, false},
		"the Region after it":               {atRegion, ticketview.Viewer{Actor: regional}, true},
		"the entity that handed over":       {atRegion, ticketview.Viewer{Actor: operator}, true},
		"an operator without a placement":   {atTorino, ticketview.Viewer{Actor: person.Actor{ID: operator.ID, Role: operator.Role}}, false},
		"the auditor":                       {atTorino, ticketview.Viewer{Actor: auditor}, true},
		"its citizen":                       {atTorino, ticketview.Viewer{Actor: citizen}, true},
		"another citizen":                   {atTorino, ticketview.Viewer{Actor: other}, false},
		"a citizen without an account":      {atTorino, ticketview.Viewer{Actor: person.Actor{Role: person.Citizen}}, false},
		"who holds its personal link":       {atTorino, ticketview.Viewer{Actor: person.Actor{Role: person.Anonymous}, Ticket: ticketID}, true},
		"who holds another's, even its own": {atTorino, ticketview.Viewer{Actor: citizen, Ticket: "other"}, false},
		"the administrator":                 {atTorino, ticketview.Viewer{Actor: person.Actor{ID: "a", Role: person.Administrator}}, false},
		"nobody":                            {atTorino, ticketview.Viewer{}, false},
	} {
		if _, ok := ticketview.Detail(c.viewer, c.tale.history, names, c.tale.now); ok != c.sees {
			t.Errorf("%s: seen %v, want %v", name, ok, c.sees)
		}
	}
	if _, ok := ticketview.Detail(ticketview.Viewer{Actor: auditor}, atTorino.history, names, dawn.Add(-time.Second)); ok {
		t.Error("seen before it was opened")
	}
}

// TestRecalledHandoverLeavesNoAccess: who had the ticket for a moment only, by mistake, does not read that moment
// later.
func TestRecalledHandoverLeavesNoAccess(t *testing.T) {
	redirected := given(t).then(operator, escalate("non è nostra")).then(regional, redirect(tickettest.TO3, "a voi"))
	escalated := given(t).then(operator, escalate("non è nostra"))
	recalled := given(t).then(operator, escalate("non è nostra"))
	for name, c := range map[string]struct {
		tale  *scenario
		wrong person.Actor // has it now, and soon no more
		by    person.Actor
		after time.Duration
		back  ticket.Command
	}{
		"a redirect undone":    {redirected, neighbour, regional, time.Second, ticket.Undo{}},
		"an escalation undone": {escalated, regional, operator, time.Second, ticket.Undo{}},
		"a hand-over recalled": {recalled, regional, operator, time.Hour, ticket.Update{Changes: ticket.Changes{Status: ticket.New, Reason: "è nostra"}}},
	} {
		at := c.tale.now
		if _, ok := ticketview.Detail(ticketview.Viewer{Actor: c.wrong}, c.tale.history, names, at); !ok {
			t.Fatalf("%s: %s does not see what is its own for now", name, c.wrong.Entity)
		}
		c.tale.after(c.after, c.by, c.back)
		for _, moment := range []time.Time{at, at.Add(time.Nanosecond), c.tale.now} {
			if _, ok := ticketview.Detail(ticketview.Viewer{Actor: c.wrong}, c.tale.history, names, moment); ok {
				t.Errorf("%s: %s reads the ticket at %s", name, c.wrong.Entity, moment)
			}
		}
		if _, ok := ticketview.Detail(ticketview.Viewer{Actor: c.by}, c.tale.history, names, at); !ok {
			t.Errorf("%s: %s does not read its own past", name, c.by.Entity)
		}
	}
}

func TestWhoReadsANote(t *testing.T) {
	const hold = rules.DefaultHold
	handed := given(t).then(operator, take).
		then(operator, ticket.Update{Note: internal("interna di Torino")}).
		then(operator, ask("domanda")).
		then(citizen, ticket.Reply{ID: newID(), Text: "risposta"}).
		then(operator, escalate("all’assistenza"))
	sent := given(t).then(operator, escalate("da Torino")).
		then(regional, ticket.Update{Note: internal("interna regionale")}).
		then(regional, redirect(tickettest.TO3, "alla TO3"))
	undone := given(t).then(operator, ask("per sbaglio")).after(time.Second, operator, ticket.Undo{})
	held := given(t).then(operator, ask("domanda"))
	for name, c := range map[string]struct {
		tale  *scenario
		by    person.Actor
		after time.Duration
		want  []string
	}{
		"trace: own internal, public, reply, own hand-over": {handed, operator, hold, []string{"interna di Torino", "domanda", "risposta", "all’assistenza"}},
		"Region: no internal of Torino":                     {handed, regional, hold, []string{"domanda", "risposta", "all’assistenza"}},
		"Region: not before the note may be read":           {handed, regional, hold - 1, []string{"domanda", "risposta"}},
		"citizen: neither":                                  {handed, citizen, hold, []string{"domanda", "risposta"}},
		"auditor: everything":                               {handed, auditor, 0, []string{"interna di Torino", "domanda", "risposta", "all’assistenza"}},
		"next ASR: only its redirect":                       {sent, neighbour, hold, []string{"alla TO3"}},
		"first ASR: only its hand-over":                     {sent, operator, hold, []string{"da Torino"}},
		"Region afterwards: its own":                        {sent, regional, hold, []string{"da Torino", "interna regionale", "alla TO3"}},
		"author: while it is held":                          {held, operator, 0, []string{"domanda"}},
		"colleague: while it is held":                       {held, colleague, 0, []string{"domanda"}},
		"citizen: not while it is held":                     {held, citizen, hold - 1, nil},
		"citizen: once it may be read":                      {held, citizen, hold, []string{"domanda"}},
		"author: after the undo":                            {undone, operator, hold, []string{"per sbaglio"}},
		"citizen: never":                                    {undone, citizen, hold, nil},
	} {
		if got := c.tale.texts(c.by, c.after); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if n := undone.view(operator, 0).Notes[0]; !n.Withdrawn || n.Held {
		t.Errorf("the author is not told that the note was withdrawn: %+v", n)
	}
	if n := held.view(operator, 0).Notes[0]; !n.Held {
		t.Errorf("the author is not told that the note is held: %+v", n)
	}
}

// TestAHeldActHasNotHappenedForTheCitizen: neither its status nor its line, until its note may be read.
func TestAHeldActHasNotHappenedForTheCitizen(t *testing.T) {
	h := given(t).then(operator, take).then(operator, ticket.Update{Changes: ticket.Changes{Status: ticket.Solved}, Note: public("ecco")})
	for name, c := range map[string]struct {
		by     person.Actor
		after  time.Duration
		status ticket.Status
		lines  int
	}{
		"operator":          {operator, 0, ticket.Solved, 4},
		"citizen, held":     {citizen, rules.DefaultHold - 1, ticket.InProgress, 2},
		"citizen, released": {citizen, rules.DefaultHold, ticket.Solved, 4},
	} {
		if got := h.view(c.by, c.after); got.Status != c.status || len(got.Timeline) != c.lines {
			t.Errorf("%s: %s with %d lines, want %s with %d", name, got.Status, len(got.Timeline), c.status, c.lines)
		}
	}
}

func TestCitizensReadPlainWordsAndNoNames(t *testing.T) {
	h := given(t).then(operator, take).then(operator, escalate("non è nostra"))
	there := h.view(citizen, time.Minute)
	if there.StatusLabel != "In carico all’assistenza regionale" || there.Assignee != nil {
		t.Errorf("the citizen reads %q, %+v", there.StatusLabel, there.Assignee)
	}
	h.then(regional, redirect(tickettest.TO3, "a voi"))
	back := h.view(citizen, time.Minute)
	if back.Status != ticket.New || back.StatusLabel != "In lavorazione" {
		t.Errorf("the citizen reads %q of %q", back.StatusLabel, back.Status)
	}
	for _, l := range back.Timeline {
		if l.By.ID != "" || l.By.Role.Operates() {
			t.Errorf("the citizen is told who: %+v", l)
		}
	}
}

func TestCitizensAreNotToldThatTheirRequestWasDiscarded(t *testing.T) {
	h := given(t).then(supervisor, ticket.Update{Changes: ticket.Changes{Status: ticket.Solved, Reason: string(ticket.Spam)}})
	for who, want := range map[person.Actor]string{citizen: "resolved", supervisor: "discarded"} {
		lines := h.view(who, time.Minute).Timeline
		if got := lines[len(lines)-1].Type; got != want {
			t.Errorf("%s reads %s, want %s", who.Role, got, want)
		}
	}
}

func TestMovesAndUndo(t *testing.T) {
	h := given(t).then(operator, take).then(operator, ask("domanda"))
	until := h.now.Add(rules.DefaultHold)
	if got := h.view(operator, 0); !slices.Contains(got.Moves, ticket.MoveUndo) || !got.UndoUntil.Equal(until) {
		t.Errorf("the author may undo until %v, moves %v", got.UndoUntil, got.Moves)
	}
	for name, got := range map[string]ticketview.Ticket{
		"a colleague": h.view(colleague, 0), "too late": h.view(operator, rules.DefaultHold), "the auditor": h.view(auditor, 0),
	} {
		if slices.Contains(got.Moves, ticket.MoveUndo) || got.UndoUntil != nil {
			t.Errorf("%s may undo", name)
		}
	}
	h.then(operator, escalate("non è nostra"))
	if got := h.view(colleague, 0); !got.ReadOnly || !slices.Contains(got.Moves, ticket.MoveRecall) {
		t.Errorf("a trace: read-only %v, moves %v", got.ReadOnly, got.Moves)
	}
}

// The day of closing that people read is the one at which the saga closes.
func TestWhenATicketClosesByItself(t *testing.T) {
	h := given(t).then(operator, ticket.Update{Changes: ticket.Changes{Status: ticket.Solved}, Note: public("Ora si vede.")})
	visible := h.now.Add(rules.DefaultHold)
	want, _ := names.Catalog.AutoCloseAt(tickettest.Torino, visible)
	for _, who := range []person.Actor{operator, citizen} {
		if got := h.view(who, rules.DefaultHold).ClosesAt; got == nil || !got.Equal(want) {
			t.Errorf("%s: closes %v, want %v", who.Role, got, want)
		}
	}
	if got := h.view(citizen, 0).ClosesAt; got != nil {
		t.Errorf("held from the citizen, and yet it closes %v", got)
	}
	h.after(time.Hour, operator, ticket.Update{Changes: ticket.Changes{Status: ticket.InProgress, Reason: "non è risolto"}})
	if got := h.view(operator, 0).ClosesAt; got != nil {
		t.Errorf("reopened, it closes %v", got)
	}
}

func TestAnyPastMomentIsTheSameForEver(t *testing.T) {
	h := given(t).then(operator, take).then(operator, ask("domanda"))
	at := h.now.Add(time.Second)
	before, _ := ticketview.Detail(ticketview.Viewer{Actor: citizen}, h.history, names, at)
	h.then(citizen, ticket.Reply{ID: newID(), Text: "risposta"}).then(operator, ticket.Update{Changes: ticket.Changes{Status: ticket.Solved}, Note: public("ecco")})
	after, _ := ticketview.Detail(ticketview.Viewer{Actor: citizen}, h.history, names, at)
	if fmt.Sprintf("%+v", before) != fmt.Sprintf("%+v", after) {
		t.Errorf("%+v\nwas\n%+v", after, before)
	}
}

func TestErasedTextsAreGoneFromEveryMoment(t *testing.T) {
	h := given(t).then(operator, ask("domanda"))
	for i, r := range h.history {
		h.history[i].Event = withoutPersonalData(r.Event)
	}
	for _, by := range []person.Actor{operator, citizen, auditor} {
		got := h.view(by, time.Minute)
		if !got.Erased || got.Description != "" || got.Requester.TaxCode != "" || got.Notes[0].Text != "" || !got.Notes[0].Erased {
			t.Errorf("%s still reads %+v", by.Role, got)
		}
	}
}

// withoutPersonalData is the event as it is read once its keys are destroyed.
func withoutPersonalData(e ticket.Event) ticket.Event {
	stored, err := ticket.Encode(e)
	if err == nil {
		e, err = ticket.Decode(stored.Name, stored.Data, nil)
	}
	if err != nil {
		panic(err)
	}
	return e
}
