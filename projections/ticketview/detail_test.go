// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/goldentest"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

var names = Names{Catalog: catalog.Default(), Epoch: 1, Operator: func(id string) string { return "Operatore " + id[len(id)-3:] }}

// view returns the ticket as the actor sees it some time after the last act.
func view(t testing.TB, h *tickettest.Scenario, by person.Actor, after time.Duration) Ticket {
	t.Helper()
	got, ok := Detail(Viewer{Actor: by}, h.History, names, h.Now.Add(after))
	if !ok {
		t.Fatalf("%s %s does not see the ticket", by.Role, by.Entity)
	}
	return got
}

// texts returns the texts of the notes that the actor reads some time after the last act.
func texts(t testing.TB, h *tickettest.Scenario, by person.Actor, after time.Duration) []string {
	t.Helper()
	var texts []string
	for _, n := range view(t, h, by, after).Notes {
		texts = append(texts, n.Text)
	}
	return texts
}

func TestViewerSees(t *testing.T) {
	atTorino := tickettest.Given(t).Then(tickettest.Operator, tickettest.Take)
	atRegion := tickettest.Given(t).Then(tickettest.Operator, tickettest.Escalate("non è nostra"))
	other := person.Actor{ID: "01930000-0000-7000-8000-00000000c172", Role: person.Citizen}
	for name, c := range map[string]struct {
		scenario *tickettest.Scenario
		viewer   Viewer
		sees     bool
	}{
		"competent operator":            {atTorino, Viewer{Actor: tickettest.Colleague}, true},
		"another entity":                {atTorino, Viewer{Actor: tickettest.Neighbour}, false},
		"the Region before a hand-over": {atTorino, Viewer{Actor: tickettest.Regional}, false},
		"the Region after it":           {atRegion, Viewer{Actor: tickettest.Regional}, true},
		"the entity that handed over":   {atRegion, Viewer{Actor: tickettest.Operator}, true},
		"an operator without a placement": {atTorino, Viewer{Actor: person.Actor{ID: tickettest.Operator.ID, Role: tickettest.Operator.Role}},
			false},
		"the auditor":                       {atTorino, Viewer{Actor: tickettest.Auditor}, true},
		"its citizen":                       {atTorino, Viewer{Actor: tickettest.Citizen}, true},
		"another citizen":                   {atTorino, Viewer{Actor: other}, false},
		"a citizen without an account":      {atTorino, Viewer{Actor: person.Actor{Role: person.Citizen}}, false},
		"who holds its personal link":       {atTorino, Viewer{Actor: person.Actor{Role: person.Anonymous}, Ticket: tickettest.TicketID}, true},
		"who holds another's, even its own": {atTorino, Viewer{Actor: tickettest.Citizen, Ticket: "other"}, false},
		"the administrator":                 {atTorino, Viewer{Actor: person.Actor{ID: "a", Role: person.Administrator}}, false},
		"nobody":                            {atTorino, Viewer{}, false},
	} {
		if _, ok := Detail(c.viewer, c.scenario.History, names, c.scenario.Now); ok != c.sees {
			t.Errorf("%s: got %t, want %t", name, ok, c.sees)
		}
	}
	if _, ok := Detail(Viewer{Actor: tickettest.Auditor}, atTorino.History, names, tickettest.StartTime.Add(-time.Second)); ok {
		t.Error("the auditor sees the ticket before it was opened")
	}
}

