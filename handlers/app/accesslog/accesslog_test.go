// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

func TestMain(m *testing.M) { storetest.Run(m) }

const (
	one   ticket.ID = "01930000-0000-7000-8000-000000000001"
	other ticket.ID = "01930000-0000-7000-8000-000000000002"
)

var (
	anna    = person.Actor{ID: "01930000-0000-7000-8000-00000000000a", Role: person.ASROperator, Entity: "010301"}
	auditor = person.Actor{ID: "01930000-0000-7000-8000-00000000000b", Role: person.Auditor}
)

func TestOnlyAuditorsListAccesses(t *testing.T) {
	db := storetest.New(t)
	pools := db.Store.Pools()
	citizen := person.Actor{ID: string(one), Role: person.Citizen}
	for _, r := range []accesslog.Access{
		{By: anna, Ticket: one, Kind: accesslog.Ticket},
		{By: anna, Ticket: other, Kind: accesslog.Ticket},
		{By: citizen, Ticket: one, Kind: accesslog.Attachment, Detail: other},
		{By: anna, Kind: accesslog.Search, Person: "somebody"},
		{By: anna, Kind: accesslog.Search, Person: "somebody else"},
		{By: auditor, Ticket: one, Kind: accesslog.History},
	} {
		if err := accesslog.Record(t.Context(), pools, r); err != nil {
			t.Fatal(err)
		}
	}
	list := func(reader person.Actor, subject string, before int64, limit int) (ids []int64, texts []string) {
		t.Helper()
		all, err := accesslog.List(t.Context(), pools.Request, reader, one, subject, nil, before, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if e.At.IsZero() {
				t.Errorf("got %+v without a time", e)
			}
			ids, texts = append(ids, e.ID), append(texts, string(e.By.Role)+" "+string(e.Kind)+" "+string(e.Detail))
		}
		return ids, texts
	}
	ids, texts := list(auditor, "somebody", 0, 10)
	if got, want := strings.Join(texts, "|"), "auditor history |operatore_asr search |cittadino attachment "+string(other)+"|operatore_asr ticket "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if next, _ := list(auditor, "somebody", ids[1], 1); len(next) != 1 || next[0] != ids[2] {
		t.Errorf("got %v after %d, want %d", next, ids[1], ids[2])
	}
	if _, texts := list(auditor, "", 0, 10); len(texts) != 3 {
		t.Errorf("without a subject: got %q, want the 3 reads of the ticket", texts)
	}
	for _, reader := range []person.Actor{anna, citizen, {Role: person.Administrator}, {}} {
		if ids, _ := list(reader, "somebody", 0, 10); len(ids) != 0 {
			t.Errorf("%s: got %v, want no entry", reader.Role, ids)
		}
	}
}

// TestRecordsOfTheFirstReleaseAreFound lists a search whose record holds the keyed hash of the tax code, as the first release wrote it.
func TestRecordsOfTheFirstReleaseAreFound(t *testing.T) {
	pools := storetest.New(t).Store.Pools()
	subject := strings.Repeat("0f", 32)
	id := person.IDFromSubject(subject)
	for _, p := range []string{subject, id, strings.Repeat("1f", 32)} {
		if err := accesslog.Record(t.Context(), pools, accesslog.Access{By: anna, Kind: accesslog.Search, Person: p}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := accesslog.List(t.Context(), pools.Request, auditor, one, id, nil, 0, 10)
	if err != nil || len(all) != 2 || all[0].Person != id || all[1].Person != id {
		t.Errorf("got %+v, %v, want two searches for %s", all, err, id)
	}
}

// No database role, the owner included, can change or delete a record before 24 months have passed.
func TestRecordsCannotBeChangedFor24Months(t *testing.T) {
	db := storetest.New(t)
	if err := accesslog.Record(t.Context(), db.Store.Pools(), accesslog.Access{By: anna, Ticket: one, Kind: accesslog.Ticket}); err != nil {
		t.Fatal(err)
	}
	owner := storetest.Connect(t, db.URL)
	count := func() (n int) {
		t.Helper()
		if err := owner.QueryRow(t.Context(), `select count(*) from access.reads`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	asRequest := func(sql string, args ...any) error {
		return db.Store.Pools().Request.InTx(t.Context(), "test", pgx.TxOptions{}, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), sql, args...)
			return err
		})
	}
	for role, run := range map[string]func(sql string, args ...any) error{
		"sol_request": asRequest,
		"sol_worker": func(sql string, args ...any) error {
			_, err := db.Store.Pools().Consumer.Exec(t.Context(), sql, args...)
			return err
		},
		"the owner": func(sql string, args ...any) error { _, err := owner.Exec(t.Context(), sql, args...); return err },
	} {
		for _, sql := range []string{
			`update access.reads set person = 'nobody'`, `update access.reads set at = at - interval '3 years'`, `delete from access.reads`, `truncate access.reads`,
		} {
			if err := run(sql); err == nil {
				t.Errorf("%s can run %q, want an error", role, sql)
			}
		}
	}
	insert := `insert into access.reads (at, person, role, entity, ticket, what, detail, subject) values (now() - $1::interval, '', 'anonimo', '', $2, 'ticket', '', '')`
	if err := asRequest(insert, "1 hour", one); err == nil {
		t.Error("sol_request can set the time of a record, want an error")
	}
	for _, ago := range []string{"23 months", "25 months"} {
		if _, err := owner.Exec(t.Context(), insert, ago, one); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := accesslog.DeleteExpired(t.Context(), db.Store.Pools().Consumer); err != nil || n != 1 {
		t.Errorf("got %d deleted records, %v, want 1", n, err)
	}
	if n := count(); n != 2 {
		t.Errorf("got %d remaining records, want 2", n)
	}
}
