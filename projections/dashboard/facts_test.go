// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/goldentest"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// recordedBefore returns the events of a history before a moment.
func recordedBefore(history []ticket.Recorded, before time.Time) (earlier []ticket.Recorded) {
	for _, r := range history {
		if r.At.Before(before) {
			earlier = append(earlier, r)
		}
	}
	return earlier
}

// foldState returns the state of a ticket after its history.
func foldState(history []ticket.Recorded) (s ticket.State) {
	for _, r := range history {
		s = ticket.Evolve(s, r)
	}
	return s
}

// withoutUndone returns a history without the acts that were undone in it and without the events that undid them.
func withoutUndone(history []ticket.Recorded) (kept []ticket.Recorded) {
	undone := map[ticket.ID]bool{}
	for _, r := range history {
		if w, ok := r.Event.(ticket.ActWithdrawn); ok {
			undone[w.Act] = true
		}
	}
	for _, r := range history {
		if _, ok := r.Event.(ticket.ActWithdrawn); !ok && !undone[r.Act] {
			kept = append(kept, r)
		}
	}
	return kept
}

// recountActivities computes the progress and the activities of a ticket from the events that were not undone: an oracle that does not use
// the fold.
func recountActivities(earlier []ticket.Recorded) (p progress, kinds map[activityKind][]time.Time) {
	kinds = map[activityKind][]time.Time{}
	for _, r := range withoutUndone(earlier) {
		count := func(k activityKind) { kinds[k] = append(kinds[k], r.At) }
		switch e := r.Event.(type) {
		case ticket.Opened:
			count(activityOpened)
		case ticket.CitizenNote:
			if p.Answered.IsZero() && r.By.Role.Operates() {
				p.Answered = r.At
				count(activityAnswered)
			}
		case ticket.Resolved:
			p.Resolved = r.At
			count(activityResolved)
		case ticket.Discarded:
			p.Resolved = r.At
			count(activityDiscarded)
		case ticket.MarkedDuplicate:
			p.Resolved = r.At
			count(activityDuplicated)
		case ticket.Reopened:
			p.Resolved = time.Time{}
			p.Reopenings++
			count(activityReopened)
		case ticket.Escalated, ticket.Redirected:
			p.Handovers++
			count(activityHandedOver)
		case ticket.Recalled:
			count(activityTakenBack)
		case ticket.HandoverBreached:
			count(activityBreached)
		case ticket.OutcomeCarriedOut:
			if e.Outcome != "" {
				count(activityCarriedOut)
			}
		}
	}
	return p, kinds
}

// TestFactsMatchHistoryAtEveryMoment checks that at each moment of a random history exactly one status interval is valid and agrees with
// the state of the rules, and that the activities that count are those of acts that had not been undone by then.
func TestFactsMatchHistoryAtEveryMoment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := tickettest.DrawTicket(t, tickettest.TicketID, 40, true)
		f := newFiguresFold(map[ticket.ID]ticketFigures{})
		for _, r := range random.History {
			f.apply(r)
		}
		_, intervals, activities := f.drain()
		for _, at := range append(tickettest.Moments(random.History), random.Now.Add(time.Hour)) {
			earlier := recordedBefore(random.History, at)
			var valid []statusInterval
			for _, s := range intervals {
				if s.From.Before(at) && (s.To.IsZero() || !s.To.Before(at)) {
					valid = append(valid, s)
				}
			}
			if len(earlier) == 0 {
				if len(valid) != 0 {
					t.Fatalf("before the opening: got the status intervals %+v, want none", valid)
				}
				continue
			}
			s := foldState(earlier)
			p, kinds := recountActivities(earlier)
			want := intervalState{s.Entity, s.Service, s.Problem, s.Status, s.Assignee.WireName(), p}
			if len(valid) != 1 || valid[0].intervalState != want {
				t.Fatalf("at %s: got the status intervals\n%+v, want one of\n%+v", at, valid, want)
			}
			got := map[activityKind][]time.Time{}
			for _, d := range activities {
				if d.At.Before(at) && (d.Withdrawn.IsZero() || !d.Withdrawn.Before(at)) {
					got[d.Kind] = append(got[d.Kind], d.At)
				}
			}
			for _, times := range got {
				slices.SortFunc(times, time.Time.Compare)
			}
			if fmt.Sprint(got) != fmt.Sprint(kinds) {
				t.Fatalf("at %s: got the activities\n%v, want\n%v", at, got, kinds)
			}
		}
	})
}

