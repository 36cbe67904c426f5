// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
)

var simulationEnd = time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)

// accounts returns the demo's people with generated ids.
func accounts() []demo.Account {
	var all []demo.Account
	for n, p := range demo.People(catalog.Default(), simulationEnd) {
		all = append(all, demo.Account{Person: p, ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", n)})
	}
	return all
}

func plan(p demo.Params) []demo.Step {
	return demo.Plan(p, catalog.Default(), accounts())
}

// planReplay decides the steps of a plan with the rules, closes due tickets in between, and counts events.
type planReplay struct {
	t      *testing.T
	rules  rules.Engine
	states map[ticket.ID]ticket.State
	since  map[ticket.ID]time.Time // the latest resolution is in effect from then on
	events map[string]int
	// beginsRun reports whether the saga begins the run of the next ticket, before that ticket's next step.
	beginsRun func() bool
}

// replayPlan decides all steps of a plan. Each step must be accepted.
func replayPlan(t *testing.T, p demo.Params, beginsRun func() bool) *planReplay {
	t.Helper()
	r := &planReplay{
		t: t, rules: rules.Engine{Catalog: catalog.Default(), Hold: rules.DefaultHold, Playbooks: playbook.Default()},
		states: map[ticket.ID]ticket.State{}, since: map[ticket.ID]time.Time{}, events: map[string]int{}, beginsRun: beginsRun,
	}
	last := time.Time{}
	for _, step := range plan(p) {
		if step.At.Before(last) || step.At.After(p.Until) {
			t.Fatalf("seed %d, %s: got time %s after %s, want an ascending time before the end", p.Seed, step.Key(), step.At, last)
		}
		last = step.At
		r.closeDue(step.Ticket, step.At)
		if _, err := attachment.Check("attachments", step.Files); err != nil {
			t.Fatal(err)
		}
		r.decide(step.Ticket, r.withPersons(step.Command), step.By, step.At, fmt.Sprintf("seed %d, %s", p.Seed, step.Key()))
		if r.beginsRun() {
			saga := person.Actor{ID: "referto-check", Role: person.System}
			// The rules refuse the saga's command where the ticket has changed since; the saga's timers end so, too.
			if events, err := r.rules.Decide(r.states[step.Ticket], ticket.BeginPlaybook{}, saga, step.At); err == nil {
				r.evolve(step.Ticket, events, saga, step.At, "begin")
			}
		}
	}
	for id := range r.states {
		r.closeDue(id, p.Until)
	}
	return r
}

// withPersons returns a command with person ids, as Execute does: each tax code stands for its person.
func (r *planReplay) withPersons(c ticket.Command) ticket.Command {
	switch c := c.(type) {
	case ticket.Open:
		c.Person = c.Form.TaxCode
		return c
	case ticket.Update:
		if c.DuplicateOf != nil {
			c.DuplicateOf = &ticket.OriginalTicket{Ticket: c.DuplicateOf.Ticket, Person: r.states[c.DuplicateOf.Ticket].Person}
		}
		return c
	}
	return c
}

// decide decides a command, which must be accepted.
func (r *planReplay) decide(id ticket.ID, c ticket.Command, by person.Actor, at time.Time, act string) {
	r.t.Helper()
	events, err := r.rules.Decide(r.states[id], c, by, at)
	if err != nil {
		r.t.Fatalf("%s, %s: %T by %+v on %+v: %v", act, at, c, by, r.states[id], err)
	}
	r.evolve(id, events, by, at, act)
}

func (r *planReplay) evolve(id ticket.ID, events []ticket.Event, by person.Actor, at time.Time, act string) {
	for _, e := range events {
		r.states[id] = ticket.Evolve(r.states[id], ticket.Recorded{Event: e, Ticket: id, At: at, By: by, Act: ticket.ID(act)})
		r.events[reflect.TypeOf(e).Name()]++
		if resolved, ok := e.(ticket.Resolved); ok {
			r.since[id] = resolved.EffectFrom
		}
	}
}

// closeDue closes a ticket that is due.
func (r *planReplay) closeDue(id ticket.ID, now time.Time) {
	r.t.Helper()
	s := r.states[id]
	if at, _ := r.rules.Catalog.AutoCloseAt(s.Entity, r.since[id]); s.Status == ticket.StatusResolved && !at.After(now) {
		r.decide(id, ticket.Close{Resolution: s.Resolution}, person.Actor{ID: "auto-close", Role: person.System}, at, "close")
	}
}

// TestPlanKeepsTheRules decides all steps of a plan with the rules and checks the final statuses and entities.
func TestPlanKeepsTheRules(t *testing.T) {
	r := replayPlan(t, demo.Params{Tickets: 3000, Months: 6, Until: simulationEnd, Seed: 1}, func() bool { return false })
	statuses, entities := map[ticket.Status]int{}, map[catalog.EntityCode]int{}
	for _, s := range r.states {
		statuses[s.Status]++
		entities[s.Entity]++
	}
	for _, status := range ticket.Statuses() {
		if statuses[status] < 10 {
			t.Errorf("got %d tickets with final status %s, want at least 10", statuses[status], status)
		}
	}
	for _, e := range catalog.Default().Entities(simulationEnd) {
		if entities[e.Code] < 5 {
			t.Errorf("got %d tickets at %s, want at least 5", entities[e.Code], e.Short)
		}
	}
	for _, name := range []string{
		"Opened", "Assigned", "Unassigned", "Taken", "CitizenNote", "InternalNote", "RegionalNote", "CitizenAsked", "Resumed",
		"CitizenReplied", "Escalated", "Recalled", "Redirected", "Resolved", "Discarded", "MarkedDuplicate", "Reopened",
		"ActWithdrawn", "AutoClosed", "Reclassified", "PersonalDataErased", "CheckAnswered", "OutcomeCarriedOut", "AccessRestricted",
	} {
		if r.events[name] == 0 {
			t.Errorf("got no event %s, want some", name)
		}
	}
	t.Logf("%d tickets; %v; %v", len(r.states), statuses, r.events)
}

// TestPlansKeepTheRulesWhateverTheSagas decides larger plans. The saga that begins runs is never, always or sometimes in time. A step that
// one ticket of some thousands has must be accepted in each case.
func TestPlansKeepTheRulesWhateverTheSagas(t *testing.T) {
	for seed, c := range []struct {
		name      string
		beginsRun func(r *rand.Rand) bool
	}{
		{"late", func(*rand.Rand) bool { return false }},
		{"in time", func(*rand.Rand) bool { return true }},
		{"half of them", func(r *rand.Rand) bool { return r.IntN(2) == 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := demo.Params{Tickets: 5000, Months: 1 + 3*seed, Until: simulationEnd, Seed: uint64(seed)}
			random := rand.New(rand.NewPCG(p.Seed, 0))
			replayPlan(t, p, func() bool { return c.beginsRun(random) })
		})
	}
}

// TestPlanIsDeterministic: an interrupted seeding makes the same plan again.
func TestPlanIsDeterministic(t *testing.T) {
	p := demo.Params{Tickets: 50, Months: 2, Until: simulationEnd, Seed: 7}
	if !reflect.DeepEqual(plan(p), plan(p)) {
		t.Error("got two different plans for the same Params")
	}
}

func TestPeople(t *testing.T) {
	people := demo.People(catalog.Default(), simulationEnd)
	names, at := map[string]bool{}, map[demo.Placement]int{}
	for _, p := range people {
		if names[p.Username] {
			t.Errorf("got user name %s twice", p.Username)
		}
		names[p.Username] = true
		for _, in := range p.Placements {
			at[in]++
		}
		if p.TaxCode != "" {
			if _, err := person.ParseTaxCode(p.TaxCode); err != nil {
				t.Errorf("tax code %s: got error %v, want none", p.TaxCode, err)
			}
		}
	}
	for _, e := range catalog.Default().Entities(simulationEnd) {
		operator, supervisor := person.ASROperator, person.ASRSupervisor
		if e.Code == catalog.Region {
			operator, supervisor = person.RegionalOperator, person.RegionalSupervisor
		}
		if at[demo.Placement{Role: operator, Entity: e.Code}] < 2 || at[demo.Placement{Role: supervisor, Entity: e.Code}] != 1 {
			t.Errorf("%s: got too few operators, or not one supervisor", e.Short)
		}
	}
	const agreed = "010301"
	for _, in := range []demo.Placement{{Role: person.Auditor, Entity: agreed}, {Role: person.DataProtectionOfficer, Entity: agreed}, {Role: person.DataProtectionOfficer, Entity: catalog.Region}} {
		if at[in] != 1 {
			t.Errorf("got %d people with role %s at %q, want 1", at[in], in.Role, in.Entity)
		}
	}
	if at[demo.Placement{Role: person.Auditor}] != 1 || at[demo.Placement{Role: person.Administrator}] != 2 ||
		at[demo.Placement{Role: person.Citizen}] < 2 {
		t.Error("got no auditor, not two administrators, or fewer than two citizens")
	}
}

// TestSmallPlanHasEachKindOfRepresentation checks that a demo of 200 tickets has one that names another person for each ground on which somebody may
// ask for another, and that some of them still wait for the check.
func TestSmallPlanHasEachKindOfRepresentation(t *testing.T) {
	roles, checked, waiting := map[ticket.RequesterRole]int{}, map[ticket.RepresentationKind]int{}, map[ticket.ID]bool{}
	for _, step := range plan(demo.Params{Seed: 1, Tickets: 200, Months: 3, Until: simulationEnd}) {
		switch c := step.Command.(type) {
		case ticket.Open:
			if roles[c.Requester]++; c.Requester.ForAnother() {
				waiting[step.Ticket] = true
			}
		case ticket.CheckRepresentation:
			checked[c.Kind]++
			delete(waiting, step.Ticket)
		}
	}
	for _, role := range []ticket.RequesterRole{ticket.ForMinor, ticket.ForDelegator, ticket.ForWard, ticket.ForDeceased} {
		if roles[role] == 0 {
			t.Errorf("got no request of the kind %s: %v", role, roles)
		}
	}
	if len(checked) < 3 || len(waiting) == 0 {
		t.Errorf("got checks %v and %d requests without one, want some of both", checked, len(waiting))
	}
}
