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

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accessreport"
	"github.com/sol-assistenza/sol/handlers/app/answers"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

func TestMain(m *testing.M) { storetest.Run(m) }

const (
	torino catalog.EntityCode = "010301"
	novara catalog.EntityCode = "010208"
)

// fixture is a system with an operator of each of two entities and auditors.
type fixture struct {
	*testing.T
	*handlertest.System
	answers                                *answers.Service
	anna, nora, auditor, ofTorino, officer app.Caller
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t, System: handlertest.New(t, handlertest.Options{})}
	f.answers = answers.New(f.App)
	account := func(name string, role person.Role, entity catalog.EntityCode) app.Caller {
		id := f.Account(t, name, person.ASROperator, torino)
		return app.Caller{Actor: person.Actor{ID: id, Role: role, Entity: entity}}
	}
	f.anna, f.nora = account("anna", person.ASROperator, torino), account("nora", person.ASROperator, novara)
	f.auditor, f.ofTorino = account("revisore", person.Auditor, ""), account("revisore-to", person.Auditor, torino)
	f.officer = account("rpd-to", person.DataProtectionOfficer, torino)
	return f
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// open opens a ticket of a fictitious person with a file.
func (f *fixture) open(entity catalog.EntityCode, family, taxCode string) ticket.ID {
	f.Helper()
	o, err := f.App.Open(f.Context(), app.Caller{Actor: person.Actor{Role: person.Anonymous}, From: "192.0.2.1"}, app.OpenRequest{
		Service: "ritiro-documenti", Problem: "altro", Entity: entity, Form: ticket.Form{
			GivenName: "Prova", FamilyName: family, TaxCode: taxCode, Email: strings.ToLower(family) + "@example.it", Phone: "+390110000000", Description: "Non trovo il referto.",
		},
		Files: []attachment.FileUpload{{Name: "ricevuta di " + family + ".pdf", Content: []byte("%PDF-1.4\n%%EOF\n")}},
	}, app.Idempotency{})
	f.must(err)
	return ticket.ID(o.Stream)
}

// read opens a ticket and its file.
func (f *fixture) read(by app.Caller, id ticket.ID) {
	f.Helper()
	view, err := f.App.ViewTicket(f.Context(), by, id)
	f.must(err)
	_, _, err = f.App.ReadFile(f.Context(), by, id, view.Files()[0].ID)
	f.must(err)
}

// list records that a list showed tickets.
func (f *fixture) list(by app.Caller, shown ...ticket.ID) {
	f.Helper()
	_, err := f.App.AccessLog.Record(f.Context(), accesslog.Access{By: by.Actor, Kind: accesslog.Lists, Shown: shown, Detail: "tutte"})
	f.must(err)
}

// report returns the rows of a report as texts, and its summary.
func (f *fixture) report(by app.Caller, q accessreport.Query) (rows []accessreport.Row, sum accessreport.Summary) {
	f.Helper()
	err := f.answers.Report(f.Context(), by, q, nil, func(s accessreport.Summary) error {
		sum = s
		return nil
	}, func(r accessreport.Row) error {
		rows = append(rows, r)
		return nil
	})
	f.must(err)
	return rows, sum
}

