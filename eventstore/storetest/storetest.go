// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package storetest gives each test a migrated database of its own and a store on it, on a private Postgres that
// the test process starts when the first test asks.
//
//	func TestMain(m *testing.M) { storetest.Run(m) }
//
//	func TestSomething(t *testing.T) {
//		store := storetest.New(t).Store
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/migrations"
)

const templateDB = "sol_template"

// DB is a database that nobody else uses, dropped when the test ends.
type DB struct {
	URL   string // as its owner
	Store *eventstore.Store
}

// New makes a database and opens a store on it; options change the store's configuration first.
func New(t testing.TB, options ...func(*eventstore.Config)) *DB {
	t.Helper()
	db := &DB{URL: createDatabase(t, templateDB)}
	db.Store = db.OpenNode(t, options...)
	return db
}

// Open makes a database and opens a store on it, for examples, which have no testing.TB. closeDB closes the store and drops
// the database; it panics when that fails.
func Open(ctx context.Context, options ...func(*eventstore.Config)) (db *DB, closeDB func(), err error) {
	url, drop, err := newDatabase(ctx, templateDB)
	if err != nil {
		return nil, nil, err
	}
	db = &DB{URL: url}
	if db.Store, err = db.openNode(ctx, options); err != nil {
		return nil, nil, errors.Join(err, drop())
	}
	closeDB = func() {
		db.Store.Close()
		if err := drop(); err != nil {
			panic(err)
		}
	}
	return db, closeDB, nil
}

// Empty makes a database that is not migrated, and returns its URL as its owner.
func Empty(t testing.TB) string {
	t.Helper()
	return createDatabase(t, "template1")
}

func createDatabase(t testing.TB, template string) (url string) {
	t.Helper()
	url, drop, err := newDatabase(t.Context(), template)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Error(err)
		}
	})
	return url
}

// newDatabase starts the server if it does not run, and copies the template.
func newDatabase(ctx context.Context, template string) (url string, drop func() error, err error) {
	startOnce.Do(func() { startErr = launchServer(context.Background()) })
	if startErr != nil {
		return "", nil, startErr
	}
	name := fmt.Sprintf("sol_test_%d", databaseCount.Add(1))
	if err := testServer.execContext(ctx, `create database `+name+` template `+template+` strategy file_copy`); err != nil {
		return "", nil, err
	}
	drop = func() error {
		return testServer.execContext(context.WithoutCancel(ctx), `drop database `+name+` with (force)`)
	}
	return testServer.postgres.URL(name), drop, nil
}

// OpenNode opens one more store on the database, as another process would; it is closed when the test ends.
func (d *DB) OpenNode(t testing.TB, options ...func(*eventstore.Config)) *eventstore.Store {
	t.Helper()
	store, err := d.openNode(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}

func (d *DB) openNode(ctx context.Context, options []func(*eventstore.Config)) (*eventstore.Store, error) {
	cfg := eventstore.Config{URL: d.URL, MasterKey: MasterKey()}
	for _, o := range options {
		o(&cfg)
	}
	return eventstore.Open(ctx, cfg)
}

// MasterKey is the one that all test databases share.
func MasterKey() []byte { return bytes.Repeat([]byte{7}, 32) }

// Run runs a package's tests and stops the server behind them. Checks come last, e.g. for goroutines left behind.
func Run(m *testing.M, checks ...func() error) {
	code := m.Run()
	for _, check := range append([]func() error{stopServer}, checks...) {
		if err := check(); err != nil {
			fmt.Fprintln(os.Stderr, "storetest:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// patience is how long Leaks waits for goroutines to end.
const patience = time.Minute

// Leaks waits until no goroutine runs but those that the options name, and reports those that stay. goleak alone gives up after less
// than half a second: a pool of pgx that has lost a connection sleeps for half a second before it ends.
func Leaks(options ...goleak.Option) error {
	for deadline := time.Now().Add(patience); ; { // each round of goleak's waits a while
		if err := goleak.Find(options...); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

type server struct {
	postgres *embedpg.Server
	dir      string
}

var (
	databaseCount atomic.Int64
	startOnce     sync.Once
	testServer    server
	startErr      error
)

// launchServer starts the server and migrates the database that all others are copies of.
func launchServer(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "storetest")
	if err != nil {
		return fmt.Errorf("test server: %w", err)
	}
	testServer.dir = dir
	if err := os.Chmod(dir, 0o755); err != nil { // the server's own user passes through it
		return fmt.Errorf("test server: %w", err)
	}
	testServer.postgres, err = embedpg.Start(ctx, embedpg.Config{
		Dir: dir + "/pg", Unsafe: true,
		// Autovacuum's workers are a superuser's: a database that one of them is in cannot be dropped by its owner.
		Settings: map[string]string{"max_connections": "400", "autovacuum": "off"},
	})
	if err != nil {
		return fmt.Errorf("test server: %w", err)
	}
	if err := testServer.execContext(ctx, `create database `+templateDB); err != nil {
		return err
	}
	return migrations.Up(ctx, testServer.postgres.URL(templateDB))
}

func stopServer() error {
	if testServer.postgres != nil {
		if err := testServer.postgres.Stop(context.Background()); err != nil {
			return fmt.Errorf("stop test server: %w", err)
		}
	}
	if testServer.dir == "" {
		return nil
	}
	return os.RemoveAll(testServer.dir)
}

// execContext runs a statement from a database that no test uses.
func (s *server) execContext(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.postgres.URL("postgres"))
	if err != nil {
		return fmt.Errorf("test server: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("test server: %w", err)
	}
	return nil
}
