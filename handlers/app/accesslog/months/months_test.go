// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package months_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accesslog/months"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// connect returns a connection of the role that drops months.
func connect(t *testing.T, db *storetest.DB) *pgx.Conn {
	t.Helper()
	conn := storetest.Connect(t, db.URL)
	if _, err := conn.Exec(t.Context(), `set role `+months.Role); err != nil {
		t.Fatal(err)
	}
	return conn
}

// age makes records of this month, and moves them with their month into the past, as the owner of the database can.
func age(t *testing.T, db *storetest.DB, ago int, records int) {
	t.Helper()
	recorder, sealer := accesslog.NewRecorder(db.Store.Pools()), accesslog.NewSealer(db.Store)
	for i := range records {
		sealed, err := sealer.Seal(t.Context(), accesslog.TermsLabel, fmt.Sprint("Mario Prova ", i))
		if err != nil {
			t.Fatal(err)
		}
		_, err = recorder.Record(t.Context(), accesslog.Access{
			By: person.Actor{ID: "anna", Role: person.ASROperator, Entity: "010301"}, Kind: accesslog.Search, Terms: sealed, Shown: []ticket.ID{"01930000-0000-7000-8000-000000000001"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	owner := storetest.Connect(t, db.URL)
	_, err := owner.Exec(t.Context(), fmt.Sprintf(`
		do $$
		declare
			this date := date_trunc('month', clock_timestamp() at time zone 'UTC');
			past date := this - interval '%d months';
			name text := 'records_' || to_char(this, 'YYYY_MM');
			copy text := 'records_' || to_char(past, 'YYYY_MM');
		begin
			execute format('create table kept as select * from access.%%I', name);
			update kept set at = at - interval '%d months';
			execute format('alter table access.records detach partition access.%%I', name);
			execute format('drop table access.%%I', name);
			delete from access.months where month = this;
			perform access.make_month(past);
			execute format('alter table access.%%I no force row level security', copy);
			execute format('insert into access.%%I select * from kept', copy);
			execute format('alter table access.%%I force row level security', copy);
			update access.months set first_position = (select min(position) from kept) where month = past;
			drop table kept;
			perform access.make_month(this);
		end $$`, ago, ago))
	if err != nil {
		t.Fatal(err)
	}
}

// TestMonthsAreDroppedWithASignedRoot drops the only month that is older than 24 months. It leaves a note that anybody can verify, whose root is
// that of its leaves, and positions go on.
func TestMonthsAreDroppedWithASignedRoot(t *testing.T) {
	db := storetest.New(t)
	age(t, db, 26, 11)
	owner := storetest.Connect(t, db.URL)
	rows, _ := owner.Query(t.Context(), `select leaf from access.records order by position`)
	leaves, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		t.Fatal(err)
	}
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) (hashes []tlog.Hash, err error) {
		for _, i := range indexes {
			hashes = append(hashes, stored[i])
		}
		return hashes, nil
	})
	for i, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(i), tlog.Hash(leaf), read)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
	}
	want, err := tlog.TreeHash(int64(len(leaves)), read)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "access.key")
	signer, verifier, err := months.ReadKey(file)
	if err != nil {
		t.Fatal(err)
	}
	if again, made, err := months.ReadKey(file); err != nil || made != "" || again.KeyHash() != signer.KeyHash() {
		t.Errorf("the key read again: got %v, %q, %v", again, made, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got a key file %v, %v, want mode 0600", info.Mode(), err)
	}

	var dropped []months.Month
	if err := months.DropExpired(t.Context(), connect(t, db), 1, signer, func(m months.Month) { dropped = append(dropped, m) }); err != nil {
		t.Fatal(err)
	}
	if len(dropped) != 1 || dropped[0].First != 1 || dropped[0].Last != 11 {
		t.Fatalf("got %+v, want one month with positions 1 to 11", dropped)
	}
	text, err := months.Verify(dropped[0].Note, verifier)
	if err != nil || !strings.Contains(text, "1 11\n"+want.String()+"\n") {
		t.Errorf("got note %q, %v, want root %s", text, err, want)
	}
	if _, err := months.Verify(strings.Replace(dropped[0].Note, "1 11", "1 10", 1), verifier); err == nil {
		t.Error("an altered note is verified, want an error")
	}
	all, err := months.List(t.Context(), connect(t, db))
	if err != nil || all[0].Note != dropped[0].Note || all[0].DroppedAt.IsZero() {
		t.Errorf("got %+v, %v, want the dropped month first", all, err)
	}
	var n, destroyed int
	if err := owner.QueryRow(t.Context(), `select (select count(*) from access.records), (select count(*) from keys.keys where destroyed_at is not null)`).Scan(&n, &destroyed); err != nil || n != 0 || destroyed != 1 {
		t.Errorf("got %d records and %d destroyed keys, %v, want 0 and 1", n, destroyed, err)
	}
	position, err := accesslog.NewRecorder(db.Store.Pools()).Record(t.Context(), accesslog.Access{Kind: accesslog.Lists})
	if err != nil || position != 12 {
		t.Errorf("the next record: got position %d, %v, want 12", position, err)
	}
}

// TestMonthsAreKept: no role drops a month before 24 months are over, none but sol_maintenance drops one at all, and none with another root. Altered
// records stop it too.
func TestMonthsAreKept(t *testing.T) {
	db := storetest.New(t)
	age(t, db, 24, 3) // the youngest of its records may be 23 months old
	signer, _, err := months.ReadKey(filepath.Join(t.TempDir(), "access.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := months.DropExpired(t.Context(), connect(t, db), 24, signer, func(m months.Month) { t.Errorf("dropped %v", m.Month) }); err != nil {
		t.Fatal(err)
	}
	age(t, db, 30, 3)
	for role, do := range map[string]func(sql string) error{
		"sol_worker": func(sql string) error { _, err := db.Store.Pools().Consumer.Exec(t.Context(), sql); return err },
		"sol_append": func(sql string) error { _, err := db.Store.Pools().Append.Exec(t.Context(), sql); return err },
		months.Role:  func(sql string) error { _, err := connect(t, db).Exec(t.Context(), sql); return err },
	} {
		for _, sql := range []string{
			`select access.drop_month(month, 24, '\x00', '') from access.months order by month limit 1`,
			`select access.drop_month((date_trunc('month', now()) - interval '30 months')::date, 24, '\x00', '')`,
			`delete from access.records`, `update access.months set root = '\x00'`, `drop table access.records cascade`,
		} {
			if err := do(sql); err == nil {
				t.Errorf("%s: %q is not refused", role, sql)
			}
		}
	}
	if err := connect(t, db).QueryRow(t.Context(), `select count(*) from access.records`).Scan(new(int)); err == nil {
		t.Error(months.Role + " can read records, want an error")
	}
	owner := storetest.Connect(t, db.URL)
	_, err = owner.Exec(t.Context(), `
		do $$ begin
			execute (select format('alter table access.%I disable trigger all, no force row level security; delete from access.%1$I where position = 5', 'records_' || to_char(min(month), 'YYYY_MM')) from access.months);
		end $$`)
	if err != nil {
		t.Fatal(err)
	}
	if err := months.DropExpired(t.Context(), connect(t, db), 24, signer, func(m months.Month) { t.Errorf("dropped %v", m.Month) }); err == nil {
		t.Error("a month without one of its records is dropped, want an error")
	}
}