func text(rows []accessreport.Row) string {
	var lines []string
	for _, r := range rows {
		lines = append(lines, fmt.Sprintf("%s %s %s %d+%d %v %v", r.FamilyName, r.Email, r.Phone, r.Openings, r.Listings, r.Files, r.Controllers))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestReportNamesWhoseDataAnAccountSaw(t *testing.T) {
	f := newFixture(t)
	first, second, third, unseen := f.open(torino, "Alfa", "STP0000000000001"), f.open(torino, "Alfa", "STP0000000000001"), f.open(novara, "Beta", "STP0000000000002"), f.open(torino, "Gamma", "STP0000000000003")
	f.must(f.App.WaitForLists(t.Context())) // the page of a ticket lists the others of its person
	f.read(f.anna, first)
	f.read(f.anna, first)
	f.read(f.nora, third)
	f.list(f.anna, second, first)
	f.list(f.nora, third)
	if _, err := f.App.AccessLog.Record(t.Context(), accesslog.Access{By: f.anna.Actor, Kind: accesslog.Ticket, Ticket: unseen, Outcome: accesslog.Refused}); err != nil {
		t.Fatal(err)
	}

	rows, sum := f.report(f.auditor, accessreport.Query{Accounts: []string{f.anna.Actor.ID}})
	want := "Alfa alfa@example.it +390110000000 0+3 [] [010301]\nAlfa alfa@example.it +390110000000 4+1 [ricevuta di Alfa.pdf] [010301]"
	if text(rows) != want || sum.Persons != 1 || sum.Tickets != 2 || sum.Openings != 4 || sum.Listings != 4 {
		t.Fatalf("got\n%s\n%+v, want\n%s", text(rows), sum, want)
	}
	for _, r := range rows {
		if len(r.Accounts) != 1 || r.Accounts[0] != f.anna.Actor.ID || r.PersonID == "" || r.First.IsZero() || r.Last.Before(r.First) {
			t.Errorf("got %+v", r)
		}
	}

	// All accounts, on a ticket; in an interval; two accounts.
	rows, _ = f.report(f.auditor, accessreport.Query{Tickets: []ticket.ID{third}})
	if want := "Beta beta@example.it +390110000000 2+1 [ricevuta di Beta.pdf] [010208]"; text(rows) != want {
		t.Errorf("on a ticket: got\n%s, want\n%s", text(rows), want)
	}
	now := time.Now()
	if rows, sum = f.report(f.auditor, accessreport.Query{From: now.Add(-time.Hour), To: now.Add(time.Hour)}); sum.Persons != 2 || sum.Tickets != 3 || len(rows) != 3 {
		t.Errorf("in an interval: got %+v", sum)
	}
	if _, sum = f.report(f.auditor, accessreport.Query{From: now.Add(-2 * time.Hour), To: now.Add(-time.Hour)}); sum.Tickets != 0 {
		t.Errorf("in an interval before: got %+v, want none", sum)
	}
	if _, sum = f.report(f.auditor, accessreport.Query{Accounts: []string{f.anna.Actor.ID, f.nora.Actor.ID}}); sum.Tickets != 3 || sum.Persons != 2 {
		t.Errorf("of two accounts: got %+v", sum)
	}
	if err := f.answers.Report(t.Context(), f.auditor, accessreport.Query{}, nil, nil, nil); !errors.Is(err, accessreport.ErrTooWide) {
		t.Errorf("of everything: got %v, want a refusal", err)
	}

	// The data that were erased since are not in it, and the ticket is.
	if _, err := f.App.EraseTicket(t.Context(), person.Actor{ID: f.auditor.Actor.ID, Role: person.Administrator}, first); err != nil {
		t.Fatal(err)
	}
	rows, _ = f.report(f.auditor, accessreport.Query{Tickets: []ticket.ID{first}})
	if len(rows) != 1 || !rows[0].Erased || rows[0].FamilyName != "" || rows[0].Email != "" || rows[0].Openings != 4 || rows[0].Number == "" {
		t.Errorf("erased: got %+v", rows)
	}
}

// TestReportIsForAuditorsOfItsTickets asks as auditors and officers of the Region and of one entity, and as others.
func TestReportIsForAuditorsOfItsTickets(t *testing.T) {
	f := newFixture(t)
	ours, theirs := f.open(torino, "Alfa", "STP0000000000001"), f.open(novara, "Beta", "STP0000000000002")
	f.read(f.anna, ours)
	f.list(f.anna, ours, theirs)
	f.read(f.nora, theirs)
	q := accessreport.Query{Tickets: []ticket.ID{ours, theirs}}
	line := app.Caller{Actor: person.Actor{ID: "sol-command-line", Role: person.Administrator}, Client: accesslog.Client{CommandLine: true}}
	for name, c := range map[string]struct {
		by   app.Caller
		want int
	}{
		"the Region's auditor": {f.auditor, 2}, "the command line": {line, 2}, "an entity's auditor": {f.ofTorino, 1}, "an entity's officer": {f.officer, 1},
		"an operator": {f.anna, 0}, "an administrator": {app.Caller{Actor: person.Actor{ID: f.anna.Actor.ID, Role: person.Administrator}}, 0},
		"a supervisor": {app.Caller{Actor: person.Actor{ID: f.anna.Actor.ID, Role: person.ASRSupervisor, Entity: torino}}, 0}, "nobody": {app.Caller{}, 0},
	} {
		if rows, _ := f.report(c.by, q); len(rows) != c.want {
			t.Errorf("%s: got %d rows, want %d", name, len(rows), c.want)
		}
	}
}

// TestReportIsRecorded finds the report among the looks at the ticket that it showed.
func TestReportIsRecorded(t *testing.T) {
	f := newFixture(t)
	id := f.open(torino, "Alfa", "STP0000000000001")
	f.read(f.anna, id)
	f.report(f.auditor, accessreport.Query{Accounts: []string{f.anna.Actor.ID}})
	rows, _ := f.report(f.auditor, accessreport.Query{Accounts: []string{f.auditor.Actor.ID}})
	if len(rows) != 1 || rows[0].Ticket != id || rows[0].Listed[accesslog.Accesses] != 1 {
		t.Errorf("got %+v, want the report as a look at the ticket", rows)
	}
}
