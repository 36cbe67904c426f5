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

func TestWhoRead(t *testing.T) {
	db := storetest.New(t)
	requests := db.Store.RequestPool()
	holder := person.Actor{ID: string(one), Role: person.Citizen}
	for _, r := range []accesslog.Access{
		{By: anna, Ticket: one, Kind: accesslog.Ticket},
		{By: anna, Ticket: other, Kind: accesslog.Ticket},
		{By: holder, Ticket: one, Kind: accesslog.Attachment, Detail: other},
		{By: anna, Kind: accesslog.Search, Subject: "somebody"},
		{By: anna, Kind: accesslog.Search, Subject: "somebody else"},
		{By: auditor, Ticket: one, Kind: accesslog.History},
	} {
		if err := accesslog.Record(t.Context(), requests, r); err != nil {
			t.Fatal(err)
		}
	}
	list := func(as person.Actor, subject string, before int64, limit int) (ids []int64, texts []string) {
		t.Helper()
		all, err := accesslog.List(t.Context(), requests, as, one, subject, before, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if e.At.IsZero() {
				t.Errorf("%+v has no time", e)
			}
			ids, texts = append(ids, e.ID), append(texts, string(e.By.Role)+" "+string(e.Kind)+" "+string(e.Detail))
		}
		return ids, texts
	}
	ids, texts := list(auditor, "somebody", 0, 10)
	if got, want := strings.Join(texts, "|"), "auditor history |operatore_asr search |cittadino attachment "+string(other)+"|operatore_asr ticket "; got != want {
		t.Errorf("it tells %s, want %s", got, want)
	}
	if next, _ := list(auditor, "somebody", ids[1], 1); len(next) != 1 || next[0] != ids[2] {
		t.Errorf("after %d comes %v, want %d", ids[1], next, ids[2])
	}
	if _, texts := list(auditor, "", 0, 10); len(texts) != 3 {
		t.Errorf("of an erased citizen it tells %q", texts)
	}
	for _, as := range []person.Actor{anna, holder, {Role: person.Administrator}, {}} {
		if ids, _ := list(as, "somebody", 0, 10); len(ids) != 0 {
			t.Errorf("%s is told of %v", as.Role, ids)
		}
	}
}

// TestKept: what was written stays as it is for 24 months, whoever asks.
func TestKept(t *testing.T) {
	db := storetest.New(t)
	if err := accesslog.Record(t.Context(), db.Store.RequestPool(), accesslog.Access{By: anna, Ticket: one, Kind: accesslog.Ticket}); err != nil {
		t.Fatal(err)
	}
	owner, err := pgx.Connect(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close(t.Context()) }()
	count := func() (n int) {
		t.Helper()
		if err := owner.QueryRow(t.Context(), `select count(*) from access.reads`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for who, run := range map[string]func(sql string) error{
		"sol_request": func(sql string) error { _, err := db.Store.RequestPool().Exec(t.Context(), sql); return err },
		"sol_worker":  func(sql string) error { _, err := db.Store.WorkerPool().Exec(t.Context(), sql); return err },
		"the owner":   func(sql string) error { _, err := owner.Exec(t.Context(), sql); return err },
	} {
		for _, sql := range []string{
			`update access.reads set person = 'nobody'`, `update access.reads set at = at - interval '3 years'`, `delete from access.reads`, `truncate access.reads`,
		} {
			if err := run(sql); err == nil {
				t.Errorf("%s may %s", who, sql)
			}
		}
	}
	insert := `insert into access.reads (at, person, role, entity, ticket, what, detail, subject) values (now() - $1::interval, '', 'anonimo', '', $2, 'ticket', '', '')`
	if _, err := db.Store.RequestPool().Exec(t.Context(), insert, "1 hour", one); err == nil {
		t.Error("sol_request says itself when it was")
	}
	for _, ago := range []string{"23 months", "25 months"} {
		if _, err := owner.Exec(t.Context(), insert, ago, one); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := accesslog.DeleteExpired(t.Context(), db.Store.WorkerPool()); err != nil || n != 1 {
		t.Errorf("tidied %d, %v", n, err)
	}
	if n := count(); n != 2 {
		t.Errorf("%d are left", n)
	}
}
