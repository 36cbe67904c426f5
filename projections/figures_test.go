// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// known is the part of a history that had happened before a moment.
func known(history []ticket.Recorded, before time.Time) (past []ticket.Recorded) {
	for _, r := range history {
		if r.At.Before(before) {
			past = append(past, r)
		}
	}
	return past
}

// recount tells what counts of a ticket, by hand: the acts that were not undone, told one after the other.
func recount(past []ticket.Recorded) (p progress, kinds map[deedKind][]time.Time) {
	kinds = map[deedKind][]time.Time{}
	for _, r := range standing(past, fates(past)) {
		count := func(k deedKind) { kinds[k] = append(kinds[k], r.At) }
		switch e := r.Event.(type) {
		case ticket.Opened:
			count(opened)
		case ticket.CitizenNote:
			if p.Answered.IsZero() && r.By.Role.Operates() {
				p.Answered = r.At
				count(answered)
			}
		case ticket.Resolved:
			p.Resolved = r.At
			count(resolved)
		case ticket.Discarded:
			p.Resolved = r.At
			count(discarded)
		case ticket.MarkedDuplicate:
			p.Resolved = r.At
			count(duplicated)
		case ticket.Reopened:
			p.Resolved = time.Time{}
			p.Reopenings++
			count(reopened)
		case ticket.Escalated, ticket.Redirected:
			p.Handovers++
			count(handedOver)
		case ticket.Recalled:
			count(takenBack)
		case ticket.HandoverBreached:
			count(breached)
		case ticket.OutcomeCarriedOut:
			if e.Outcome != "" {
				count(carriedOut)
			}
		}
	}
	return p, kinds
}

// TestFactsSayAtEveryMomentWhatHadHappened: at each moment of a life one standing holds, and it is the rules' own state;
// the deeds that count are those of the acts that had not been undone by then.
func TestFactsSayAtEveryMomentWhatHadHappened(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		life := tickettest.Draw(t, ticketID, 40, true)
		f := newFiguring(map[ticket.ID]figured{})
		for _, r := range life.History {
			f.take(r)
		}
		_, standings, deeds := f.drain()
		for _, at := range append(moments(life.History), life.Now.Add(time.Hour)) {
			past := known(life.History, at)
			var holds []stood
			for _, s := range standings {
				if s.From.Before(at) && (s.To.IsZero() || !s.To.Before(at)) {
					holds = append(holds, s)
				}
			}
			if len(past) == 0 {
				if len(holds) != 0 {
					t.Fatalf("before it was opened it stands as %+v", holds)
				}
				continue
			}
			s := state(past)
			p, kinds := recount(past)
			want := placed{s.Entity, s.Service, s.Problem, s.Status, assigned(s.Assignee), p}
			if len(holds) != 1 || holds[0].placed != want {
				t.Fatalf("at %s it stands as\n%+v, want\n%+v", at, holds, want)
			}
			got := map[deedKind][]time.Time{}
			for _, d := range deeds {
				if d.At.Before(at) && (d.Withdrawn.IsZero() || !d.Withdrawn.Before(at)) {
					got[d.Kind] = append(got[d.Kind], d.At)
				}
			}
			for _, times := range got {
				slices.SortFunc(times, time.Time.Compare)
			}
			if fmt.Sprint(got) != fmt.Sprint(kinds) {
				t.Fatalf("at %s it did\n%v, want\n%v", at, got, kinds)
			}
		}
	})
}

// TestFiguresIncrementalIsRebuilt: whatever the batches, with the memories stored in between, and with every text erased
// by the time of the rebuild.
func TestFiguresIncrementalIsRebuilt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history, rebuiltFrom := interleaved(t)
		memories, standings, deeds := map[ticket.ID]string{}, map[row]stood{}, map[row]deed{}
		for len(history) > 0 {
			n := rapid.IntRange(1, len(history)).Draw(t, "batch")
			f := newFiguring(map[ticket.ID]figured{})
			for id, stored := range memories {
				var m figured
				if err := json.Unmarshal([]byte(stored), &m); err != nil {
					t.Fatal(err)
				}
				f.memories[id] = m
			}
			for _, r := range history[:n] {
				f.take(r)
				f.take(r) // a redelivery changes nothing
			}
			maps.Copy(standings, f.standings)
			maps.Copy(deeds, f.deeds)
			touched, _, _ := f.drain()
			for _, m := range touched {
				memories[m.State.ID] = m.json()
			}
			history = history[n:]
		}
		f := newFiguring(map[ticket.ID]figured{})
		for _, r := range rebuiltFrom {
			f.take(r)
		}
		if !maps.Equal(standings, f.standings) || !maps.Equal(deeds, f.deeds) {
			t.Fatalf("live\n%v\n%v\nrebuilt\n%v\n%v", standings, deeds, f.standings, f.deeds)
		}
		for id, m := range f.memories {
			if m.json() != memories[id] {
				t.Fatalf("live\n%s\nrebuilt\n%s", memories[id], m.json())
			}
		}
	})
}