// TestRecalledHandoverLeavesNoAccess checks that an entity that had a ticket by mistake, until it was taken back, does not see that time
// later.
func TestRecalledHandoverLeavesNoAccess(t *testing.T) {
	redirected := tickettest.Given(t).Then(tickettest.Operator, tickettest.Escalate("non è nostra")).
		Then(tickettest.Regional, tickettest.Redirect(tickettest.TO3, "a voi"))
	escalated := tickettest.Given(t).Then(tickettest.Operator, tickettest.Escalate("non è nostra"))
	recalled := tickettest.Given(t).Then(tickettest.Operator, tickettest.Escalate("non è nostra"))
	for name, c := range map[string]struct {
		scenario *tickettest.Scenario
		wrong    person.Actor // works at the entity from which the ticket is taken back
		by       person.Actor
		after    time.Duration
		back     ticket.Command
	}{
		"a redirect undone":    {redirected, tickettest.Neighbour, tickettest.Regional, time.Second, ticket.Undo{}},
		"an escalation undone": {escalated, tickettest.Regional, tickettest.Operator, time.Second, ticket.Undo{}},
		"a hand-over recalled": {recalled, tickettest.Regional, tickettest.Operator, time.Hour,
			ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusNew, Reason: "è nostra"}}},
	} {
		at := c.scenario.Now
		if _, ok := Detail(Viewer{Actor: c.wrong}, c.scenario.History, names, at); !ok {
			t.Fatalf("%s: %s does not see the ticket while it has it", name, c.wrong.Entity)
		}
		c.scenario.After(c.after, c.by, c.back)
		for _, moment := range []time.Time{at, at.Add(time.Nanosecond), c.scenario.Now} {
			if _, ok := Detail(Viewer{Actor: c.wrong}, c.scenario.History, names, moment); ok {
				t.Errorf("%s: %s sees the ticket at %s", name, c.wrong.Entity, moment)
			}
		}
		if _, ok := Detail(Viewer{Actor: c.by}, c.scenario.History, names, at); !ok {
			t.Errorf("%s: %s does not see the ticket in its own past", name, c.by.Entity)
		}
	}
}

func TestWhoReadsANote(t *testing.T) {
	const hold = rules.DefaultHold
	handed := tickettest.Given(t).Then(tickettest.Operator, tickettest.Take).
		Then(tickettest.Operator, ticket.Update{Note: tickettest.InternalNote("interna di Torino")}).
		Then(tickettest.Operator, tickettest.Ask("domanda")).
		Then(tickettest.Citizen, ticket.Reply{ID: tickettest.NewID(), Text: "risposta"}).
		Then(tickettest.Operator, tickettest.Escalate("all’assistenza"))
	sent := tickettest.Given(t).Then(tickettest.Operator, tickettest.Escalate("da Torino")).
		Then(tickettest.Regional, ticket.Update{Note: tickettest.InternalNote("interna regionale")}).
		Then(tickettest.Regional, tickettest.Redirect(tickettest.TO3, "alla TO3"))
	undone := tickettest.Given(t).Then(tickettest.Operator, tickettest.Ask("per sbaglio")).
		After(time.Second, tickettest.Operator, ticket.Undo{})
	held := tickettest.Given(t).Then(tickettest.Operator, tickettest.Ask("domanda"))
	for name, c := range map[string]struct {
		scenario *tickettest.Scenario
		by       person.Actor
		after    time.Duration
		want     []string
	}{
		"trace: own internal, public, reply, own hand-over": {handed, tickettest.Operator, hold,
			[]string{"interna di Torino", "domanda", "risposta", "all’assistenza"}},
		"Region: no internal of Torino": {handed, tickettest.Regional, hold,
			[]string{"domanda", "risposta", "all’assistenza"}},
		"Region: not before the note may be read": {handed, tickettest.Regional, hold - 1, []string{"domanda", "risposta"}},
		"citizen: neither":                        {handed, tickettest.Citizen, hold, []string{"domanda", "risposta"}},
		"auditor: everything": {handed, tickettest.Auditor, 0,
			[]string{"interna di Torino", "domanda", "risposta", "all’assistenza"}},
		"next ASR: only its redirect":   {sent, tickettest.Neighbour, hold, []string{"alla TO3"}},
		"first ASR: only its hand-over": {sent, tickettest.Operator, hold, []string{"da Torino"}},
		"Region afterwards: its own": {sent, tickettest.Regional, hold,
			[]string{"da Torino", "interna regionale", "alla TO3"}},
		"author: while it is held":      {held, tickettest.Operator, 0, []string{"domanda"}},
		"colleague: while it is held":   {held, tickettest.Colleague, 0, []string{"domanda"}},
		"citizen: not while it is held": {held, tickettest.Citizen, hold - 1, nil},
		"citizen: once it may be read":  {held, tickettest.Citizen, hold, []string{"domanda"}},
		"author: after the undo":        {undone, tickettest.Operator, hold, []string{"per sbaglio"}},
		"citizen: never":                {undone, tickettest.Citizen, hold, nil},
	} {
		if got := texts(t, c.scenario, c.by, c.after); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	if n := view(t, undone, tickettest.Operator, 0).Notes[0]; !n.Withdrawn || n.Held {
		t.Errorf("got the author's note %+v, want it withdrawn", n)
	}
	if n := view(t, held, tickettest.Operator, 0).Notes[0]; !n.Held {
		t.Errorf("got the author's note %+v, want it held", n)
	}
}

// TestHeldActIsHiddenFromCitizen checks status and timeline until the note of an act may be read.
func TestHeldActIsHiddenFromCitizen(t *testing.T) {
	h := tickettest.Given(t).Then(tickettest.Operator, tickettest.Take).
		Then(tickettest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: tickettest.PublicNote("ecco")})
	for name, c := range map[string]struct {
		by     person.Actor
		after  time.Duration
		status ticket.Status
		lines  int
	}{
		"operator":          {tickettest.Operator, 0, ticket.StatusResolved, 4},
		"citizen, held":     {tickettest.Citizen, rules.DefaultHold - 1, ticket.StatusInProgress, 2},
		"citizen, released": {tickettest.Citizen, rules.DefaultHold, ticket.StatusResolved, 4},
	} {
		if got := view(t, h, c.by, c.after); got.Status != c.status || len(got.Timeline) != c.lines {
			t.Errorf("%s: got %s with %d lines, want %s with %d", name, got.Status, len(got.Timeline), c.status, c.lines)
		}
	}
}

