// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo_test

import (
	"fmt"
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
	return demo.Plan(p, catalog.Default(), accounts(), func(taxCode string) string { return "hash of " + taxCode })
}

// TestPlanKeepsTheRules decides all steps of a plan with the rules, closes due tickets in between, and checks the final statuses and
// entities.
func TestPlanKeepsTheRules(t *testing.T) {
	rules := rules.Engine{Catalog: catalog.Default(), Hold: rules.DefaultHold, Playbooks: playbook.Default()}
	states, last := map[ticket.ID]ticket.State{}, time.Time{}
	since := map[ticket.ID]time.Time{} // the latest resolution is in effect from then on
	events := map[string]int{}
	send := func(id ticket.ID, c ticket.Command, by person.Actor, at time.Time, act string) {
		decided, err := rules.Decide(states[id], c, by, at)
		if err != nil {
			t.Fatalf("%s, %s: %T by %+v on %+v: %v", act, at, c, by, states[id], err)
		}
		for _, e := range decided {
			states[id] = ticket.Evolve(states[id], ticket.Recorded{Event: e, Ticket: id, At: at, By: by, Act: ticket.ID(act)})
			events[reflect.TypeOf(e).Name()]++
			if resolved, ok := e.(ticket.Resolved); ok {
				since[id] = resolved.EffectFrom
			}
		}
	}
	system := person.Actor{ID: "auto-close", Role: person.System}
	closeDue := func(id ticket.ID, now time.Time) {
		s := states[id]
		if at, _ := rules.Catalog.AutoCloseAt(s.Entity, since[id]); s.Status == ticket.StatusResolved && !at.After(now) {
			send(id, ticket.Close{Resolution: s.Resolution}, system, at, "close")
		}
	}
	for _, step := range plan(demo.Params{Tickets: 3000, Months: 6, Until: simulationEnd, Seed: 1}) {
		if step.At.Before(last) || step.At.After(simulationEnd) {
			t.Fatalf("%s: got time %s after %s, want an ascending time before the end", step.Key(), step.At, last)
		}
		last = step.At
		closeDue(step.Ticket, step.At)
		if _, err := attachment.Check("attachments", step.Files); err != nil {
			t.Fatal(err)
		}
		send(step.Ticket, step.Command, step.By, step.At, step.Key())
	}
	statuses, entities := map[ticket.Status]int{}, map[catalog.EntityCode]int{}
	for id := range states {
		closeDue(id, simulationEnd)
		statuses[states[id].Status]++
		entities[states[id].Entity]++
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
		"ActWithdrawn", "AutoClosed", "Reclassified", "PersonalDataErased", "CheckAnswered", "OutcomeCarriedOut",
	} {
		if events[name] == 0 {
			t.Errorf("got no event %s, want some", name)
		}
	}
	t.Logf("%d tickets; %v; %v", len(states), statuses, events)
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
	if at[demo.Placement{Role: person.Auditor}] != 1 || at[demo.Placement{Role: person.Administrator}] != 1 ||
		at[demo.Placement{Role: person.Citizen}] < 2 {
		t.Error("got no auditor, no administrator, or fewer than two citizens")
	}
}
