// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package persons_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestMain(m *testing.M) { storetest.Run(m) }

const code = "RSSMRA85T10A562S"

var by = eventstore.Actor{ID: "someone", Role: "operatore_asr", Entity: "010301"}

func assign(t *testing.T, d *persons.Directory, taxCode string) persons.Person {
	t.Helper()
	p, err := d.Assign(t.Context(), taxCode)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// open appends a stream about a person whose form holds the tax code.
func open(t *testing.T, s *eventstore.Store, subject, taxCode string) (stream string) {
	t.Helper()
	stream = uuid.Must(uuid.NewV7()).String()
	_, err := s.Append(t.Context(), eventstore.Append{
		Stream: stream, Kind: "talk", By: by, Subject: subject,
		Events: []eventstore.NewEvent{{Type: "talk.opened.v1", Data: []byte(`{}`), Personal: []byte(taxCode)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

func erase(t *testing.T, s *eventstore.Store, stream string) {
	t.Helper()
	_, err := s.Append(t.Context(), eventstore.Append{
		Stream: stream, Kind: "talk", By: by, ExpectedVersion: 1, Erase: true, Events: []eventstore.NewEvent{{Type: "talk.erased.v1", Data: []byte(`{}`)}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// taxCodeOf returns the tax code that open stored.
func taxCodeOf(s *eventstore.Store) func(context.Context, eventstore.StreamID) (string, error) {
	return func(ctx context.Context, stream eventstore.StreamID) (string, error) {
		records, err := s.ReadStream(ctx, stream)
		if err != nil {
			return "", err
		}
		return string(records[0].Personal), nil
	}
}

func reindex(t *testing.T, s *eventstore.Store) persons.Reindexed {
	t.Helper()
	r, err := persons.New(s).Reindex(t.Context(), taxCodeOf(s), func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// beforeReindex makes the log one that a node of the first release wrote.
func beforeReindex(t *testing.T, s *eventstore.Store) {
	t.Helper()
	if _, err := s.Pools().Consumer.Exec(t.Context(), `update person.settings set random_ids = false`); err != nil {
		t.Fatal(err)
	}
}

// TestNodesAssignOneID opens the same new persons on two nodes at the same time.
func TestNodesAssignOneID(t *testing.T) {
	db := storetest.New(t)
	nodes := []*persons.Directory{persons.New(db.Store), persons.New(db.OpenNode(t))}
	for n := range 20 {
		ids := make(chan string)
		for i := range 8 {
			go func() {
				p, err := nodes[i%2].Assign(t.Context(), fmt.Sprintf("STP%013d", n))
				if err != nil {
					ids <- err.Error()
					return
				}
				ids <- p.ID
			}()
		}
		first := <-ids
		for range 7 {
			if id := <-ids; id != first || uuid.Validate(id) != nil {
				t.Fatalf("person %d: got ids %s and %s, want one", n, first, id)
			}
		}
	}
}

func TestFindReturnsAssignedPersons(t *testing.T) {
	d := persons.New(storetest.New(t).Store)
	if id, ok, err := d.Find(t.Context(), code); err != nil || ok {
		t.Errorf("unknown person: got %s, %t, %v, want none", id, ok, err)
	}
	p := assign(t, d, code)
	if id, ok, err := d.Find(t.Context(), code); err != nil || !ok || id != p.ID {
		t.Errorf("got %s, %t, %v, want %s", id, ok, err, p.ID)
	}
	if p.Subject != "" || uuid.MustParse(p.ID).Version() != 4 {
		t.Errorf("got %+v, want a random id and no keyed hash", p)
	}
}

// TestGoAndSQLComputeTheSameIDs compares person.IDFromSubject with person.id_of.
func TestGoAndSQLComputeTheSameIDs(t *testing.T) {
	s := storetest.New(t).Store
	subjects := []string{"", "s1", uuid.NewString(), strings.Repeat("0", 64), strings.Repeat("f", 64)}
	for n := range 64 {
		subjects = append(subjects, s.KeyedHash(persons.HashPurpose, fmt.Sprint(n)))
	}
	for _, subject := range subjects {
		var id string
		if err := s.Pools().Consumer.QueryRow(t.Context(), `select person.id_of($1)`, subject).Scan(&id); err != nil {
			t.Fatal(err)
		}
		if got := person.IDFromSubject(subject); got != id {
			t.Errorf("%q: got %s in Go, %s in SQL", subject, got, id)
		}
		if len(subject) == 64 && (uuid.Validate(id) != nil || uuid.MustParse(id).Version() != 8 || uuid.MustParse(id).Variant() != uuid.RFC4122) {
			t.Errorf("%q: got %s, want a UUID of version 8", subject, id)
		}
	}
}

// TestReindexBeginsWithRandomIDs re-indexes a log of the first release: until then persons get the id of their subject and events hold the
// subject; from then on new persons get random ids, and known ones keep theirs.
func TestReindexBeginsWithRandomIDs(t *testing.T) {
	db := storetest.New(t)
	beforeReindex(t, db.Store)
	d := persons.New(db.Store)
	subject := db.Store.KeyedHash(persons.HashPurpose, code)
	open(t, db.Store, subject, code)                                                                             // by a node of the first release
	erased := open(t, db.Store, db.Store.KeyedHash(persons.HashPurpose, "MRTMTT25D09F205Z"), "MRTMTT25D09F205Z") // erased before
	erase(t, db.Store, erased)

	if p := assign(t, d, code); p.ID != person.IDFromSubject(subject) || p.Subject != subject {
		t.Errorf("before: got %+v, want the id of the subject %s", p, subject)
	}
	if id, ok, err := d.Find(t.Context(), "RSSMRA80A01H501U"); err != nil || !ok || id != person.IDFromSubject(db.Store.KeyedHash(persons.HashPurpose, "RSSMRA80A01H501U")) {
		t.Errorf("before: got %s, %t, %v, want the id of the subject, which a node of the first release may have written", id, ok, err)
	}
	if err := d.CheckReindexed(t.Context()); !errors.Is(err, persons.ErrNotReindexed) {
		t.Errorf("before: got %v, want ErrNotReindexed", err)
	}
	if _, err := d.RenewKey(t.Context()); !errors.Is(err, persons.ErrNotReindexed) {
		t.Errorf("renew before: got %v, want ErrNotReindexed", err)
	}

	for range 2 { // the second time changes nothing
		if r := reindex(t, db.Store); r.Streams != 1 || r.Left != 0 {
			t.Errorf("got %+v, want one stream and nobody left", r)
		}
	}
	if p := assign(t, d, code); p.ID != person.IDFromSubject(subject) || p.Subject != "" {
		t.Errorf("after: got %+v, want the same id and no subject", p)
	}
	if p := assign(t, d, "RSSMRA80A01H501U"); uuid.MustParse(p.ID).Version() != 4 {
		t.Errorf("after: got %+v for a new person, want a random id", p)
	}
	if _, ok, err := d.Find(t.Context(), "MRTMTT25D09F205Z"); err != nil || ok {
		t.Errorf("after: got an entry for a person whose only ticket was erased: %t, %v", ok, err)
	}
}

// TestOldKeyCanBeDestroyed renews the key of tax codes, re-indexes, and destroys the version of the old events' hashes. Old and new
// tickets of a person still have one id.
func TestOldKeyCanBeDestroyed(t *testing.T) {
	db := storetest.New(t)
	beforeReindex(t, db.Store)
	subject := db.Store.KeyedHash(persons.HashPurpose, code)
	open(t, db.Store, subject, code)
	reindex(t, db.Store)
	if v, err := persons.New(db.Store).RenewKey(t.Context()); err != nil || v != 2 {
		t.Fatalf("got version %d, %v, want 2", v, err)
	}
	if err := persons.New(db.Store).DestroyKey(t.Context(), 1, false); !errors.As(err, new(*persons.LeftError)) {
		t.Errorf("destroy before the re-indexing: got %v, want *LeftError", err)
	}
	node := db.OpenNode(t)
	if r := reindex(t, node); r.Added != 1 || r.Left != 0 {
		t.Errorf("got %+v, want one person added and nobody left", r)
	}
	if err := persons.New(node).DestroyKey(t.Context(), 1, false); err != nil {
		t.Fatal(err)
	}
	after := db.OpenNode(t)
	if p := assign(t, persons.New(after), code); p.ID != person.IDFromSubject(subject) {
		t.Errorf("got %+v, want the id of the old event", p)
	}
	for _, hash := range after.KeyedHashes(persons.HashPurpose, code) {
		if hash == subject {
			t.Error("the hash of the old event can still be computed")
		}
	}
}

// TestNodesReadKeysAgainAfterADestruction renews and destroys the key of tax codes while nodes run that do not read the keys again in time.
// Some were cut off since before the new version. They still give a known person the same id, and add no row of the destroyed version.
func TestNodesReadKeysAgainAfterADestruction(t *testing.T) {
	db := storetest.New(t)
	known := assign(t, persons.New(db.Store), code)
	var nodes []*eventstore.Store
	for range 4 {
		nodes = append(nodes, db.OpenNode(t, func(c *eventstore.Config) { c.KeyInterval = time.Hour }))
	}
	owner := storetest.Connect(t, db.URL)
	if _, err := owner.Exec(t.Context(), `delete from keys.nodes`); err != nil { // as if they had been silent for a minute
		t.Fatal(err)
	}
	if _, err := persons.New(db.Store).RenewKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, node := range nodes[:2] {
		if err := node.Keyring().Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if p := assign(t, persons.New(db.Store), code); p != known { // adds the row of the new version
		t.Fatalf("got %+v, want %+v", p, known)
	}
	if err := persons.New(db.Store).DestroyKey(t.Context(), 1, false); err != nil {
		t.Fatal(err)
	}
	for i, node := range nodes {
		d := persons.New(node)
		if i%2 == 0 {
			if id, ok, err := d.Find(t.Context(), code); err != nil || !ok || id != known.ID {
				t.Errorf("node %d: found %s, %t, %v, want %s", i+1, id, ok, err, known.ID)
			}
		} else if p := assign(t, d, code); p != known {
			t.Errorf("node %d: got %+v, want %+v", i+1, p, known)
		}
	}
	var rows int
	err := owner.QueryRow(t.Context(), `select count(*) from person.directory where key_version = 1`).Scan(&rows)
	if err != nil || rows != 0 {
		t.Errorf("got %d rows of the destroyed version, %v, want 0", rows, err)
	}
}

// TestErasedPersonIsRemoved checks that a person leaves the directory with the last ticket, and that then no column of the database holds a
// keyed hash of the tax code.
func TestErasedPersonIsRemoved(t *testing.T) {
	db := storetest.New(t)
	d := persons.New(db.Store)
	p := assign(t, d, code)
	first, second := open(t, db.Store, p.ID, code), open(t, db.Store, p.ID, code)
	for i, stream := range []string{first, second} {
		erase(t, db.Store, stream)
		if removed, err := d.RemoveErased(t.Context(), p.ID); err != nil || removed != (i == 1) {
			t.Errorf("ticket %d: got removed %t, %v, want %t", i+1, removed, err, i == 1)
		}
	}
	if id, ok, err := d.Find(t.Context(), code); err != nil || ok {
		t.Errorf("got %s, %t, %v, want no person", id, ok, err)
	}
	hash := db.Store.KeyedHash(persons.HashPurpose, code)
	for table, rows := range dump(t, db.URL) {
		if strings.Contains(rows, hash) {
			t.Errorf("%s holds the keyed hash of the erased person's tax code", table)
		}
	}
	if again := assign(t, d, code); again.ID == p.ID {
		t.Error("got the id of the erased person for a new ticket, want another one")
	}
}

// TestErasureOfOldTicketsKeepsPersonOfOthers checks that a ticket of the first release counts for the person.
func TestErasureOfOldTicketsKeepsPersonOfOthers(t *testing.T) {
	db := storetest.New(t)
	beforeReindex(t, db.Store)
	subject := db.Store.KeyedHash(persons.HashPurpose, code)
	old := open(t, db.Store, subject, code)
	reindex(t, db.Store)
	d := persons.New(db.Store)
	p := assign(t, d, code)
	later := open(t, db.Store, p.ID, code)
	erase(t, db.Store, later)
	if removed, err := d.RemoveErased(t.Context(), p.ID); err != nil || removed {
		t.Errorf("got removed %t, %v, want false: an old ticket is left", removed, err)
	}
	erase(t, db.Store, old)
	if removed, err := d.RemoveErased(t.Context(), p.ID); err != nil || !removed {
		t.Errorf("got removed %t, %v, want true", removed, err)
	}
}

// dump returns all rows of every table as text, by the table's name.
func dump(t *testing.T, url string) map[string]string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	rows, err := conn.Query(t.Context(), `
		select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, table := range tables {
		var text *string
		if err := conn.QueryRow(t.Context(), `select string_agg(x::text, ' ') from `+table+` x`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		if text != nil {
			all[table] = *text
		}
	}
	if len(all) < 5 {
		t.Fatalf("got %d tables with rows, want more", len(all))
	}
	return all
}