func TestCitizenViewHasPlainLabelsAndNoOperators(t *testing.T) {
	h := tickettest.Given(t).Then(tickettest.Operator, tickettest.Take).Then(tickettest.Operator, tickettest.Escalate("non è nostra"))
	atRegion := view(t, h, tickettest.Citizen, time.Minute)
	if atRegion.StatusLabel != "In carico all’assistenza regionale" || atRegion.Assignee != nil {
		t.Errorf("at the Region: got %q, assignee %+v", atRegion.StatusLabel, atRegion.Assignee)
	}
	h.Then(tickettest.Regional, tickettest.Redirect(tickettest.TO3, "a voi"))
	back := view(t, h, tickettest.Citizen, time.Minute)
	if back.Status != ticket.StatusNew || back.StatusLabel != "In lavorazione" {
		t.Errorf("back at an ASR: got label %q of status %q", back.StatusLabel, back.Status)
	}
	for _, l := range back.Timeline {
		if l.By.ID != "" || l.By.Role.Operates() {
			t.Errorf("got the actor %+v, want no operator", l.By)
		}
	}
}

func TestDiscardedIsResolvedForCitizens(t *testing.T) {
	h := tickettest.Given(t).Then(tickettest.Supervisor, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved,
		Reason: string(ticket.Spam)}})
	for who, want := range map[person.Actor]string{tickettest.Citizen: "resolved", tickettest.Supervisor: "discarded"} {
		lines := view(t, h, who, time.Minute).Timeline
		if got := lines[len(lines)-1].Type; got != want {
			t.Errorf("%s: got %s, want %s", who.Role, got, want)
		}
	}
}

