// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package months_test

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accesslog/months"
)

// TestEarlierRecordsLeaveASignedRoot drops the months of the releases before that are over, no others, with a note each; no node deletes or adds any.
func TestEarlierRecordsLeaveASignedRoot(t *testing.T) {
	db := storetest.New(t)
	owner := storetest.Connect(t, db.URL)
	for _, ago := range []int{40, 30, 30, 25, 24, 1} {
		for _, sql := range []string{
			`insert into access.reads (at, person, role, entity, ticket, what, detail, subject)
				values (now() - make_interval(months => $1), 'an"na', 'operatore_asr', '010301', '01930000-0000-7000-8000-000000000001', 'ticket', '', '')`,
			`insert into access.searches (at, person, role, entity, subject, terms) values (now() - make_interval(months => $1), 'anna', 'operatore_asr', '010301', '', '{a,b}')`,
		} {
			if _, err := owner.Exec(t.Context(), sql, ago); err != nil {
				t.Fatal(err)
			}
		}
	}
	count := func() (n int) {
		t.Helper()
		if err := owner.QueryRow(t.Context(), `select (select count(*) from access.reads) + (select count(*) from access.searches)`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	worker := storetest.ConnectAs(t, db.URL, "sol_worker")
	for _, sql := range []string{
		`delete from access.reads`, `delete from access.searches`,
		`insert into access.reads (person, role, entity, ticket, what, detail, subject) values ('x', 'x', '', '01930000-0000-7000-8000-000000000001', 'ticket', '', '')`,
		`select access.drop_earlier('2020-01-01', 24, '', '')`, `select access.root_of('select 1')`,
	} {
		if tag, err := worker.Exec(t.Context(), sql); err == nil && tag.RowsAffected() > 0 {
			t.Errorf("a node can run %s", sql)
		}
	}
	now := time.Now().UTC()
	first := time.Date(now.Year(), now.Month()-40, 1, 0, 0, 0, 0, time.UTC)
	for _, sql := range []string{
		`select access.drop_earlier($1::text::date, 24, '\x00', '')`, `select access.drop_earlier(($1::text::date + interval '10 months')::date, 24, '\x00', '')`, `select access.drop_earlier($1::text::date, 60, '\x00', '')`,
		`select access.drop_earlier(($1::text::date + interval '39 months')::date, 0, '\x00', '')`,
	} {
		if _, err := connect(t, db).Exec(t.Context(), sql, first.Format(time.DateOnly)); err == nil {
			t.Errorf("%s is not refused", sql)
		}
	}
	if n := count(); n != 12 {
		t.Fatalf("got %d records, want 12", n)
	}

	// The leaves of the first month, computed here.
	var position, micros int64
	if err := owner.QueryRow(t.Context(), `select id - 1000000000000000, (extract(epoch from at) * 1000000)::bigint from access.reads order by id limit 1`).Scan(&position, &micros); err != nil {
		t.Fatal(err)
	}
	leaf := func(text string) []byte { h := sha256.Sum256([]byte("\x00" + text)); return h[:] }
	one := leaf(fmt.Sprintf(`[0, %d, %d, "ticket", "an\"na", "operatore_asr", "010301", "01930000-0000-7000-8000-000000000001", "", "", null]`, position, micros))
	if err := owner.QueryRow(t.Context(), `select id - 1000000000000000, (extract(epoch from at) * 1000000)::bigint from access.searches order by id limit 1`).Scan(&position, &micros); err != nil {
		t.Fatal(err)
	}
	two := leaf(fmt.Sprintf(`[0, %d, %d, "search", "anna", "operatore_asr", "010301", null, "", "", ["a","b"]]`, position, micros))
	root := sha256.Sum256([]byte("\x01" + string(one) + string(two)))

	signer, verifier, err := months.ReadKey(filepath.Join(t.TempDir(), "access.key"))
	if err != nil {
		t.Fatal(err)
	}
	var dropped []months.Month
	if err := months.DropExpired(t.Context(), connect(t, db), 24, signer, func(m months.Month) { dropped = append(dropped, m) }); err != nil {
		t.Fatal(err)
	}
	if len(dropped) != 3 || !dropped[0].Earlier || !dropped[0].Month.Equal(first) || dropped[1].Last-dropped[1].First != 3 || count() != 4 {
		t.Errorf("got %+v, want three months, and 4 of 12 records; got %d", dropped, count())
	}
	for _, m := range dropped {
		if _, err := months.Verify(m.Note, verifier); err != nil {
			t.Errorf("%s: %v", m.Note, err)
		}
	}
	var stored []byte
	if err := owner.QueryRow(t.Context(), `select root from access.earlier_months order by month limit 1`).Scan(&stored); err != nil || string(stored) != string(root[:]) {
		t.Errorf("got root %x, %v, want %x", stored, err, root)
	}
	all, err := months.List(t.Context(), connect(t, db))
	if err != nil || len(all) < 3 || all[0].Note != dropped[0].Note || !all[2].Earlier || all[3].Earlier || !strings.Contains(all[1].Note, fmt.Sprintf("%d %d 4\n", all[1].First, all[1].Last)) {
		t.Errorf("got %+v, %v, want the dropped months first", all, err)
	}

	// A node of the release before logs in as the owner, and its cleanup goes on.
	if _, err := owner.Exec(t.Context(), `set role sol_worker`); err != nil {
		t.Fatal(err)
	}
	tag, err := owner.Exec(t.Context(), `delete from access.reads where at < clock_timestamp() - interval '24 months'`)
	if err != nil || tag.RowsAffected() != 1 {
		t.Errorf("got %s, %v, want the record of 24 months ago deleted", tag, err)
	}
}
