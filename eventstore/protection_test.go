// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestEventsAreAppendOnly(t *testing.T) {
	db := storetest.New(t)
	mustAppend(t, db.Store, newAppend(newID(), 0, "for ever"))
	statements := []string{
		`update log.events set actor = 'nobody'`,
		`delete from log.events`,
		`truncate log.events`,
		`insert into log.events select * from log.events on conflict (position) do update set actor = 'nobody'`,
	}
	conn := storetest.Connect(t, db.URL)
	for _, role := range []string{"none", "sol_append", "sol_worker", "sol_viewer"} { // none: the owner of the tables
		if _, err := conn.Exec(t.Context(), `set role `+role); err != nil {
			t.Fatal(err)
		}
		for _, sql := range statements {
			_, err := conn.Exec(t.Context(), sql)
			var pg *pgconn.PgError
			if !errors.As(err, &pg) || pg.Code != "42501" {
				t.Errorf("as %s: %s: got %v, want a refusal", role, sql, err)
			} else if byTrigger := strings.Contains(pg.Message, "append-only"); byTrigger != (role == "none") {
				t.Errorf("as %s: %s: got %q, want the trigger's refusal for the owner only", role, sql, pg.Message)
			}
		}
	}
	if log := readLog(t, db.Store); len(log) != 1 || log[0].By != operator {
		t.Errorf("afterwards: got log %+v, want the one unchanged event", log)
	}
}

// TestRolePrivileges checks the rights of the roles. The request role may read positions of the log and its consumers, but not events.
func TestRolePrivileges(t *testing.T) {
	db := storetest.New(t)
	can := map[string]bool{
		"sol_viewer log.logs select": true, "sol_viewer log.consumers select": true,
		"sol_viewer log.events select": false, "sol_viewer keys.keys select": false, "sol_viewer keys.master select": false,
		"sol_append log.events insert": true, "sol_append log.allocator update": false, "sol_append log.ticks insert": true, "sol_append log.ticks delete": false, "sol_append log.consumers update": false,
		"sol_append log.commands delete": false, "sol_append log.recent_commands insert": true, "sol_append log.recent_commands delete": false, "sol_append keys.keys delete": false,
		"sol_worker log.earlier_commands delete": false, "sol_worker log.earlier_commands truncate": false,
		"sol_viewer log.commands select": false, "sol_viewer log.recent_commands select": false,
		"sol_worker log.events insert": false, "sol_worker keys.keys update": false, "sol_worker keys.keys insert": false,
		"sol_worker log.logs update": false, "sol_worker log.ticks insert": false, "sol_worker log.consumers update": true, "sol_worker keys.master select": false,
		"sol_worker identity.sessions select": true, "sol_append identity.sessions select": false,
		"sol_viewer identity.sessions select": false, "sol_viewer identity.accounts select": false,
	}
	conn := storetest.Connect(t, db.URL)
	for what, want := range can {
		var got bool
		parts := strings.Fields(what)
		err := conn.QueryRow(t.Context(), `
			select has_schema_privilege($1, split_part($2, '.', 1), 'usage') and has_table_privilege($1, to_regclass($2)::oid, $3)`,
			parts[0], parts[1], parts[2]).Scan(&got)
		if err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", what, got, err, want)
		}
	}
	for _, role := range []string{"sol_viewer", "sol_append", "sol_worker"} {
		var isPrivileged bool
		err := conn.QueryRow(t.Context(), `
			select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or not rolcanlogin
				or exists (select from pg_auth_members where member = r.oid) or exists (select from pg_shdepend where deptype = 'o' and refobjid = r.oid)
			from pg_roles r where rolname = $1`, role).Scan(&isPrivileged)
		if err != nil || isPrivileged {
			t.Errorf("%s: got privileged %v, %v, want false", role, isPrivileged, err)
		}
	}
}

func TestWrongMasterKeyIsRefused(t *testing.T) {
	db := storetest.New(t)
	for name, key := range map[string][]byte{"not the master key": bytes.Repeat([]byte{8}, 32), "16 bytes": make([]byte, 16)} {
		_, err := eventstore.Open(t.Context(), eventstore.Config{URL: db.URL, MasterKey: key})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want an error with %q", err, name)
		}
	}
}