// TestFiguresKnowNoCitizen: neither what was typed nor whose it was, before any erasure.
func TestFiguresKnowNoCitizen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		life := tickettest.Draw(t, ticketID, 40, false)
		f := newFiguring(map[ticket.ID]figured{})
		for _, r := range life.History {
			f.take(r)
		}
		memories, standings, deeds := f.drain()
		all := fmt.Sprint(memories[0].json(), standings, deeds)
		for _, trace := range []string{
			tickettest.CitizenID, `"s1"`, "Fittizia", "RSSMRA", tickettest.MarkChecks, tickettest.MarkCitizen, tickettest.MarkInternal, tickettest.MarkRegional,
		} {
			if strings.Contains(all, trace) {
				t.Fatalf("%s stands in %s", trace, all)
			}
		}
	})
}

// TestTheFiguresMemoryIsAsItsVersionSays, as for the lists' rows.
func TestTheFiguresMemoryIsAsItsVersionSays(t *testing.T) {
	f := newFiguring(map[ticket.ID]figured{})
	for _, r := range story(t).history {
		f.take(r)
	}
	memories, _, _ := f.drain()
	golden(t, "testdata/figures_v1.json", memories[0])
}

// TestWhoMaySeeFigures asks the tables themselves, live and rebuilt: the second wall.
func TestWhoMaySeeFigures(t *testing.T) {
	h := newHouse(t)
	h.open(tickettest.Torino)
	handed := h.open(tickettest.Torino)
	h.pass(time.Minute)
	h.do(handed, operator, escalate("non è nostra"))
	h.pass(time.Minute)
	h.do(handed, regional, ticket.Update{Entity: tickettest.TO3, Note: public("è vostra")})
	h.project()
	check := func(t *testing.T) {
		for name, c := range map[string]struct {
			who              person.Actor
			standings, deeds int
		}{
			"no settings at all":       {person.Actor{}, 0, 0},
			"a role alone":             {person.Actor{Role: person.ASRSupervisor}, 0, 0},
			"the Region's role alone":  {person.Actor{Role: person.RegionalSupervisor}, 0, 0},
			"an entity without a role": {person.Actor{Entity: tickettest.Torino}, 0, 0},
			"an operator":              {operator, 0, 0},
			"a regional operator":      {regional, 0, 0},
			"a citizen":                {citizen, 0, 0},
			"another ASR's supervisor": {person.Actor{ID: "a", Role: person.ASRSupervisor, Entity: "010204"}, 0, 0},
			"its supervisor":           {tickettest.People[2], 2, 3},
			"the receiver's":           {tickettest.People[4], 1, 1},
			"the Region's":             {tickettest.People[6], 4, 4},
			"the auditor":              {auditor, 4, 4},
		} {
			if got := h.count(t, c.who, "read.standings_v1"); got != c.standings {
				t.Errorf("%s sees %d standings, want %d", name, got, c.standings)
			}
			if got := h.count(t, c.who, "read.deeds_v1"); got != c.deeds {
				t.Errorf("%s sees %d deeds, want %d", name, got, c.deeds)
			}
		}
		if _, err := h.store.RequestPool().Exec(t.Context(), `select from read.figures_v1`); err == nil {
			t.Error("doors may read the fold's memory")
		}
		for _, table := range figuresModel.tables {
			if _, err := h.store.RequestPool().Exec(t.Context(), `delete from read.`+table); err == nil {
				t.Errorf("doors may delete from %s", table)
			}
		}
	}
	t.Run("live", check)
	if err := NewRunner(h.store).Rebuild(t.Context(), figuresModel.name, nil); err != nil {
		t.Fatal(err)
	}
	t.Run("rebuilt", check)
}
