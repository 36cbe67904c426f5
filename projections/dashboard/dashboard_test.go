// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// TestFiguresMatchRecount compares the figures of many periods of a random log with a recount, and every figure with the length of its
// drill-down.
func TestFiguresMatchRecount(t *testing.T) {
	h := newFixture(t)
	for _, random := range tickettest.DrawExamples(25, 30) {
		h.PlayTicket(random, func(int) {})
		h.Set(h.Now().Add(-time.Duration(len(random.Steps)%7) * time.Hour)) // so that tickets overlap in time
	}
	h.Project()
	histories := h.histories()
	begun := histories[0][0].At
	for _, history := range histories {
		if history[0].At.Before(begun) {
			begun = history[0].At
		}
		if last := history[len(history)-1].At; last.After(h.Now()) { // the clock was set back, the log's time was not
			h.Set(last)
		}
	}
	today := startOfDay(h.Now())
	listed := 0
	for first := startOfDay(begun).AddDate(0, 0, -1); !first.After(today); first = first.AddDate(0, 0, 13) {
		for _, length := range []int{1, 2, 9, 40} {
			last := first.AddDate(0, 0, length-1)
			if last.After(today) {
				continue
			}
			s := Scope{From: first.Format(dayFormat), To: last.Format(dayFormat)}
			end, at := last.AddDate(0, 0, 1), last.AddDate(0, 0, 1)
			if last.Equal(today) {
				end, at = h.Now().Add(time.Hour), h.Now()
			}
			d := h.dashboard(tickettest.RegionalSupervisor, s)
			want, _ := recountFigures(histories, "", first, end, at)
			if d.Total != want {
				t.Fatalf("%+v: got\n%+v, want\n%+v", s, d.Total, want)
			}
			for _, e := range []catalog.EntityCode{tickettest.Torino, tickettest.TO3, catalog.Region} {
				want, received := recountFigures(histories, e, first, end, at)
				got := EntityFigures{}
				for _, f := range d.Entities {
					if f.Entity.Code == e {
						got = f
					}
				}
				if got.Figures != want || got.Received != received {
					t.Fatalf("%+v of %s: got\n%+v, want\n%+v; got %d received, want %d", s, e, got.Figures, want, got.Received, received)
				}
			}
			for i, day := range d.Days {
				end := first.AddDate(0, 0, i+1)
				if end.After(at) {
					end = h.Now().Add(time.Hour)
				}
				if want, _ := recountFigures(histories, "", first, end, at); day.Open != want.Open {
					t.Fatalf("%+v: got %d open at the end of %s, want %d", s, day.Open, day.Day, want.Open)
				}
			}
			listed += h.checkDrillDowns(t, tickettest.RegionalSupervisor, s, d)
			own := h.dashboard(tickettest.Supervisor, s)
			if own.Entity.Code != tickettest.Supervisor.Entity || len(own.Entities) > 0 &&
				own.Total.Open != h.dashboard(tickettest.RegionalSupervisor,
					Scope{From: s.From, To: s.To, Entity: tickettest.Supervisor.Entity}).Total.Open {
				t.Fatalf("%+v: got the supervisor's figures %+v, want those of the entity", s, own)
			}
			h.checkDrillDowns(t, tickettest.Supervisor, s, own)
		}
	}
	if listed < 500 {
		t.Errorf("got %d items listed, want at least 500 to compare", listed)
	}
}

