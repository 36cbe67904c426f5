// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
)

// An auditor's role needs a second administrator, who is neither who asked nor the person concerned; each step is one event.
func TestSecondAdministratorConfirms(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno, carla := f.person("ada", admin), f.person("bruno", admin), f.person("carla", account.RoleAt{Role: person.ASROperator, Entity: torino})

	done, err := f.Change(ctx, ada, give(carla, person.Auditor, ""))
	if err != nil || !done.Waits() || f.events() != 1 || f.roles(carla.ID) != "[{operatore_asr 010301}]" {
		t.Fatalf("request: got %+v, %v, %d events, roles %s", done, err, f.events(), f.roles(carla.ID))
	}
	waiting, err := f.Overview(ctx, bruno)
	if err != nil || waiting.ToAnswer() != 1 {
		t.Fatalf("the second administrator sees %+v, %v", waiting, err)
	}
	if waiting, _ := f.Overview(ctx, ada); waiting.ToAnswer() != 0 || !waiting.Requests[0].Mine {
		t.Errorf("who asked may answer: %+v", waiting)
	}
	_, err = f.Change(ctx, ada, give(carla, person.Auditor, ""))
	f.wantRefused(err, refusal.RequestWaits)
	_, err = f.Confirm(ctx, ada, done.Event.ID)
	f.wantRefused(err, refusal.SecondAdministrator)
	_, err = f.Confirm(ctx, carla, done.Event.ID)
	f.wantRefused(err, refusal.SecondAdministrator)
	if f.events() != 1 {
		t.Fatalf("refusals left events: %d", f.events())
	}
	confirmed, err := f.Confirm(ctx, bruno, done.Event.ID)
	if err != nil || f.events() != 2 || f.roles(carla.ID) != "[{operatore_asr 010301} {auditor }]" {
		t.Fatalf("confirmation: got %+v, %v, %d events, roles %s", confirmed, err, f.events(), f.roles(carla.ID))
	}
	if e := confirmed.Event; len(e.Before.Roles) != 1 || len(e.After.Roles) != 2 || e.Account != carla.ID {
		t.Errorf("got event %+v", e)
	}
	if _, err := f.Confirm(ctx, bruno, done.Event.ID); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("confirmed twice: %v", err)
	}
}

// The command line makes changes alone until there are two administrators. Then its changes wait too, or are emergency accesses.
func TestCommandLineGrantsUntilThereAreTwo(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno := f.person("ada"), f.person("bruno")
	for n, whom := range []person.Actor{ada, bruno} {
		done, err := f.Change(ctx, accounts.CommandLine, give(whom, person.Administrator, ""))
		if err != nil || done.Event.Kind != account.Changed || f.events() != n+1 {
			t.Fatalf("got %+v, %v, %d events", done, err, f.events())
		}
		if n == 0 { // one administrator can do nothing of it alone
			_, err := f.Change(ctx, ada, give(bruno, person.Auditor, ""))
			f.wantRefused(err, refusal.NoSecondAdministrator)
		}
	}
	carla := f.person("carla")
	if done, err := f.Change(ctx, accounts.CommandLine, give(carla, person.Auditor, "")); err != nil || !done.Waits() {
		t.Fatalf("got %+v, %v, want a request", done, err)
	}
	r := give(carla, person.Administrator, "")
	r.Emergency = true
	_, err := f.Change(ctx, ada, r)
	f.wantRefused(err, refusal.EmergencyReason)
}

// A person with rights from an emergency access confirms and reviews nothing until it is reviewed. A role that was not justified ends.
func TestEmergencyAccessIsReviewed(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno := f.person("ada", admin), f.person("bruno", admin)
	carla := f.person("carla")
	r := give(carla, person.Administrator, "")
	r.Emergency, r.Reason = true, "Bruno è in ospedale"
	used, err := f.Change(ctx, ada, r)
	if err != nil || used.Event.Kind != account.Emergency || used.Event.Reason == "" || f.roles(carla.ID) != "[{amministratore }]" {
		t.Fatalf("got %+v, %v, roles %s", used, err, f.roles(carla.ID))
	}
	asked, err := f.Change(ctx, ada, give(f.person("dario"), person.Auditor, ""))
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Confirm(ctx, carla, asked.Event.ID)
	f.wantRefused(err, refusal.SecondAdministrator)
	for _, by := range []person.Actor{ada, carla} {
		_, err := f.Review(ctx, by, used.Event.ID, true, "va bene")
		f.wantRefused(err, refusal.SecondAdministrator)
	}
	_, err = f.Review(ctx, bruno, used.Event.ID, false, " ")
	f.wantRefused(err, refusal.ReviewReason)
	auditor := person.Actor{ID: "revisore", Role: person.Auditor}
	if waiting, err := f.Overview(ctx, auditor); err != nil || len(waiting.Emergencies) != 1 || waiting.Overdue() {
		t.Errorf("the auditor sees %+v, %v", waiting, err)
	}
	f.clock.Advance(25 * time.Hour)
	if waiting, err := f.Overview(ctx, auditor); err != nil || !waiting.Overdue() {
		t.Errorf("after a day the auditor sees %+v, %v", waiting, err)
	}
	reviewed, err := f.Review(ctx, bruno, used.Event.ID, false, "non c’era fretta")
	if err != nil || f.roles(carla.ID) != "[]" || len(reviewed.Before.Roles) != 1 || len(reviewed.After.Roles) != 0 {
		t.Errorf("got %+v, %v, roles %s", reviewed, err, f.roles(carla.ID))
	}
	if waiting, err := f.Overview(ctx, auditor); err != nil || len(waiting.Emergencies) != 0 {
		t.Errorf("after the review the auditor sees %+v, %v", waiting, err)
	}
}

