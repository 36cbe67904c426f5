// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package answers_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/unusual"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// looked stores a record of the past: an operator opened a ticket so many days ago.
func (f *fixture) looked(by person.Actor, daysAgo int, ids ...ticket.ID) {
	f.Helper()
	owner := storetest.Connect(f.T, f.Database)
	for _, id := range ids {
		for _, sql := range []string{
			`select access.make_month(date_trunc('month', (now() - make_interval(days => $2)) at time zone 'UTC')::date) where $1 <> '' and $3 <> '' and $4 <> '' and $5 <> ''`,
			`insert into access.records (position, at, kind, outcome, person, role, entity, controller, ticket, detail, subject, session, address, workstation, command_line, purpose, leaf)
			values ((select least(0, min(position)) - 1 from access.records), now() - make_interval(days => $2), 'ticket', 'shown', $1, $3, $4, $4, $5::text::uuid, '', '', '', '', '', false, '', '')`,
		} {
			if _, err := owner.Exec(f.Context(), sql, by.ID, daysAgo, string(by.Role), string(by.Entity), string(id)); err != nil {
				f.Fatal(err)
			}
		}
	}
}

// findings evaluates all days and returns what an officer reads, as texts in order.
func (f *fixture) findings(by app.Caller) (texts []string) {
	f.Helper()
	finder := unusual.Finder{Pools: f.Store.Pools(), Agreements: f.App.Agreements.State}
	for range 20 { // 31 days at a time
		if _, err := finder.Find(f.Context()); err != nil {
			f.Fatal(err)
		}
	}
	all, err := f.answers.Unusual(f.Context(), by, 0, 100)
	f.must(err)
	for _, one := range all {
		texts = append(texts, fmt.Sprintf("%s %s %s %d", one.Rule, one.Entity, one.Person, one.Count))
	}
	slices.Sort(texts)
	return texts
}

// TestUnusualReadingNeedsAnAgreementAndIsForTheOfficer finds a colleague's ticket and many tickets without an act, from the agreement of the entity on.
func TestUnusualReadingNeedsAnAgreementAndIsForTheOfficer(t *testing.T) {
	f := newFixture(t)
	colleague, err := f.App.Identity.CreateAccount(t.Context(), identity.NewAccount{
		Username: "collega", GivenName: "Prova", FamilyName: "Collega", TaxCode: "STP0000000000009", Password: handlertest.Password, PIN: handlertest.PIN,
	})
	f.must(err)
	_, err = f.App.Identity.AddPlacement(t.Context(), colleague, person.ASROperator, torino, time.Now().AddDate(0, -1, 0))
	f.must(err)
	own := f.open(torino, "Collega", "STP0000000000009")
	var many []ticket.ID
	for n := range 40 {
		many = append(many, f.open(torino, "Tante", fmt.Sprintf("STP%013d", 100+n)))
	}
	f.looked(f.anna.Actor, 5, own)
	f.looked(f.anna.Actor, 6, many...)
	f.looked(f.nora.Actor, 6, many[:39]...) // of another entity, and fewer
	f.looked(person.Actor{ID: colleague, Role: person.ASROperator, Entity: torino}, 5, own)

	if got := f.findings(f.officer); len(got) != 0 {
		t.Errorf("without an agreement: got %q", got)
	}
	administrator := person.Actor{ID: f.auditor.Actor.ID, Role: person.Administrator}
	for _, e := range []catalog.EntityCode{torino, novara} {
		f.must(f.App.Agreements.Record(t.Context(), administrator, agreement.Record{Entity: e, Use: agreement.UnusualReading, Reference: "Accordo prot. 1", SignedOn: "2026-03-01"}))
	}
	want := []string{"colleague 010301 " + f.anna.Actor.ID + " 1", "many-without-act 010301 " + f.anna.Actor.ID + " 40"}
	if got := f.findings(f.officer); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := f.findings(f.officer); !slices.Equal(got, want) { // each day once
		t.Errorf("again: got %q, want %q", got, want)
	}
	region := f.officer
	region.Actor.Entity = catalog.Region
	if got := f.findings(region); !slices.Equal(got, want) {
		t.Errorf("the Region's officer: got %q, want %q", got, want)
	}
	elsewhere := f.officer
	elsewhere.Actor.Entity = novara
	if got := f.findings(elsewhere); len(got) != 0 {
		t.Errorf("another entity's officer: got %q", got)
	}
	for _, role := range []person.Role{person.ASRSupervisor, person.ASROperator, person.Auditor, person.Administrator} {
		by := app.Caller{Actor: person.Actor{ID: f.anna.Actor.ID, Role: role, Entity: torino}}
		if all, err := f.answers.Unusual(t.Context(), by, 0, 10); err == nil || len(all) != 0 {
			t.Errorf("%s: got %v, %v, want a refusal", role, all, err)
		}
		all, err := unusual.List(t.Context(), f.Store.Pools().Request, by.Viewer().Reader(), 0, 10)
		if err != nil || len(all) != 0 {
			t.Errorf("%s in the database: got %v, %v, want none", role, all, err)
		}
	}
}