func TestMovesAndUndo(t *testing.T) {
	h := tickettest.Given(t).Then(tickettest.Operator, tickettest.Take).Then(tickettest.Operator, tickettest.Ask("domanda"))
	until := h.Now.Add(rules.DefaultHold)
	if got := view(t, h, tickettest.Operator, 0); !slices.Contains(got.Moves, ticket.MoveUndo) || !got.UndoUntil.Equal(until) {
		t.Errorf("author: got undo until %v, moves %v; want undo until %v", got.UndoUntil, got.Moves, until)
	}
	for name, got := range map[string]Ticket{
		"a colleague": view(t, h, tickettest.Colleague, 0), "too late": view(t, h, tickettest.Operator, rules.DefaultHold),
		"the auditor": view(t, h, tickettest.Auditor, 0),
	} {
		if slices.Contains(got.Moves, ticket.MoveUndo) || got.UndoUntil != nil {
			t.Errorf("%s may undo", name)
		}
	}
	h.Then(tickettest.Operator, tickettest.Escalate("non è nostra"))
	if got := view(t, h, tickettest.Colleague, 0); !got.ReadOnly || !slices.Contains(got.Moves, ticket.MoveRecall) {
		t.Errorf("trace: got read-only %t, moves %v; want read-only with recall", got.ReadOnly, got.Moves)
	}
}

// TestClosesAtIsTheTimeOfTheSaga compares the time of closing in the view with the time at which the saga closes.
func TestClosesAtIsTheTimeOfTheSaga(t *testing.T) {
	h := tickettest.Given(t).Then(tickettest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved},
		Note: tickettest.PublicNote("Ora si vede.")})
	visible := h.Now.Add(rules.DefaultHold)
	want, _ := names.Catalog.AutoCloseAt(tickettest.Torino, visible)
	for _, who := range []person.Actor{tickettest.Operator, tickettest.Citizen} {
		if got := view(t, h, who, rules.DefaultHold).ClosesAt; got == nil || !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", who.Role, got, want)
		}
	}
	if got := view(t, h, tickettest.Citizen, 0).ClosesAt; got != nil {
		t.Errorf("citizen during the hold: got %v, want none", got)
	}
	h.After(time.Hour, tickettest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress, Reason: "non è risolto"}})
	if got := view(t, h, tickettest.Operator, 0).ClosesAt; got != nil {
		t.Errorf("reopened: got %v, want none", got)
	}
}

func TestPastMomentNeverChanges(t *testing.T) {
	h := tickettest.Given(t).Then(tickettest.Operator, tickettest.Take).Then(tickettest.Operator, tickettest.Ask("domanda"))
	at := h.Now.Add(time.Second)
	before, _ := Detail(Viewer{Actor: tickettest.Citizen}, h.History, names, at)
	h.Then(tickettest.Citizen, ticket.Reply{ID: tickettest.NewID(), Text: "risposta"}).
		Then(tickettest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: tickettest.PublicNote("ecco")})
	after, _ := Detail(Viewer{Actor: tickettest.Citizen}, h.History, names, at)
	if fmt.Sprintf("%+v", before) != fmt.Sprintf("%+v", after) {
		t.Errorf("got\n%+v\nwant\n%+v", after, before)
	}
}

func TestErasedTextsAreMissingFromEveryMoment(t *testing.T) {
	h := tickettest.Given(t).Then(tickettest.Operator, tickettest.Ask("domanda"))
	for i, r := range h.History {
		h.History[i].Event = tickettest.WithoutPersonalData(r.Event)
	}
	for _, by := range []person.Actor{tickettest.Operator, tickettest.Citizen, tickettest.Auditor} {
		got := view(t, h, by, time.Minute)
		if !got.Erased || got.Description != "" || got.Requester.TaxCode != "" || got.Notes[0].Text != "" || !got.Notes[0].Erased {
			t.Errorf("%s still reads %+v", by.Role, got)
		}
	}
}

// TestTicketGoldenByViewer holds the views of one ticket for several viewers.
func TestTicketGoldenByViewer(t *testing.T) {
	h := tickettest.SampleScenario(t)
	for file, c := range map[string]struct {
		by    person.Actor
		after time.Duration
	}{
		"citizen-held": {tickettest.Citizen, 0}, "citizen": {tickettest.Citizen, time.Minute}, "trace": {tickettest.Operator, time.Minute},
		"regional": {tickettest.Regional, time.Minute},
		"auditor":  {tickettest.Auditor, time.Minute},
	} {
		goldentest.CompareJSON(t, "testdata/ticket_"+file+".json", view(t, h, c.by, c.after))
	}
}