// Requests are refused with a reason, withdrawn by who asked, and expire; each is one event and changes nothing.
func TestRequestsEndWithoutChange(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno, carla := f.person("ada", admin), f.person("bruno", admin), f.person("carla")
	ask := func() string {
		t.Helper()
		done, err := f.Change(ctx, ada, give(carla, person.Auditor, ""))
		if err != nil {
			t.Fatal(err)
		}
		return done.Event.ID
	}
	first := ask()
	_, err := f.Answer(ctx, bruno, first, account.Refused, "")
	f.wantRefused(err, refusal.RefusalReason)
	_, err = f.Answer(ctx, bruno, first, account.Withdrawn, "")
	f.wantRefused(err, refusal.RequesterWithdraws)
	if e, err := f.Answer(ctx, bruno, first, account.Refused, "non serve"); err != nil || e.Kind != account.Refused || e.Reason != "non serve" {
		t.Errorf("got %+v, %v", e, err)
	}
	if e, err := f.Answer(ctx, ada, ask(), account.Withdrawn, ""); err != nil || e.Kind != account.Withdrawn {
		t.Errorf("got %+v, %v", e, err)
	}
	last := ask()
	f.clock.Advance(8 * 24 * time.Hour)
	_, err = f.Confirm(ctx, bruno, last)
	f.wantRefused(err, refusal.RequestExpired)
	if n, err := f.Maintain(ctx); err != nil || n != 1 {
		t.Errorf("maintenance: %d expired, %v", n, err)
	}
	if f.events() != 6 || f.roles(carla.ID) != "[]" {
		t.Errorf("got %d events, roles %s, want 6 events and no role", f.events(), f.roles(carla.ID))
	}
}

// Each change that the rules allow leaves exactly one event with who, whom, what and the rights before and after, and the tables follow;
// each that they refuse leaves none. What the rules allow to whom is enumerated in domain/account.
func TestEachChangeIsOneEvent(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada := f.person("ada", admin)
	f.person("bruno", admin)
	before := 0
	for n, role := range []person.Role{
		person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor, person.Auditor, person.Administrator, person.Citizen, person.Integration,
	} {
		at := account.RoleAt{Role: role}
		switch role {
		case person.ASROperator, person.ASRSupervisor:
			at.Entity = torino
		case person.RegionalOperator, person.RegionalSupervisor:
			at.Entity = catalog.Region
		default:
		}
		holder, other := f.person(fmt.Sprintf("titolare.%d", n), at), f.person(fmt.Sprintf("altra.%d", n))
		for _, c := range []account.Change{
			{Operation: account.GiveRole, Account: other.ID, Role: role, Entity: at.Entity}, {Operation: account.GiveRole, Account: ada.ID, Role: role, Entity: at.Entity},
			{Operation: account.RenewCredentials, Account: holder.ID}, {Operation: account.EndRole, Account: holder.ID, Role: role, Entity: at.Entity}, {Operation: account.Disable, Account: other.ID},
		} {
			facts, err := f.identity.Facts(ctx, c.Account)
			if err != nil {
				t.Fatal(err)
			}
			done, err := f.Change(ctx, ada, accounts.Request{Change: c})
			if err != nil {
				if c.Account != ada.ID || role != person.Administrator { // she has this role
					t.Errorf("%+v: %v", c, err)
				}
			} else {
				before++
			}
			if f.events() != before {
				t.Fatalf("%+v: got %d events, want %d", c, f.events(), before)
			}
			if err != nil {
				continue
			}
			page, err := f.History(ctx, c.Account, 0, 1)
			if err != nil || len(page) != 1 {
				t.Fatalf("%+v: got %d events, %v", c, len(page), err)
			}
			e := page[0]
			if e.Record.By.ID != ada.ID || e.Record.By.Role != string(person.Administrator) || e.Event.Change != c || fmt.Sprint(e.Event.Before) != fmt.Sprint(facts.Rights) {
				t.Errorf("%+v: got event %+v by %+v", c, e.Event, e.Record.By)
			}
			now, err := f.identity.Facts(ctx, c.Account)
			want := e.Event.After
			if done.Waits() {
				want = e.Event.Before
			}
			if err != nil || fmt.Sprint(now.Rights) != fmt.Sprint(want) {
				t.Errorf("%+v: got rights %+v, %v, want %+v", c, now.Rights, err, want)
			}
		}
	}
}
