// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestMain(m *testing.M) {
	storetest.Run(m, func() error { return storetest.Leaks() })
}

// openPools opens a store on a database of its own and returns its pools. adjust changes the pool with the name.
func openPools(t *testing.T, name pgpool.Name, adjust func(*pgpool.Spec)) (*pgpool.Pools, *storetest.DB) {
	t.Helper()
	db := storetest.New(t, func(c *eventstore.Config) {
		c.Pools = append(c.Pools, func(s *pgpool.Spec) {
			if s.Name == name {
				adjust(s)
			}
		})
	})
	return db.Store.Pools(), db
}

// A node whose pools are all in use has MaxConns connections.
func TestNodeHasAtMostMaxConns(t *testing.T) {
	db := storetest.New(t)
	db.Store.Close()
	p, err := pgpool.Open(t.Context(), pgpool.Config{URL: db.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	listening, err := p.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listening.Close(t.Context()) }()
	for _, s := range pgpool.Specs() {
		if s.Name == pgpool.Listen {
			continue
		}
		for range s.Conns {
			conn, err := p.PoolNamed(s.Name).Acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Release()
		}
	}
	var n int
	err = storetest.Connect(t, db.URL).QueryRow(t.Context(), "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'sol %'").Scan(&n)
	if err != nil || n != pgpool.MaxConns {
		t.Errorf("got %d connections, %v, want %d", n, err, pgpool.MaxConns)
	}
}

// Each connection acts as the role of its pool, with its commit mode and time limits.
func TestConnectionsHaveTheSettingsOfTheirPool(t *testing.T) {
	db := storetest.New(t)
	p, err := pgpool.Open(t.Context(), pgpool.Config{URL: db.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, s := range pgpool.Specs() {
		if s.Name == pgpool.Listen {
			continue
		}
		commit := map[bool]string{true: "on", false: "local"}[s.Durable]
		want := []string{"sol " + string(s.Name), s.Role, commit, milliseconds(s.Lock), milliseconds(s.Statement), milliseconds(s.Idle)}
		var got [6]string
		err := p.PoolNamed(s.Name).QueryRow(t.Context(), `
			select current_setting('application_name'), current_user, current_setting('synchronous_commit'),
				(select setting from pg_settings where name = 'lock_timeout'), (select setting from pg_settings where name = 'statement_timeout'),
				(select setting from pg_settings where name = 'idle_in_transaction_session_timeout')`).
			Scan(&got[0], &got[1], &got[2], &got[3], &got[4], &got[5])
		if err != nil || strings.Join(got[:], " ") != strings.Join(want, " ") {
			t.Errorf("%s: got %q, %v, want %q", s.Name, got, err, want)
		}
	}
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// A caller that gets no connection in time learns that the database is unavailable; the other pools still have connections.
func TestWaitForConnectionEnds(t *testing.T) {
	p, _ := openPools(t, pgpool.Session, func(s *pgpool.Spec) { s.Conns, s.Wait = 1, 50*time.Millisecond })
	conn := acquire(t, p, pgpool.Session)
	if _, err := p.Session.Exec(t.Context(), "select"); !errors.Is(err, pgpool.ErrUnavailable) || !eventstore.IsUnavailable(err) {
		t.Errorf("without a free connection: got %v, want ErrUnavailable", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Session.Exec(ended, "select"); !errors.Is(err, context.Canceled) || errors.Is(err, pgpool.ErrUnavailable) {
		t.Errorf("after the caller's context: got %v, want Canceled", err)
	}
	if _, err := p.Read.Exec(t.Context(), "select"); err != nil {
		t.Errorf("in another pool: got %v", err)
	}
	conn()
	storetest.Eventually(t, "the connection is free again", func() bool {
		_, err := p.Session.Exec(t.Context(), "select")
		return err == nil
	})
}

// acquire takes a connection of a pool and returns a function that releases it.
func acquire(t *testing.T, p *pgpool.Pools, name pgpool.Name) (release func()) {
	t.Helper()
	for { // a new connection may take longer than a short wait
		conn, err := p.PoolNamed(name).Acquire(t.Context())
		if err == nil {
			return conn.Release
		}
		if !errors.Is(err, pgpool.ErrUnavailable) {
			t.Fatal(err)
		}
	}
}

// The transactions of one kind use half of the request pool; those of another kind use the rest.
func TestKindsShareTheRequestPool(t *testing.T) {
	p, _ := openPools(t, pgpool.Request, func(s *pgpool.Spec) { s.Wait = 100 * time.Millisecond })
	inTx := func(kind string, do func() error) error {
		return p.Request.InTx(t.Context(), eventstore.Reader{}, kind, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(pgx.Tx) error { return do() })
	}
	var nest func(n int) error
	nest = func(n int) error {
		if n > 0 {
			return inTx("one", func() error { return nest(n - 1) })
		}
		if err := inTx("one", func() error { return nil }); !errors.Is(err, pgpool.ErrUnavailable) {
			t.Errorf("another transaction of the kind: got %v, want ErrUnavailable", err)
		}
		if err := inTx("other", func() error { return nil }); err != nil {
			t.Errorf("a transaction of another kind: got %v", err)
		}
		return nil
	}
	storetest.Eventually(t, "three transactions of a kind run", func() bool { return nest(3) == nil }) // connecting may take longer than the wait
}

// A server that answers nothing is unavailable, and available again when it answers.
func TestFrozenServerIsUnavailable(t *testing.T) {
	p, _ := openPools(t, pgpool.Read, func(s *pgpool.Spec) { s.Answer = 200 * time.Millisecond })
	conn, err := p.Read.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	resume := storetest.Freeze(t)
	if _, err := conn.Exec(t.Context(), "select"); !errors.Is(err, pgpool.ErrUnavailable) {
		t.Errorf("on an open connection: got %v, want ErrUnavailable", err)
	}
	conn.Release()
	resume()
	storetest.Eventually(t, "the server answers again", func() bool {
		_, err := p.Read.Exec(t.Context(), "select")
		return err == nil
	})
}

// A connection that was idle for longer than the server may take for an answer is used again.
func TestIdleConnectionStaysOpen(t *testing.T) {
	p, _ := openPools(t, pgpool.Session, func(s *pgpool.Spec) { s.Conns, s.Answer = 1, 100*time.Millisecond })
	pid := func() (pid int) {
		t.Helper()
		storetest.Eventually(t, "the server answers within the limit", func() bool {
			return p.Session.QueryRow(t.Context(), "select pg_backend_pid()").Scan(&pid) == nil
		})
		return pid
	}
	before := pid()
	if _, err := p.Read.Exec(t.Context(), "select pg_sleep(0.3)"); err != nil {
		t.Fatal(err)
	}
	if after := pid(); after != before {
		t.Errorf("got process %d after %d, want the same connection", after, before)
	}
}

// The connections that a restart of the server has ended fail nobody.
func TestEndedConnectionsAreReplaced(t *testing.T) {
	p, db := openPools(t, pgpool.Read, func(*pgpool.Spec) {})
	var held []*pgxpool.Conn
	for range p.Read.Config().MaxConns {
		conn, err := p.Read.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	owner := storetest.Connect(t, db.URL)
	for _, conn := range held {
		if _, err := owner.Exec(t.Context(), "select pg_terminate_backend($1, 60000)", conn.Conn().PgConn().PID()); err != nil {
			t.Fatal(err)
		}
		conn.Release()
	}
	for n := range held {
		if _, err := p.Read.Exec(t.Context(), "select"); err != nil {
			t.Errorf("statement %d: got %v", n+1, err)
		}
	}
}

// A durable transaction goes on when its caller has given up, because the server would otherwise report a commit that it did not finish.
func TestDurableTransactionOutlivesItsCaller(t *testing.T) {
	p, db := openPools(t, pgpool.Outbox, func(*pgpool.Spec) {})
	owner := storetest.Connect(t, db.URL)
	if _, err := owner.Exec(t.Context(), "create table public.done (n int); grant insert on public.done to sol_worker"); err != nil {
		t.Fatal(err)
	}
	insert := func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "insert into public.done values (1)")
		return err
	}
	lock, err := owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.Exec(t.Context(), "lock table public.done in share mode"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	begun := make(chan struct{})
	failed := make(chan error, 1)
	go func() {
		failed <- p.Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
			close(begun)
			return insert(ctx, tx)
		})
	}()
	<-begun
	cancel()
	if err := <-failed; !errors.Is(err, pgpool.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want ErrUnavailable and the caller's Canceled", err)
	}
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "the row is stored", func() bool {
		var n int
		err := owner.QueryRow(t.Context(), "select count(*) from public.done").Scan(&n)
		return err == nil && n == 1
	})
	if err := p.Durably(t.Context(), insert); err != nil {
		t.Errorf("without a lock: got %v", err)
	}
}

// A warning of the server may mean that the standbys do not have a commit. Its connection is closed.
func TestWarningMakesACommitDoubtful(t *testing.T) {
	p, _ := openPools(t, pgpool.Outbox, func(s *pgpool.Spec) { s.Conns = 1 })
	err := p.Durably(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "do $$ begin raise warning 'anything'; end $$")
		return err
	})
	if !errors.Is(err, pgpool.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	err = p.Durably(t.Context(), func(context.Context, pgx.Tx) error { return nil })
	if err != nil {
		t.Errorf("the next transaction: got %v, want a new connection", err)
	}
}

// docs/operating.md describes the pools as they are.
func TestDocumentedPools(t *testing.T) {
	content, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range pgpool.Specs() {
		if row := pgpool.DocumentedRow(s); !strings.Contains(string(content), row) {
			t.Errorf("docs/operating.md lacks the row\n%s", row)
		}
	}
}

// After an upgrade of the operating system the server warns at each connection that the versions of collations differ. That is before any
// commit, so the commits of the connection are not doubtful.
func TestWarningAtConnectionMakesNoCommitDoubtful(t *testing.T) {
	db := storetest.New(t)
	config, err := pgx.ParseConfig(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	name := config.Database
	config.User, config.Database = "postgres", "postgres" // as the superuser of the test server
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), "update pg_database set datcollversion = '0' where datname = $1", name); err != nil {
		t.Fatal(err)
	}
	node := db.OpenNode(t)
	if err := node.Pools().Durably(t.Context(), func(context.Context, pgx.Tx) error { return nil }); err != nil {
		t.Errorf("durable transaction: got %v, want none", err)
	}
	if err := node.Barrier(t.Context()); err != nil {
		t.Errorf("barrier: got %v, want none", err)
	}
}
