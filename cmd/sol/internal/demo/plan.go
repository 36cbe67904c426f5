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

// Account is a demo person who has an account by now.
type Account struct {
	Person
	ID string // UUID
}

// planner is what all stories share.
type planner struct {
	catalog     *catalog.Catalog
	end         time.Time
	asrs        []catalog.Entity
	staff       map[catalog.EntityCode]staff
	hashTaxCode func(taxCode string) string
}

// staff is who works at an entity.
type staff struct {
	operators  []person.Actor // the supervisor among them
	supervisor person.Actor
}

// Plan writes every step of the simulation, in the order of time. subject makes the keyed hash of a tax code. The
// same Params, catalogue and accounts give the same plan.
func Plan(p Params, c *catalog.Catalog, accounts []Account, subject func(taxCode string) string) []Step {
	w := &planner{catalog: c, end: p.Until.UTC(), asrs: listASRs(c, p.Until), staff: map[catalog.EntityCode]staff{}, hashTaxCode: subject}
	var citizens []Account
	var administrator person.Actor
	for _, a := range accounts {
		in := a.Placements[0]
		actor := person.Actor{ID: a.ID, Role: in.Role, Entity: in.Entity}
		switch {
		case in.Role == person.Citizen:
			citizens = append(citizens, a)
		case in.Role == person.Administrator:
			administrator = actor
		case in.Role.Operates():
			s := w.staff[in.Entity]
			s.operators = append(s.operators, actor)
			if in.Role.Supervises() {
				s.supervisor = actor
			}
			w.staff[in.Entity] = s
		}
	}
	var steps []Step
	for n := range p.Tickets {
		r := rand.New(rand.NewPCG(p.Seed, uint64(n)))
		s := w.writeScenario(r, p, n, citizens)
		for _, s := range append([]*scenario{s}, s.followUps...) {
			steps = append(steps, s.steps...)
		}
		if n%1000 == 700 { // someone asked for their data to be erased
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

// writeScenario tells the n-th story. Every sixth opens in the last two weeks and every twentieth in the last three days, so that
// the queues are full today.
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
	m := drawTopic(r)
	entity := w.drawEntity(r)
	kind := r.IntN(1000)
	if kind < 45 {
		m = operatorTopic
	} else if kind < 95 && len(citizens) > 0 {
		a := pick(r, citizens)
		s.account = a.ID
		s.citizen.given, s.citizen.family, s.citizen.taxCode, s.citizen.email = a.GivenName, a.FamilyName, a.TaxCode, a.Username+"@example.org"
	}
	s.placeholders = newPlaceholders(r, s.citizen, s.now)
	if kind >= 975 {
		m.requests = junk
	}
	s.openTicket(m, entity, "")
	switch {
	case m.service == ticket.OperatorsForm:
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

// openingTime moves a moment to when people write: by day, more on working days, and never after the end.
func openingTime(r *rand.Rand, t, until time.Time) time.Time {
	t = nextWakingTime(r, t)
	if w := t.In(calendar.Rome()).Weekday(); (w == time.Saturday || w == time.Sunday) && chance(r, 60) {
		t = t.Add(2 * day)
	}
	if t.After(until) {
		return until.Add(-time.Minute - randomDuration(r, time.Hour))
	}
	return t
}

func drawTopic(r *rand.Rand) topic {
	at := r.IntN(100)
	for _, m := range topics {
		if at -= m.weight; at < 0 {
			return m
		}
	}
	return topics[0]
}

// drawEntity prefers the first of the list, which is the largest, and then decreases.
func (w *planner) drawEntity(r *rand.Rand) catalog.EntityCode {
	return w.asrs[min(r.IntN(len(w.asrs)), r.IntN(len(w.asrs)+6))%len(w.asrs)].Code
}
