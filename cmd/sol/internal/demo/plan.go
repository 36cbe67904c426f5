// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Account is a person with the id of their account.
type Account struct {
	Person
	ID string // UUID
}

// planner holds what all scenarios share.
type planner struct {
	catalog *catalog.Catalog
	end     time.Time
	asrs    []catalog.Entity
	staff   map[catalog.EntityCode]staff

	represented int // number of tickets that name another person so far
}

// staff are the people of an entity.
type staff struct {
	operators  []person.Actor // includes the supervisor
	supervisor person.Actor
}

// Plan returns all steps of the simulation in the order of time. The same Params, catalogue and accounts give the same plan.
func Plan(p Params, c *catalog.Catalog, accounts []Account) []Step {
	w := &planner{catalog: c, end: p.Until.UTC(), asrs: listASRs(c, p.Until), staff: map[catalog.EntityCode]staff{}}
	var citizens []Account
	var administrator person.Actor
	for _, a := range accounts {
		placement := a.Placements[0]
		actor := person.Actor{ID: a.ID, Role: placement.Role, Entity: placement.Entity}
		switch {
		case placement.Role == person.Citizen:
			citizens = append(citizens, a)
		case placement.Role == person.Administrator:
			administrator = actor
		case placement.Role.Operates():
			s := w.staff[placement.Entity]
			s.operators = append(s.operators, actor)
			if placement.Role.Supervises() {
				s.supervisor = actor
			}
			w.staff[placement.Entity] = s
		}
	}
	var steps []Step
	for n := range p.Tickets {
		r := rand.New(rand.NewPCG(p.Seed, uint64(n)))
		s := w.writeScenario(r, p, n, citizens)
		for _, s := range append([]*scenario{s}, s.followUps...) {
			steps = append(steps, s.steps...)
		}
		if n%1000 == 700 { // a citizen asked for erasure
			s.now = s.now.Add(week)
			s.steps = nil
			s.addStep(administrator, ticket.Erase{})
			for i := range s.steps {
				s.steps[i].N = 1000
			}
			steps = append(steps, s.steps...)
		}
	}
	slices.SortStableFunc(steps, func(a, b Step) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Ticket, b.Ticket), cmp.Compare(a.N, b.N))
	})
	return steps
}

// writeScenario returns the scenario of the n-th ticket. Every sixth ticket is opened in the last two weeks and every twentieth in the
// last three days, so that the queues are full at the end.
func (w *planner) writeScenario(r *rand.Rand, p Params, n int, citizens []Account) *scenario {
	s := &scenario{planner: w, random: r, citizen: newCitizen(r)}
	total := p.Until.Sub(p.From())
	s.now = p.From().Add(randomDuration(r, total-time.Hour))
	switch {
	case n%6 == 0:
		s.now = p.Until.Add(-time.Hour - randomDuration(r, min(2*week, total/2)))
	case n%20 == 3:
		s.now = p.Until.Add(-time.Hour - randomDuration(r, 3*day))
	}
	s.now = openingTime(r, s.now, s.end)
	topic := drawTopic(r)
	entity := w.drawEntity(r)
	kind := r.IntN(1000)
	if n == employeesTicket && len(citizens) > 0 {
		return w.writeEmployeesScenario(s, p, citizens[len(citizens)-1])
	}
	if kind < 45 {
		topic = operatorTopic
	} else if kind < 95 && len(citizens) > 0 {
		a := pick(r, citizens)
		s.setAccount(a)
	}
	s.placeholders = newPlaceholders(r, s.citizen, s.now)
	if kind >= 975 {
		topic.requests = junk
	}
	s.openTicket(topic, entity, "")
	switch {
	case topic.service == ticket.OperatorsForm:
		s.handleAtRegion(0)
	case kind >= 985:
		s.discard(ticket.Spam)
	case kind >= 975:
		s.discard(ticket.TestOnly)
	case kind >= 950:
		s.addDuplicate()
		s.handleAtASR()
	default:
		s.handleAtASR()
	}
	return s
}

// openingTime moves a time to one at which people write: by day, more often on working days, and before the end.
func openingTime(r *rand.Rand, t, until time.Time) time.Time {
	t = nextWakingTime(r, t)
	if planner := t.In(calendar.Rome()).Weekday(); (planner == time.Saturday || planner == time.Sunday) && chance(r, 60) {
		t = t.Add(2 * day)
	}
	if t.After(until) {
		return until.Add(-time.Minute - randomDuration(r, time.Hour))
	}
	return t
}

// drawTopic returns a random topic by weight.
func drawTopic(r *rand.Rand) topic {
	n := r.IntN(100)
	for _, m := range topics {
		if n -= m.weight; n < 0 {
			return m
		}
	}
	return topics[0]
}

// drawEntity returns a random ASR. The first of the list, the largest, is the most probable; the probability decreases along the list.
func (w *planner) drawEntity(r *rand.Rand) catalog.EntityCode {
	return w.asrs[min(r.IntN(len(w.asrs)), r.IntN(len(w.asrs)+6))%len(w.asrs)].Code
}