// TestLeavesCanBeRecomputed computes every leaf from the columns of the table by the layout in package proof, as an auditor can.
func TestLeavesCanBeRecomputed(t *testing.T) {
	db := storetest.New(t)
	text := rapid.StringMatching(`[a-zà-ú.€]{1,12}`)
	rapid.Check(t, func(r *rapid.T) {
		stream := newID()
		a := eventstore.Append{
			Stream: stream, Kind: "talk", Cause: rapid.Int64Range(0, 99).Draw(r, "cause"),
			By: eventstore.Actor{ID: text.Draw(r, "actor"), Role: text.Draw(r, "role"), Entity: rapid.StringN(0, 5, -1).
				Filter(func(s string) bool { return !strings.Contains(s, "\x00") }).Draw(r, "entity")},
		}
		for range rapid.IntRange(1, 3).Draw(r, "events") {
			e := eventstore.NewEvent{Type: text.Draw(r, "type"), Data: rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(r, "data")}
			if rapid.Bool().Draw(r, "sealed") {
				e.Personal = append([]byte{}, rapid.SliceOf(rapid.Byte()).Draw(r, "personal")...)
			}
			if rapid.Bool().Draw(r, "attached") {
				blob, err := db.Store.WriteBlob(t.Context(), stream, newID(), []byte("file"))
				if err != nil {
					r.Fatal(err)
				}
				e.Blobs = []string{blob.ID}
			}
			a.Events = append(a.Events, e)
		}
		result, err := db.Store.Append(t.Context(), a)
		if err != nil {
			r.Fatal(err)
		}
		records, err := db.Store.ReadStream(t.Context(), stream)
		if err != nil {
			r.Fatal(err)
		}
		for i, record := range records {
			if string(record.Data) != string(a.Events[i].Data) || string(record.Personal) != string(a.Events[i].Personal) ||
				(record.Personal == nil) != (a.Events[i].Personal == nil) {
				r.Fatalf("got %+v, want %+v", record, a.Events[i])
			}
		}
		if result.Version != len(a.Events) {
			r.Fatalf("got %+v, want version %d", result, len(a.Events))
		}
	})

	rows, err := storetest.Connect(t, db.URL).Query(t.Context(), `
		select stream, version, type, recorded_at, actor, role, entity, act, coalesce(cause, 0), data, coalesce(sealed, ''),
			coalesce(key, '00000000-0000-0000-0000-000000000000'), blobs, hash
		from log.events`)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for rows.Next() {
		var stream, act, key uuid.UUID
		var version uint32
		var kind, actor, role, entity string
		var at time.Time
		var cause uint64
		var data, sealed, hash []byte
		var blobs []uuid.UUID
		err := rows.Scan(&stream, &version, &kind, &at, &actor, &role, &entity, &act, &cause, &data, &sealed, &key, &blobs, &hash)
		if err != nil {
			t.Fatal(err)
		}
		number := binary.BigEndian
		content := appendSizedText(appendSizedText(appendSizedText(nil, actor), role), entity)
		content = number.AppendUint64(append(content, act[:]...), cause)
		content = appendSizedText(appendSizedText(append(content, key[:]...), string(data)), string(sealed))
		content = number.AppendUint32(content, uint32(len(blobs)))
		for _, b := range blobs {
			content = append(content, b[:]...)
		}
		sum := sha256.Sum256(content)
		record := appendSizedText(number.AppendUint32(stream[:], version), kind)
		record = append(number.AppendUint64(record, uint64(at.UnixMicro())), sum[:]...)
		if want := tlog.RecordHash(record); !bytes.Equal(want[:], hash) {
			t.Fatalf("leaf of %s/%d: got %x, want the recomputed %x", stream, version, hash, want)
		}
		checked++
	}
	if rows.Err() != nil || checked == 0 {
		t.Fatalf("got %d checked leaves, %v, want some", checked, rows.Err())
	}
}

func appendSizedText(b []byte, part string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(part))), part...)
}
