// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/projectionstest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// fixture is a projectionstest.Fixture with lists, figures and a reader of the figures.
type fixture struct {
	*projectionstest.Fixture
	reader *Reader
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := projectionstest.New(t, lists.Model, Model)
	return &fixture{f, NewReader(f.Store, catalog.Default(), nil, allAgreed)}
}

// allAgreed is a PerPerson: all entities agreed to figures of single operators.
func allAgreed(context.Context) (all []catalog.EntityCode, err error) {
	for _, e := range catalog.Default().AllEntities() {
		all = append(all, e.Code)
	}
	return all, nil
}

// histories returns the history of every ticket of the log.
func (h *fixture) histories() (all [][]ticket.Recorded) {
	h.T.Helper()
	head, _, err := h.Store.Head(h.T.Context())
	if err != nil {
		h.T.Fatal(err)
	}
	err = h.Store.ReadByStream(h.T.Context(), head.N, func(records []eventstore.Record) error {
		history, err := ticketlog.DecodeHistory(records)
		all = append(all, history)
		return err
	})
	if err != nil {
		h.T.Fatal(err)
	}
	return all
}

func (h *fixture) dashboard(who person.Actor, s Scope) Dashboard {
	h.T.Helper()
	d, err := h.reader.Read(h.T.Context(), ticketview.Viewer{Actor: who}, s)
	if err != nil {
		h.T.Fatal(err)
	}
	return d
}

// tookByHand computes a Took by the nearest-rank method.
func tookByHand(durations []time.Duration) Took {
	if len(durations) == 0 {
		return Took{}
	}
	slices.Sort(durations)
	rank := func(tenths int) int64 {
		return int64(durations[(len(durations)*tenths+9)/10-1] / time.Second)
	}
	return Took{len(durations), rank(5), rank(9)}
}

// recountFigures counts the figures of an entity, or of all for "", from the histories: an oracle that does not use the read model.
func recountFigures(histories [][]ticket.Recorded, entity catalog.EntityCode, from, end, at time.Time) (f Figures, received int) {
	var ages, answers, resolutions []time.Duration
	for _, history := range histories {
		earlier := recordedBefore(history, end)
		if len(earlier) == 0 {
			continue
		}
		s := foldState(earlier)
		p, _ := recountActivities(earlier)
		if s.Status.IsOpen() && (entity == "" || s.Entity == entity) {
			f.Open++
			ages = append(ages, at.Sub(earlier[0].At))
			if p.Answered.IsZero() {
				f.Unanswered++
			}
			if s.Assignee == (ticket.Assignee{}) {
				f.Unassigned++
			}
		}
		var where ticket.State
		wasAnswered := false
		holds := map[int]bool{} // the versions of the events that count
		for _, r := range withoutUndone(earlier) {
			holds[r.Version] = true
		}
		for _, r := range earlier {
			before := where
			where = ticket.Evolve(where, r)
			if !holds[r.Version] {
				continue
			}
			by, since := before.Entity, r.At.Sub(earlier[0].At)
			counts := func() bool { return !r.At.Before(from) && (entity == "" || by == entity) }
			switch e := r.Event.(type) {
			case ticket.Opened:
				if by = e.Entity; counts() {
					f.Arrivals++
				}
			case ticket.CitizenNote:
				if !wasAnswered && r.By.Role.Operates() {
					wasAnswered = true
					if counts() {
						answers = append(answers, since)
					}
				}
			case ticket.Resolved:
				if counts() {
					f.Resolutions++
					resolutions = append(resolutions, since)
				}
			case ticket.Discarded:
				if counts() {
					f.Discards++
				}
			case ticket.MarkedDuplicate:
				if counts() {
					f.Duplicates++
				}
			case ticket.Reopened:
				if counts() {
					f.Reopenings++
				}
			case ticket.Escalated:
				if counts() {
					f.Handovers++
					if e.Ground.IsOverride() {
						f.Overrides++
					}
				}
				if by = catalog.Region; counts() {
					received++
				}
			case ticket.Redirected:
				if counts() {
					f.Handovers++
				}
				if by = e.To; counts() {
					received++
				}
			case ticket.Recalled:
				if by = e.Entity; counts() {
					f.Recalls++
				}
			case ticket.HandoverBreached:
				if counts() {
					f.Breaches++
				}
			}
		}
	}
	f.Age, f.FirstAnswer, f.Resolution = tookByHand(ages), tookByHand(answers), tookByHand(resolutions)
	return f, received
}
