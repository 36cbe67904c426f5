// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog_test

import (
	"strings"
	"testing"

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
	recorder := accesslog.NewRecorder(pools)
	citizen := person.Actor{ID: string(one), Role: person.Citizen}
	for _, r := range []accesslog.Access{
		{By: anna, Ticket: one, Kind: accesslog.Ticket},
		{By: anna, Ticket: other, Kind: accesslog.Ticket},
		{By: citizen, Ticket: one, Kind: accesslog.Attachment, Detail: string(other)},
		{By: anna, Kind: accesslog.Search, Person: "somebody"},
		{By: anna, Kind: accesslog.Search, Person: "somebody else"},
		{By: auditor, Ticket: one, Kind: accesslog.History},
	} {
		if _, err := recorder.Record(t.Context(), r); err != nil {
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
			ids, texts = append(ids, e.ID), append(texts, string(e.By.Role)+" "+string(e.Kind)+" "+e.Detail)
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
	db := storetest.New(t)
	pools := db.Store.Pools()
	subject := strings.Repeat("0f", 32)
	id := person.IDFromSubject(subject)
	for _, p := range []string{subject, id, strings.Repeat("1f", 32)} {
		_, err := storetest.Connect(t, db.URL).Exec(t.Context(), `
			insert into access.reads (person, role, entity, what, detail, subject) values ($1, 'operatore_asr', '010301', 'search', '', $2)`, anna.ID, p)
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := accesslog.List(t.Context(), pools.Request, auditor, one, id, nil, 0, 10)
	if err != nil || len(all) != 2 || all[0].Person != id || all[1].Person != id {
		t.Errorf("got %+v, %v, want two searches for %s", all, err, id)
	}
}
