// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package storetest gives each test its own migrated database with an open store. The databases are on a private Postgres server,
// which the test process starts when the first test needs it and which Run stops.
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
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/migrations"
)

const templateDB = "sol_template"

// DB is a database for one test. It is dropped when the test ends.
type DB struct {
	URL   string // for the owner of the database
	Store *eventstore.Store
}

// New creates a database and opens a store on it. The options change the store's configuration before.
func New(t testing.TB, options ...func(*eventstore.Config)) *DB {
	t.Helper()
	db := &DB{URL: createDatabase(t, templateDB)}
	db.Store = db.OpenNode(t, options...)
	return db
}

// Open creates a database and opens a store on it, for examples, which have no testing.TB. closeDB closes the store and drops the
// database; it panics when that fails.
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

// Empty creates a database that is not migrated, and returns its URL for the owner.
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

// newDatabase starts the server if it does not run, and creates a database as a copy of the template.
func newDatabase(ctx context.Context, template string) (url string, drop func() error, err error) {
	startOnce.Do(func() { startErr = launchServer(context.Background()) })
	if startErr != nil {
		return "", nil, startErr
	}
	name := fmt.Sprintf("sol_test_%d", databaseCount.Add(1))
	if err := testServer.execContext(ctx, `create database `+name+` template `+template+` strategy file_copy`); err != nil {
		return "", nil, err
	}
	// The rights on a database are not copied with its template.
	if err := testServer.execContext(ctx, `revoke temporary on database `+name+` from public`); err != nil {
		return "", nil, err
	}
	drop = func() error {
		return testServer.execContext(context.WithoutCancel(ctx), `drop database `+name+` with (force)`)
	}
	return testServer.postgres.URL(name), drop, nil
}

// OpenNode opens a further store on the database, like another node. It is closed when the test ends.
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
	cfg := eventstore.Config{URL: d.URL, MasterKey: MasterKey(), AppendTimeout: 30 * time.Second, Pools: []func(*pgpool.Spec){bePatient}}
	for _, o := range options {
		o(&cfg)
	}
	if cfg.Logins == nil {
		cfg.Logins = pgpool.TrustedLogins(cfg.URL) // also at the address of a proxy, which an option has set
	}
	if cfg.Log == nil {
		cfg.Log = Log()
	}
	return eventstore.Open(ctx, cfg)
}

// bePatient makes the time limits of a pool 20 times as long, because a machine that runs tests is slow, and opens connections when they
// are needed.
func bePatient(s *pgpool.Spec) {
	s.Min = 0
	for _, limit := range []*time.Duration{&s.Wait, &s.Answer, &s.Lock, &s.Statement, &s.Idle} {
		*limit *= 20
	}
}

// MasterKey returns the master key of all test databases.
func MasterKey() []byte { return bytes.Repeat([]byte{7}, 32) }

// Run runs the tests of a package, stops the test server, runs the checks, for example Leaks, and exits the process. A failed
// check makes the exit code non-zero.
func Run(m *testing.M, checks ...func() error) {
	code := m.Run()
	for _, check := range append([]func() error{stopServer, checkDisclosures}, checks...) {
		if err := check(); err != nil {
			fmt.Fprintln(os.Stderr, "storetest:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// leaksTimeout is the time for which Leaks waits for goroutines to end.
const leaksTimeout = time.Minute

// Leaks waits until only goroutines that the options name are running, and returns an error that names the others after one minute.
// The timeout of goleak itself is too short: it is less than half a second, and a pgx pool that has lost a connection sleeps for half
// a second before it ends.
func Leaks(options ...goleak.Option) error {
	for deadline := time.Now().Add(leaksTimeout); ; { // each call of goleak.Find waits a while
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

// launchServer starts the server and migrates the template of all test databases.
func launchServer(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "storetest")
	if err != nil {
		return fmt.Errorf("test server: %w", err)
	}
	testServer.dir = dir
	if err := os.Chmod(dir, 0o755); err != nil { // the server's user must pass through it
		return fmt.Errorf("test server: %w", err)
	}
	testServer.postgres, err = embedpg.Start(ctx, embedpg.Config{
		Dir: dir + "/pg", Unsafe: true,
		// Autovacuum workers run as a superuser: an owner cannot drop a database while such a worker is connected to it.
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
	if log, err := os.ReadFile(testServer.dir + "/pg/start.log"); err == nil { // there is none if the server did not start
		ExpectNoPersonalData("the log of the database server", string(log))
	}
	return os.RemoveAll(testServer.dir)
}

// execContext executes a statement in the database postgres, which no test uses.
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