// TestLiveFiguresEqualRebuiltFigures folds random logs in random batches, with the figures stored between batches, and compares the result
// with a fold of the whole log, in which every text is erased.
func TestLiveFiguresEqualRebuiltFigures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history, rebuiltFrom := tickettest.DrawLog(t)
		figures, intervals, activities := map[ticket.ID]string{}, map[rowKey]statusInterval{}, map[rowKey]activity{}
		for len(history) > 0 {
			n := rapid.IntRange(1, len(history)).Draw(t, "batch")
			f := newFiguresFold(map[ticket.ID]ticketFigures{})
			for id, stored := range figures {
				var m ticketFigures
				if err := json.Unmarshal([]byte(stored), &m); err != nil {
					t.Fatal(err)
				}
				f.tickets[id] = m
			}
			for _, r := range history[:n] {
				f.apply(r)
				f.apply(r) // a redelivery changes nothing
			}
			maps.Copy(intervals, f.intervals)
			maps.Copy(activities, f.activities)
			touched, _, _ := f.drain()
			for _, m := range touched {
				figures[m.State.ID] = m.marshal()
			}
			history = history[n:]
		}
		f := newFiguresFold(map[ticket.ID]ticketFigures{})
		for _, r := range rebuiltFrom {
			f.apply(r)
		}
		if !maps.Equal(intervals, f.intervals) || !maps.Equal(activities, f.activities) {
			t.Fatalf("live\n%v\n%v\nrebuilt\n%v\n%v", intervals, activities, f.intervals, f.activities)
		}
		for id, m := range f.tickets {
			if m.marshal() != figures[id] {
				t.Fatalf("live\n%s\nrebuilt\n%s", figures[id], m.marshal())
			}
		}
	})
}

// TestFiguresHoldNoPersonalData looks for typed texts and for the citizen in the figures of tickets that are not erased.
func TestFiguresHoldNoPersonalData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := tickettest.DrawTicket(t, tickettest.TicketID, 40, false)
		f := newFiguresFold(map[ticket.ID]ticketFigures{})
		for _, r := range random.History {
			f.apply(r)
		}
		figures, intervals, activities := f.drain()
		all := fmt.Sprint(figures[0].marshal(), intervals, activities)
		for _, text := range []string{
			tickettest.CitizenID, `"s1"`, "Fittizia", "RSSMRA", tickettest.MarkChecks, tickettest.MarkCitizen, tickettest.MarkInternal,
			tickettest.MarkRegional,
		} {
			if strings.Contains(all, text) {
				t.Fatalf("%s is in %s", text, all)
			}
		}
	})
}

// TestStoredFiguresGolden valid the JSON of stored figures. When it fails because ticket.State has changed, the model needs a new version
// and a migration, not a new golden file.
func TestStoredFiguresGolden(t *testing.T) {
	f := newFiguresFold(map[ticket.ID]ticketFigures{})
	for _, r := range tickettest.SampleScenario(t).History {
		f.apply(r)
	}
	figures, _, _ := f.drain()
	goldentest.CompareJSON(t, "testdata/figures_v1.json", figures[0])
}

// TestFiguresRowLevelSecurity reads the tables with the database role of requests, live and rebuilt.
func TestFiguresRowLevelSecurity(t *testing.T) {
	h := newFixture(t)
	h.OpenTicket(tickettest.Torino)
	handed := h.OpenTicket(tickettest.Torino)
	h.Advance(time.Minute)
	h.Do(handed, tickettest.Operator, tickettest.Escalate("non è nostra"))
	h.Advance(time.Minute)
	h.Do(handed, tickettest.Regional, ticket.Update{UpdateFields: ticket.UpdateFields{Entity: tickettest.TO3}, Note: tickettest.PublicNote("è vostra")})
	h.Project()
	check := func(t *testing.T) {
		for name, c := range map[string]struct {
			who                   person.Actor
			intervals, activities int
		}{
			"no settings at all":       {person.Actor{}, 0, 0},
			"a role alone":             {person.Actor{Role: person.ASRSupervisor}, 0, 0},
			"the Region's role alone":  {person.Actor{Role: person.RegionalSupervisor}, 0, 0},
			"an entity without a role": {person.Actor{Entity: tickettest.Torino}, 0, 0},
			"an operator":              {tickettest.Operator, 0, 0},
			"a regional operator":      {tickettest.Regional, 0, 0},
			"a citizen":                {tickettest.Citizen, 0, 0},
			"another ASR's supervisor": {person.Actor{ID: "a", Role: person.ASRSupervisor, Entity: "010204"}, 0, 0},
			"its supervisor":           {tickettest.Actors[2], 2, 3},
			"the receiver's":           {tickettest.Actors[4], 1, 1},
			"the Region's":             {tickettest.Actors[6], 4, 4},
			"the auditor":              {tickettest.Auditor, 4, 4},
		} {
			if got := h.CountVisible(t, c.who, "shown.standings_v1"); got != c.intervals {
				t.Errorf("%s sees %d status intervals, want %d", name, got, c.intervals)
			}
			if got := h.CountVisible(t, c.who, "shown.deeds_v1"); got != c.activities {
				t.Errorf("%s sees %d activities, want %d", name, got, c.activities)
			}
		}
		if err := h.ExecAsRequest(t, `select from read.figures_v1`); err == nil {
			t.Error("the role of requests may read the state of the fold")
		}
		for _, table := range Model.Tables {
			if err := h.ExecAsRequest(t, `delete from `+Model.View(table)); err == nil {
				t.Errorf("the role of requests may delete from %s", table)
			}
		}
	}
	t.Run("live", check)
	h.Rebuild(Model)
	t.Run("rebuilt", check)
}
