// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/proof"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/agreements"
	"github.com/sol-assistenza/sol/migrations"
)

// TestEarlierReleases starts from the database of each earlier release: a small demo, dumped by pg_dump. Every event is read and has the
// hash that was recorded, commands are found, read models and sagas go on and can be rebuilt, people log in, and a ticket is opened with the
// next number.
func TestEarlierReleases(t *testing.T) {
	t.Parallel()
	forEachRelease(t, testRelease)
}

// forEachRelease runs a subtest on a database of its own for each earlier release, with the dump of the release.
func forEachRelease(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	dumps, err := filepath.Glob("testdata/releases/*.sql.gz")
	if err != nil || len(dumps) < 2 {
		t.Fatalf("got dumps %q, %v, want those of the earlier releases", dumps, err)
	}
	onReleases(t, dumps, test)
}

// onReleases runs a subtest for each dump, on a database of its own.
func onReleases(t *testing.T, dumps []string, test func(t *testing.T, database string)) {
	t.Helper()
	for _, dump := range dumps {
		t.Run(strings.TrimSuffix(filepath.Base(dump), ".sql.gz"), func(t *testing.T) {
			database := storetest.Empty(t)
			loadDump(t, database, dump)
			test(t, database)
		})
	}
}

// migrateRelease migrates the database of a release and returns the configuration of a node on it.
func migrateRelease(t *testing.T, database string) config.Config {
	t.Helper()
	if err := migrations.Up(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	c := config.Config{DataDir: t.TempDir(), DatabaseURL: database, Hold: rules.DefaultHold, External: config.External{MailDomain: "localhost"}}
	c.MasterKey = masterkey.InFile(filepath.Join(c.DataDir, "master.key"))
	if err := os.WriteFile(c.MasterKey.File(), fmt.Appendf(nil, "%x\n", storetest.MasterKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

func testRelease(t *testing.T, database string) {
	leaves := readLeaves(t, database)
	n, err := newNode(t.Context(), migrateRelease(t, database), slog.New(slog.DiscardHandler), trusted(database), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	running, stop := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() { ended <- n.projections.Start(running) }()
	go func() { ended <- n.sagas.Run(running) }()
	defer func() {
		stop()
		for range cap(ended) {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}()
	checkHistories(t, n)
	checkFirstCommands(t, n)
	openNext(t, n)
	checkReaderTags(t, n)
	checkHistories(t, n) // events of both releases side by side
	for position, leaf := range readLeaves(t, database) {
		if old, ok := leaves[position]; ok && leaf != old {
			t.Errorf("event %d: got leaf %s, want %s as in the release before", position, leaf, old)
		}
	}
	if err := n.service.WaitForLists(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, m := range listReadModels(t, n) {
		if err := n.projections.Rebuild(t.Context(), m, nil); err != nil {
			t.Errorf("rebuild %s: %v", m, err)
		}
	}
	storetest.Eventually(t, "read models and sagas have handled the whole log", func() bool { return hasHandledAll(t, n) })
	p := demo.People(catalog.Default(), time.Now())[0]
	if _, err := n.identity.Login(t.Context(), p.Username, p.Password, p.PIN, "192.0.2.7"); err != nil {
		t.Errorf("log in as %s: %v", p.Username, err)
	}
}

// loadDump executes a dump as the superuser, as psql would.
func loadDump(t *testing.T, database, dump string) {
	t.Helper()
	file, err := os.Open(dump)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	sql, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	owner, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	owner.User = url.User("postgres")
	conn, err := pgx.Connect(t.Context(), owner.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.PgConn().Exec(t.Context(), string(sql)).ReadAll(); err != nil {
		t.Fatalf("restore %s: %v", dump, err)
	}
}

// checkHistories decodes the history of every ticket and compares the leaf of each event with its recorded hash.
func checkHistories(t *testing.T, n *node) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), n.config.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), `select id::text from log.streams where kind = 'ticket'`)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(ids) < 12 {
		t.Fatalf("got %d tickets, %v, want at least 12", len(ids), err)
	}
	for _, id := range ids {
		history, err := n.service.History(t.Context(), ticket.ID(id))
		if err != nil {
			t.Fatal(err)
		}
		records, err := n.store.ReadStream(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		inputs, err := proof.ReadLeafInputs(t.Context(), n.store.Pools().Request, eventstore.Reader{Everything: true}, uuid.MustParse(id))
		if err != nil || len(inputs) < len(records) || len(records) < len(history) { // a saga may append meanwhile
			t.Fatalf("got %d leaf inputs, %d records, %v, want %d", len(inputs), len(records), err, len(history))
		}
		for i, r := range records {
			if hash := sha256.Sum256(append([]byte{0}, inputs[i].Record...)); hash != r.Hash {
				t.Errorf("event %d: got hash %x, want %x as recorded", r.Position, hash, r.Hash)
			}
		}
	}
}

// checkFirstCommands checks that the command that opened each ticket is found by the key that the demo gave it.
func checkFirstCommands(t *testing.T, n *node) {
	t.Helper()
	records, err := n.store.Read(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if r.Version != 1 || r.Stream == agreements.StreamID {
			continue
		}
		id := eventstore.CommandID{Actor: cmp.Or(r.By.ID, r.By.Role), Key: fmt.Sprintf("demo/%s/1", r.Stream)}
		if first, found, err := n.store.FindCommand(t.Context(), id, nil); err != nil || !found || first.Stream != r.Stream {
			t.Errorf("%+v: got %+v, found %v, %v, want the result in stream %s", id, first, found, err, r.Stream)
		}
	}
}

// readLeaves returns the stored leaves of all events, by position.
func readLeaves(t *testing.T, database string) map[int64]string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), `select position, encode(hash, 'hex') from log.events`)
	if err != nil {
		t.Fatal(err)
	}
	leaves := map[int64]string{}
	var position int64
	var leaf string
	_, err = pgx.ForEachRow(rows, []any{&position, &leaf}, func() error {
		leaves[position] = leaf
		return nil
	})
	if err != nil || len(leaves) == 0 {
		t.Fatalf("got %d leaves, %v, want some", len(leaves), err)
	}
	return leaves
}

// checkReaderTags gives the tickets of the earlier release reader tags, if that release wrote none, and compares the tags of all tickets with the
// rules. Sagas may append meanwhile, with tags.
func checkReaderTags(t *testing.T, n *node) {
	t.Helper()
	var outdated int
	if err := n.store.Pools().Read.QueryRow(t.Context(), `select count(*) from log.streams where kind = 'ticket' and readers_version is distinct from version`).Scan(&outdated); err != nil {
		t.Fatal(err)
	}
	if refreshed, err := n.service.RefreshReaders(t.Context()); err != nil || (refreshed > 0) != (outdated > 0) {
		t.Errorf("got tags for %d tickets, %v, want some of %d", refreshed, err, outdated)
	}
	if again, err := n.service.RefreshReaders(t.Context()); err != nil || again != 0 {
		t.Errorf("again: got tags for %d tickets, %v, want 0", again, err)
	}
	rows, err := n.store.Pools().Read.Query(t.Context(), `select id::text, coalesce(readers_version, 0), readers from log.streams where kind = 'ticket'`)
	if err != nil {
		t.Fatal(err)
	}
	type tagged struct {
		ID      ticket.ID
		Version int
		Readers []ticket.ReaderTag
	}
	tickets, err := pgx.CollectRows(rows, pgx.RowToStructByPos[tagged])
	if err != nil || len(tickets) < 12 {
		t.Fatalf("got %d tickets, %v, want at least 12", len(tickets), err)
	}
	for _, got := range tickets {
		history, err := n.service.History(t.Context(), got.ID)
		if err != nil {
			t.Fatal(err)
		}
		var state ticket.State
		for _, r := range history[:got.Version] {
			state = ticket.Evolve(state, r)
		}
		if got.Version == 0 || !slices.Equal(got.Readers, state.Readers()) {
			t.Errorf("ticket %s: got tags %q at version %d, want %q", got.ID, got.Readers, got.Version, state.Readers())
		}
	}
}

// openNext opens a ticket with the next number.
func openNext(t *testing.T, n *node) {
	t.Helper()
	id, err := app.NewID()
	if err != nil {
		t.Fatal(err)
	}
	number, err := n.service.NextNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = n.service.Dispatch(t.Context(), app.CommandRequest{Ticket: id, By: person.Actor{Role: person.Anonymous}, Command: ticket.Open{
		Number: number, Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: "010301", Channel: ticket.ChannelWeb,
		Identity: ticket.Declared, Requester: ticket.ForSelf,
		Form: ticket.Form{
			GivenName: "Dora", FamilyName: "Esempio", TaxCode: "RSSMRA85T10A562S", Email: "dora@example.org", Phone: "0115550000",
			Description: "Prova",
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func listReadModels(t *testing.T, n *node) (names []string) {
	t.Helper()
	list, err := n.projections.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		names = append(names, m.Name)
	}
	return names
}

// hasHandledAll reports whether no read model and no live saga of this release is behind the head. None may fail or skip a ticket.
func hasHandledAll(t *testing.T, n *node) bool {
	t.Helper()
	models, err := n.projections.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sagas, err := n.service.ListSagas(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lag := int64(0)
	for _, m := range models {
		if lag += m.Lag; m.Failures > 0 || m.Skipped > 0 {
			t.Fatalf("got read model %+v, want no failure and no skipped ticket", m)
		}
	}
	for _, s := range sagas {
		if !s.Live {
			continue
		}
		if lag += s.Lag; s.Failing > 0 || s.Skipped > 0 {
			t.Fatalf("got saga %+v, want no failing timer and no skipped ticket", s)
		}
	}
	return lag == 0
}