// checkDrillDowns compares every figure of a dashboard with the total and the length of its drill-down.
func (h *fixture) checkDrillDowns(t *testing.T, who person.Actor, s Scope, d Dashboard) (listed int) {
	t.Helper()
	hold := func(what string, b DrillDown, want int) {
		t.Helper()
		b.Scope.From, b.Scope.To, b.Limit = s.From, s.To, 7
		for n := 0; ; {
			page, err := h.reader.DrillDown(t.Context(), ticketview.Viewer{Actor: who}, b)
			if err != nil {
				t.Fatalf("%s of %+v: %v", what, s, err)
			}
			n += len(page.Items)
			if page.Total != want || page.Next == "" && n != want {
				t.Fatalf("%s of %+v: got %d of %d items, want %d", what, b, n, page.Total, want)
			}
			if b.Cursor = page.Next; b.Cursor == "" {
				listed += n
				return
			}
		}
	}
	figures := func(b DrillDown, f Figures, handovers bool) {
		t.Helper()
		for figure, n := range map[FigureID]int{
			OpenTickets: f.Open, Unanswered: f.Unanswered, Unassigned: f.Unassigned, Arrivals: f.Arrivals, FirstAnswers: f.FirstAnswer.Count,
			Resolutions: f.Resolutions,
			Discards:    f.Discards, Duplicates: f.Duplicates, Reopenings: f.Reopenings, Breaches: f.Breaches, Handovers: f.Handovers,
			OverrideHandovers: f.Overrides, Recalls: f.Recalls,
		} {
			if b.Figure = figure; !handovers && (figure == Handovers || figure == OverrideHandovers || figure == Recalls) {
				b.Giver = b.Entity
			}
			hold(string(figure), b, n)
			b.Giver = ""
		}
	}
	figures(DrillDown{}, d.Total, true)
	for _, e := range d.Entities {
		figures(DrillDown{Scope: Scope{Entity: e.Entity.Code}}, e.Figures, false)
		hold("received", DrillDown{Figure: Handovers, Receiver: e.Entity.Code}, e.Received)
	}
	for _, p := range d.Services {
		figures(DrillDown{Scope: Scope{Service: catalog.ServiceID(p.Service.ID)}}, p.Figures, true)
	}
	for _, p := range d.Problems {
		figures(DrillDown{Scope: Scope{Service: catalog.ServiceID(p.Service.ID), Problem: catalog.ProblemID(p.Problem.ID)}}, p.Figures, true)
	}
	for _, f := range d.Statuses {
		hold("status", DrillDown{Status: f.Status}, f.Count)
	}
	for _, f := range d.Ages {
		hold("age", DrillDown{Figure: OpenTickets, Age: fmt.Sprint(f.From)}, f.Count)
	}
	for _, f := range d.Days {
		hold("arrivals of a day", DrillDown{Figure: Arrivals, Day: f.Day}, f.Arrivals)
		hold("resolutions of a day", DrillDown{Figure: Resolutions, Day: f.Day}, f.Resolutions)
	}
	for _, f := range d.Flows {
		hold("flow", DrillDown{Figure: Handovers, Giver: f.From.Code, Receiver: f.To.Code}, f.Count)
	}
	for _, f := range d.Grounds {
		hold("ground", DrillDown{Figure: Handovers, Detail: string(f.Ground)}, f.Count)
	}
	for _, f := range d.Outcomes {
		hold("outcome", DrillDown{Figure: Outcomes, Detail: string(f.Playbook) + "/" + string(f.Outcome)}, f.Count)
	}
	for _, o := range d.Operators {
		hold("an operator's", DrillDown{Figure: OpenTickets, Operator: o.ID}, o.Open)
		if o.ID != ticket.Supervisors {
			hold("answered by", DrillDown{Figure: FirstAnswers, Operator: o.ID}, o.Answers)
			hold("resolved by", DrillDown{Figure: Resolutions, Operator: o.ID}, o.Resolutions)
		}
	}
	return listed
}

// TestPastDayFiguresNeverChange compares the figures of days at their end with the figures of the same days later, after more events of the
// same tickets and after acts were undone past midnight.
func TestPastDayFiguresNeverChange(t *testing.T) {
	h := newFixture(t)
	atEnd := map[string]string{}
	read := func(day string) string {
		d := h.dashboard(tickettest.RegionalSupervisor, Scope{To: day})
		d.Position = eventstore.Position{}
		encoded, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		return string(encoded)
	}
	var open []ticket.ID
	for range 20 {
		evening := startOfDay(h.Now()).AddDate(0, 0, 1).Add(-3 * time.Second)
		open = append(open, h.OpenTicket(tickettest.Torino), h.OpenTicket(tickettest.Torino))
		if len(open) > 8 {
			h.Do(open[1], tickettest.Operator, tickettest.Ask("Quando?"))
			h.Do(open[2], tickettest.Operator, tickettest.Escalate("non è nostra"))
			h.Do(open[3], tickettest.Supervisor, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved, Reason: string(ticket.Spam)}})
			open = open[4:]
		}
		late := h.OpenTicket(tickettest.Torino)
		h.Set(evening)
		h.Do(late, tickettest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: tickettest.PublicNote("Risolto.")})
		h.Set(evening.Add(3 * time.Second)) // midnight
		h.Project()
		day := evening.In(startOfDay(evening).Location()).Format(dayFormat)
		atEnd[day] = read(day)
		h.Do(late, tickettest.Operator, ticket.Undo{})
		h.Advance(8 * time.Hour)
	}
	h.Project()
	for day, encoded := range atEnd {
		if now := read(day); now != encoded {
			t.Fatalf("%s: got\n%s, want\n%s", day, now, encoded)
		}
		if !strings.Contains(encoded, `"resolutions":1`) {
			t.Fatalf("%s: got %s, want the resolution that was undone after midnight", day, encoded)
		}
	}
	h.Rebuild(Model)
	for day, encoded := range atEnd {
		if now := read(day); now != encoded {
			t.Fatalf("%s after a rebuild: got\n%s, want\n%s", day, now, encoded)
		}
	}
}

func TestInvalidScopeNamesTheField(t *testing.T) {
	h := newFixture(t)
	for field, b := range map[string]DrillDown{
		"to":       {Scope: Scope{To: "2026-03-03"}},
		"from":     {Scope: Scope{From: "2026-03-02", To: "2026-03-01"}},
		"entity":   {Scope: Scope{Entity: tickettest.TO3}},
		"problem":  {Scope: Scope{Problem: "altro"}},
		"figure":   {Figure: "tante"},
		"status":   {Status: "nuova"},
		"age":      {Age: "2"},
		"cursor":   {Cursor: "1.2.3"},
		"limit":    {Limit: 201},
		"day":      {Figure: Arrivals, Day: "ieri"},
		"service":  {Scope: Scope{Service: "\x00"}},
		"operator": {Operator: "\xff"},
	} {
		_, err := h.reader.DrillDown(t.Context(), ticketview.Viewer{Actor: tickettest.Supervisor}, b)
		var refused *readmodel.FilterError
		if !errors.As(err, &refused) || refused.Field != field {
			t.Errorf("got %v, want a refusal of %s", err, field)
		}
	}
}
