// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package answers_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/unusual"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// looked stores a record of the past: an operator opened a ticket so many days ago.
func (f *fixture) looked(by person.Actor, daysAgo int, ids ...ticket.ID) {
	f.Helper()
	owner := storetest.Connect(f.T, f.Database)
	_, err := owner.Exec(f.Context(), `alter table access.records no force row level security`)
	f.must(err)
	for _, id := range ids {
		for _, sql := range []string{
			`select access.make_month(date_trunc('month', (now() - make_interval(days => $2)) at time zone 'UTC')::date) where $1 <> '' and $3 <> '' and $4 <> '' and $5 <> ''`,
			`insert into access.records (position, at, kind, outcome, person, role, entity, controller, ticket, detail, subject, session, address, workstation, command_line, purpose, login, leaf)
			values ((select least(0, min(position)) - 1 from access.records), now() - make_interval(days => $2), 'ticket', 'shown', $1, $3, $4, $4, $5::text::uuid, '', '', '', '', '', false, '', '', '')`,
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
	all, err := f.answers.Unusual(f.Context(), by, false, 0, 100)
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
	f.agree(torino)
	f.agree(novara)
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
		if all, err := f.answers.Unusual(t.Context(), by, false, 0, 10); err == nil || len(all) != 0 {
			t.Errorf("%s: got %v, %v, want a refusal", role, all, err)
		}
		stored := f.stored()
		all, err := stored.List(t.Context(), by.Viewer().Reader(), false, 0, 10)
		n, countErr := stored.CountOpen(t.Context(), by.Viewer().Reader())
		if err != nil || countErr != nil || len(all) != 0 || n != 0 {
			t.Errorf("%s in the database: got %v and %d, %v, %v, want none", role, all, n, err, countErr)
		}
	}
}

// stored returns the findings as the database gives them, without the check of the application.
func (f *fixture) stored() unusual.Findings {
	return unusual.Findings{Store: f.Store, Sealer: accesslog.NewSealer(f.Store)}
}

// agree records that an entity agreed to the search for unusual reading.
func (f *fixture) agree(e catalog.EntityCode) {
	f.Helper()
	f.must(f.App.Agreements.Record(f.Context(), person.Actor{ID: f.auditor.Actor.ID, Role: person.Administrator}, agreement.Record{
		Entity: e, Use: agreement.UnusualReading, Reference: "Accordo prot. 1", SignedOn: "2026-03-01",
	}))
}

// restrict restricts the access to a ticket at the present moment of the log, and assigns it to an operator.
func (f *fixture) restrict(id ticket.ID, assignee app.Caller) {
	f.Helper()
	supervisor := person.Actor{ID: f.nora.Actor.ID, Role: person.ASRSupervisor, Entity: torino}
	_, err := f.App.Update(f.Context(), app.Caller{Actor: supervisor}, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}, Assignee: &assignee.Actor.ID}, app.Idempotency{})
	f.must(err)
	_, err = f.App.ChangeRestriction(f.Context(), app.Caller{Actor: supervisor}, id, app.RestrictionRequest{Restricted: true, Reason: "minaccia"}, app.Idempotency{})
	f.must(err)
}

// TestReadingARestrictedTicketIsUnusual: who opened a ticket whose access was restricted is found, unless it was assigned to them at that moment; an opening
// before the restriction, or after it was lifted, is not found.
func TestReadingARestrictedTicketIsUnusual(t *testing.T) {
	f := newFixture(t)
	f.agree(torino)
	supervisor := person.Actor{ID: f.nora.Actor.ID, Role: person.ASRSupervisor, Entity: torino}
	open, restricted, lifted := f.open(torino, "Aperta", "STP0000000000011"), f.open(torino, "Ristretta", "STP0000000000012"), f.open(torino, "Tolta", "STP0000000000013")
	f.restrict(restricted, f.anna)
	f.restrict(lifted, f.anna)
	_, err := f.App.ChangeRestriction(t.Context(), app.Caller{Actor: supervisor}, lifted, app.RestrictionRequest{Reason: "chiarito"}, app.Idempotency{})
	f.must(err)
	f.looked(f.anna.Actor, 3, open, restricted, lifted) // after all events: the clock of the log stands in the past
	f.looked(supervisor, 3, open, restricted, lifted)
	want := []string{"restricted 010301 " + supervisor.ID + " 1"}
	if got := f.findings(f.officer); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q: one ticket, of the supervisor to whom it is not assigned", got, want)
	}

	before := newFixture(t)
	before.agree(torino)
	id := before.open(torino, "Prima", "STP0000000000014")
	before.looked(supervisor, 4, id)
	before.Clock.Set(time.Now()) // restricted after the look
	before.restrict(id, before.anna)
	if got := before.findings(before.officer); len(got) != 0 {
		t.Errorf("an opening before the restriction: got %q, want none", got)
	}
}

