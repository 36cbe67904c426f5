// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package answers_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accessreport"
	"github.com/sol-assistenza/sol/handlers/app/answers"
)

// earlier stores n records of a look as a node of the first releases did, which ended at some time ago.
func (f *fixture) earlier(by app.Caller, what string, id ticket.ID, detail, ago string, n int) {
	f.Helper()
	_, err := storetest.Connect(f.T, f.Database).Exec(f.Context(), `
		insert into access.reads (at, person, role, entity, ticket, what, detail, subject)
		select clock_timestamp() - $6::interval, $1, $2, $3, nullif($4, '')::uuid, $5, $7, case $5 when 'search' then 'someone' else '' end from generate_series(1, $8)`,
		by.Actor.ID, string(by.Actor.Role), string(by.Actor.Entity), string(id), what, ago, detail, n)
	f.must(err)
}

// TestAnswersHoldTheRecordsOfTheFirstReleases: report and search find them, and say from when on each look has a record.
func TestAnswersHoldTheRecordsOfTheFirstReleases(t *testing.T) {
	f := newFixture(t)
	ours, theirs := f.open(torino, "Alfa", "STP0000000000001"), f.open(novara, "Beta", "STP0000000000002")
	f.must(f.App.WaitForLists(t.Context()))
	view, err := f.App.ViewTicket(t.Context(), f.anna, ours)
	f.must(err)
	_, upgraded := f.report(f.auditor, accessreport.Query{Accounts: []string{f.nora.Actor.ID}})
	if upgraded.CompleteFrom.IsZero() || !upgraded.EarlierFrom.IsZero() || upgraded.CompleteFrom.After(time.Now()) {
		t.Errorf("without earlier records: got %+v", upgraded.Coverage)
	}

	f.earlier(f.anna, "ticket", ours, "", "40 days", 1)
	f.earlier(f.anna, "attachment", ours, string(view.Files()[0].ID), "39 days", 450)
	f.earlier(f.nora, "ticket", theirs, "", "38 days", 20_500)
	f.earlier(f.anna, "checks", theirs, "", "37 days", 1)
	f.earlier(f.anna, "search", "", "", "0 s", 1)

	q := accessreport.Query{Accounts: []string{f.anna.Actor.ID}}
	rows, sum := f.report(f.auditor, q)
	want := "Alfa alfa@example.it +390110000000 452+0 [ricevuta di Alfa.pdf] [010301]\nBeta beta@example.it +390110000000 1+0 [] [010208]"
	if text(rows) != want || sum.Openings != 453 {
		t.Errorf("of an account: got\n%s\n%+v, want\n%s", text(rows), sum, want)
	}
	if sum.CompleteFrom.Before(upgraded.CompleteFrom) || time.Since(sum.EarlierFrom) < 39*24*time.Hour || sum.Covers(time.Time{}) || sum.Covers(sum.CompleteFrom.Add(-time.Second)) || !sum.Covers(sum.CompleteFrom) {
		t.Errorf("got %+v, want the records complete from the last of the first releases on, and earlier ones of 40 days ago", sum.Coverage)
	}
	if _, sum := f.report(f.auditor, accessreport.Query{Tickets: []ticket.ID{ours}}); sum.Openings != 452 {
		t.Errorf("on a ticket: got %+v", sum)
	}
	if _, sum := f.report(f.auditor, accessreport.Query{From: time.Now().AddDate(0, 0, -41), To: time.Now().AddDate(0, 0, -37).Add(-time.Hour)}); sum.Openings != 1+450+20_500 {
		t.Errorf("in an interval: got %+v", sum)
	}
	if rows, sum := f.report(f.ofTorino, q); len(rows) != 1 || rows[0].Ticket != ours || sum.CompleteFrom.IsZero() {
		t.Errorf("for an entity's auditor: got %+v", rows)
	}
	if rows, sum := f.report(f.anna, q); len(rows) != 0 || !sum.EarlierFrom.IsZero() {
		t.Errorf("for an operator: got %+v, %+v", rows, sum)
	}

	find := func(by app.Caller, s answers.Search) (found []string) {
		t.Helper()
		s.Limit = 100
		last := int64(1 << 62)
		for {
			page, before, err := f.answers.FindRecords(t.Context(), by, s)
			f.must(err)
			for _, e := range page {
				if e.ID >= last || e.At.IsZero() {
					t.Fatalf("position %d of %s follows %d", e.ID, e.At, last)
				}
				if last = e.ID; last < 0 && e.Outcome != accesslog.Shown {
					t.Errorf("got outcome %q", e.Outcome)
				}
				found = append(found, strings.TrimSpace(string(e.Kind)+" "+map[bool]string{true: e.Number}[e.ID < 0]))
			}
			if s.Before = before; before == 0 {
				return found
			}
		}
	}
	state, _, err := f.App.State(t.Context(), ours)
	f.must(err)
	beta, _, err := f.App.State(t.Context(), theirs)
	f.must(err)
	all := find(f.auditor, answers.Search{Account: f.anna.Actor.ID})
	if len(all) != 455 || !slices.Equal(slices.Compact(slices.Clone(all)), []string{"accesses", "ticket", "search", "checks " + beta.Number, "attachment " + state.Number, "ticket " + state.Number}) {
		t.Errorf("of an account: got %d records, %q", len(all), slices.Compact(slices.Clone(all)))
	}
	for name, c := range map[string]struct {
		by   app.Caller
		s    answers.Search
		want int
	}{
		"by kind":                  {f.auditor, answers.Search{Account: f.anna.Actor.ID, Kind: accesslog.Checks}, 1},
		"by ticket":                {f.auditor, answers.Search{Ticket: ours, Account: f.anna.Actor.ID}, 452},
		"refused":                  {f.auditor, answers.Search{Account: f.anna.Actor.ID, Outcome: accesslog.Refused}, 0},
		"by controller":            {f.auditor, answers.Search{Account: f.anna.Actor.ID, Controller: torino}, 1},
		"in an interval":           {f.auditor, answers.Search{Account: f.anna.Actor.ID, From: time.Now().AddDate(0, 0, -41), To: time.Now().AddDate(0, 0, -38)}, 451},
		"of Torino, for Torino":    {f.ofTorino, answers.Search{Account: f.anna.Actor.ID}, 455},
		"of Novara, for Torino":    {f.ofTorino, answers.Search{Account: f.nora.Actor.ID}, 0},
		"without a right to audit": {f.nora, answers.Search{Account: f.anna.Actor.ID}, 0},
	} {
		if found := find(c.by, c.s); len(found) != c.want {
			t.Errorf("%s: got %d records, want %d", name, len(found), c.want)
		}
	}
	if coverage, err := f.answers.Coverage(t.Context(), f.auditor); err != nil || !coverage.CompleteFrom.Equal(sum.CompleteFrom) {
		t.Errorf("got %+v, %v, want %+v", coverage, err, sum.Coverage)
	}
}