// TestAnActCountsForAReading: the rule about many tickets leaves out those on which the reader did something within a day.
func TestAnActCountsForAReading(t *testing.T) {
	f := newFixture(t)
	f.Clock.Set(time.Now().AddDate(0, 0, -5)) // of the acts; records have the database's time
	f.agree(torino)
	var many []ticket.ID
	for n := range 41 {
		many = append(many, f.open(torino, "Tante", fmt.Sprintf("STP%013d", 200+n)))
	}
	for _, id := range many[:2] {
		_, err := f.App.Update(t.Context(), f.anna, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}}, app.Idempotency{})
		f.must(err)
	}
	colleague := person.Actor{ID: f.nora.Actor.ID, Role: person.ASROperator, Entity: torino}
	f.looked(f.anna.Actor, 5, many...)
	f.looked(colleague, 5, many...)
	want := []string{"many-without-act 010301 " + colleague.ID + " 41"}
	if got := f.findings(f.officer); !slices.Equal(got, want) {
		t.Errorf("one with acts on 2 of 41 tickets, one with none: got %q, want %q", got, want)
	}
}

// TestAFindingIsExaminedOnce marks a finding as examined: by the officers of its entity and of the Region alone, once, with a text that is stored sealed.
func TestAFindingIsExaminedOnce(t *testing.T) {
	f := newFixture(t)
	f.agree(torino)
	id := f.open(torino, "Ristretta", "STP0000000000015")
	f.restrict(id, f.anna)
	supervisor := person.Actor{ID: f.nora.Actor.ID, Role: person.ASRSupervisor, Entity: torino}
	f.looked(supervisor, 3, id)
	f.looked(supervisor, 4, id)
	if got := f.findings(f.officer); len(got) != 2 {
		t.Fatalf("got %q, want two findings", got)
	}
	open, err := f.answers.Unusual(t.Context(), f.officer, false, 0, 10)
	f.must(err)
	finding := open[0].ID
	const text = "Il supervisore sostituiva l’operatore assegnato"

	elsewhere, auditor := f.officer, f.ofTorino
	elsewhere.Actor.Entity = novara
	if err := f.answers.Examine(t.Context(), elsewhere, finding, text); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("another entity's officer: got %v, want %v", err, eventstore.ErrNotFound)
	}
	if err := f.answers.Examine(t.Context(), auditor, finding, text); !errors.As(err, new(*ticket.NotVisibleError)) {
		t.Errorf("an auditor: got %v, want a refusal", err)
	}
	if err := f.stored().Examine(t.Context(), auditor.Viewer().Reader(), finding, text); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("an auditor in the database: got %v, want %v", err, eventstore.ErrNotFound)
	}
	for _, wrong := range []string{"", " \n", strings.Repeat("è", 2001)} {
		if err := f.answers.Examine(t.Context(), f.officer, finding, wrong); !errors.As(err, new(*ticket.InvalidError)) {
			t.Errorf("%.10q: got %v, want a refusal of the text", wrong, err)
		}
	}
	f.must(f.answers.Examine(t.Context(), f.officer, finding, " "+text+" "))
	region := f.officer
	region.Actor.Entity = catalog.Region
	if err := f.answers.Examine(t.Context(), region, finding, "ancora"); !errors.Is(err, unusual.ErrExamined) {
		t.Errorf("again: got %v, want %v", err, unusual.ErrExamined)
	}
	if err := f.answers.Examine(t.Context(), f.officer, finding+1000, text); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("an unknown finding: got %v, want %v", err, eventstore.ErrNotFound)
	}

	if left, err := f.answers.Unusual(t.Context(), f.officer, false, 0, 10); err != nil || len(left) != 1 || left[0].ID == finding {
		t.Errorf("got %+v, %v, want the other finding", left, err)
	}
	if n, err := f.stored().CountOpen(t.Context(), f.officer.Viewer().Reader()); err != nil || n != 1 {
		t.Errorf("got %d findings to examine, %v, want 1", n, err)
	}
	examined, err := f.answers.Unusual(t.Context(), region, true, 0, 10)
	if err != nil || len(examined) != 1 || examined[0].ID != finding || examined[0].Examination == nil || examined[0].Examination.Text != text || examined[0].Examination.By != f.officer.Actor.ID {
		t.Fatalf("got %+v, %v, want the examination", examined, err)
	}

	owner := storetest.Connect(t, f.Database)
	var stored string
	f.must(owner.QueryRow(t.Context(), `select encode(note, 'escape') from access.examinations`).Scan(&stored))
	if strings.Contains(stored, "supervisore") {
		t.Errorf("got the text in clear: %s", stored)
	}
	if _, err := owner.Exec(t.Context(), `update keys.keys set wrapped = null, destroyed_at = now() where id = (select note_key from access.examinations)`); err != nil {
		t.Fatal(err)
	}
	gone, err := f.answers.Unusual(t.Context(), f.officer, true, 0, 10)
	if err != nil || len(gone) != 1 || !gone[0].Examination.Erased || gone[0].Examination.Text != "" {
		t.Errorf("after the month's key was destroyed: got %+v, %v, want the mark without its text", gone, err)
	}
}
