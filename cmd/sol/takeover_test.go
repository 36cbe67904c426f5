// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/cmd/sol/internal/dbproxy"
	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/cmd/sol/internal/faults"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
)

// TestTakeover makes one of two nodes on a database fail in each way while citizens and an operator work. Everything that it had in hand is
// done by the other node: every consumer, every message of the outbox, every timer, every mail. Nothing is lost and nothing done twice; only
// a mail that is marked as uncertain may arrive twice. A node that was frozen or cut off goes on afterwards and disturbs nothing.
func TestTakeover(t *testing.T) {
	t.Parallel()
	server := startPostgres(t)
	for _, fault := range faults.All() {
		t.Run(string(fault), func(t *testing.T) { testTakeover(t, server, fault) })
	}
}

func testTakeover(t *testing.T, server *embedpg.Server, fault faults.Fault) {
	name := "takeover_" + strings.ReplaceAll(string(fault), "-", "_")
	admin, err := pgx.Connect(t.Context(), server.URL("sol"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	if _, err := admin.Exec(t.Context(), `create database `+name); err != nil {
		t.Fatal(err)
	}
	db, err := pgxpool.New(t.Context(), server.URL(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	proxy, proxied, err := dbproxy.NewForURL(server.URL(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	mails := newMailbox(t)
	env := []string{"SOL_AUTO_CLOSE_AFTER=1s", "SOL_HOLD=0s", "SOL_SMTP_URL=" + mails.url(), "SOL_LIMIT_LOGIN=1000000", "SOL_LOG=text,warn"}
	failing := newInstallation(t, append(env, "SOL_DATABASE_URL="+proxied)...)
	victim := failing.serve() // alone, so that it leads all consumers
	t.Cleanup(func() { _ = fault.Undo(victim.cmd.Process, proxy) })
	other := newInstallation(t, append(env, "SOL_DATABASE_URL="+server.URL(name), "SOL_MASTER_KEY_FILE="+filepath.Join(failing.dir, "master.key"))...)
	survivor := other.serve()

	work := newTakeoverWork(t, other)
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		work.run(stop)
	}()
	survivor.waitFor("tickets close by themselves", func() bool { return work.count(db, closedTickets) > 5 })
	if err := fault.Apply(victim.cmd.Process, proxy); err != nil {
		t.Fatal(err)
	}
	_, _ = work.by.open(0) // by the survivor, after the fault; it may answer 503
	open := work.open(t, db)
	survivor.waitFor("the open work is done", func() bool { return isDone(t, db, open) })
	if !fault.EndsNode() {
		if err := fault.Undo(victim.cmd.Process, proxy); err != nil {
			t.Fatal(err)
		}
		victim.waitFor("the node answers again", victim.isUp)
	}
	close(stop)
	<-ended
	work.finish(t, survivor, db)
	work.check(t, db)
	mails.check(t, db)
	if !fault.EndsNode() {
		if code := victim.stop(); code != 0 {
			t.Errorf("the node that failed: got exit code %d, want 0", code)
		}
	}
	if code := survivor.stop(); code != 0 {
		t.Errorf("the other node: got exit code %d, want 0", code)
	}
}

// isDone reports whether nothing of the work is left.
func isDone(t *testing.T, db *pgxpool.Pool, open faults.Work) bool {
	t.Helper()
	left, err := open.Left(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return len(left) == 0
}

// takeoverWork opens and resolves tickets, which then close by themselves.
type takeoverWork struct {
	by, operator apiClient
	resolved     int
}

func newTakeoverWork(t *testing.T, i *installation) *takeoverWork {
	t.Helper()
	generated := strings.Fields(i.run("user", "add", "mela.prova", "--given-name", "Mela", "--family-name", "Prova", "--role", "supervisore_asr",
		"--entity", "010301", "--generate", "--permanent")) // password P PIN N added …
	by := apiClient{t: t, base: "http://" + i.address}
	return &takeoverWork{by: by, operator: by.login(demo.Identity{Username: "mela.prova", Password: generated[1], PIN: generated[3],
		Role: "supervisore_asr", Entity: "010301"})}
}

// run works until stop is closed, slowly enough that no backlog grows.
func (w *takeoverWork) run(stop <-chan struct{}) {
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	for n := 1; ; n++ {
		select {
		case <-stop:
			return
		case <-pace.C:
		}
		opened, err := w.by.open(n)
		if err != nil || opened.status != http.StatusCreated {
			continue
		}
		if a, err := w.operator.request(http.MethodPost, "/api/v1/tickets/"+opened.text("id")+"/updates", publicNoteBody("risolto", "Fatto."),
			"Idempotency-Key", fmt.Sprintf("risolto-%d", n)); err == nil && a.status == http.StatusOK {
			w.resolved++
		}
	}
}

const closedTickets = `select count(*) from log.events where type = 'ticket.auto-closed.v1'`

func (w *takeoverWork) count(db *pgxpool.Pool, query string) (n int) {
	w.by.t.Helper()
	if err := db.QueryRow(w.by.t.Context(), query).Scan(&n); err != nil {
		w.by.t.Fatal(err)
	}
	return n
}

// open returns the work that is open now.
func (w *takeoverWork) open(t *testing.T, db *pgxpool.Pool) faults.Work {
	t.Helper()
	open, err := faults.OpenWork(t.Context(), db, int64(w.count(db, `select head from log.logs`)))
	if err != nil {
		t.Fatal(err)
	}
	return open
}

// finish waits until everything is done.
func (w *takeoverWork) finish(t *testing.T, s *process, db *pgxpool.Pool) {
	t.Helper()
	s.waitFor("all resolved tickets are closed", func() bool {
		return w.count(db, closedTickets) >= w.count(db, `select count(*) from log.events where type = 'ticket.resolved.v1'`)
	})
	for range 2 { // what the consumers did for the last events is work too
		open := w.open(t, db)
		s.waitFor("no work is left", func() bool { return isDone(t, db, open) })
	}
	s.waitFor("no mail waits", func() bool {
		return w.count(db, `select count(*) from mail.deliveries where state in ('waiting', 'sending')`) == 0
	})
}

// check checks that nothing was lost and nothing done twice.
func (w *takeoverWork) check(t *testing.T, db *pgxpool.Pool) {
	t.Helper()
	if n := w.count(db, `select count(*) from log.events where type = 'ticket.resolved.v1'`); n < w.resolved {
		t.Errorf("got %d resolved tickets, want the %d that were acknowledged", n, w.resolved)
	}
	for what, query := range map[string]string{
		"tickets closed twice": `select count(*) from (select stream from log.events where type = 'ticket.auto-closed.v1' group by stream having count(*) > 1) d`,
		"timers with two outcomes": `select count(*) from (select from saga.journal where what in ('done', 'refused')
			group by saga, version, ticket, cause, key having count(*) > 1) d`,
		"messages stored twice":     `select count(*) from (select uuid from saga.outbox group by uuid having count(*) > 1) d`,
		"messages left or poisoned": `select count(*) from saga.outbox where not acked`,
		"messages lost":             `select count(*) from saga.sent s where not exists (select from saga.outbox o where o.uuid = s.id::text)`,
		"notifications lost": `select count(*) from saga.sent s where topic = 'notify' and not exists (select from notice.notices n where n.id = s.id)
			and not exists (select from mail.deliveries d where d.id = s.id)`,
		"timers that are due": `select count(*) from saga.timers where next_at < clock_timestamp()`,
		"failing consumers":   `select count(*) from log.consumers where failures > 0`,
	} {
		if n := w.count(db, query); n != 0 {
			t.Errorf("got %d %s, want none", n, what)
		}
	}
}

// mailbox is a mail server that counts the arrivals of each mail.
type mailbox struct {
	listener net.Listener
	mu       sync.Mutex
	arrived  map[string]int // by message id
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailbox{listener: listener, arrived: map[string]int{}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return mailboxSession{m}, nil }))
	server.Domain = "localhost"
	go func() { _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func() { _ = server.Close() })
	return m
}

func (m *mailbox) url() string { return "smtp://" + m.listener.Addr().String() }

// check checks that each sent mail has arrived, and only uncertain ones more than once.
func (m *mailbox) check(t *testing.T, db *pgxpool.Pool) {
	t.Helper()
	rows, err := db.Query(t.Context(), `select id::text, uncertain from mail.deliveries where state = 'sent'`)
	if err != nil {
		t.Fatal(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var id string
	var uncertain bool
	total, twice := 0, 0
	_, err = pgx.ForEachRow(rows, []any{&id, &uncertain}, func() error {
		total++
		switch n := m.arrived[id]; {
		case n == 0:
			t.Errorf("mail %s is sent and has not arrived", id)
		case n > 1 && !uncertain:
			t.Errorf("mail %s arrived %d times and is not uncertain", id, n)
		case n > 1:
			twice++
		}
		return nil
	})
	if err != nil || total == 0 {
		t.Errorf("got %d mails, %v, want some", total, err)
	}
	t.Logf("%d mails sent, %d of them arrived twice", total, twice)
}

// mailboxSession is the session of one connection. It accepts every sender and recipient.
type mailboxSession struct{ *mailbox }

func (mailboxSession) Mail(string, *smtp.MailOptions) error { return nil }
func (mailboxSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (mailboxSession) Reset()                               {}
func (mailboxSession) Logout() error                        { return nil }

var mailID = regexp.MustCompile(`Message-ID: <([0-9a-f-]{36})@`)

func (s mailboxSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if id := mailID.FindSubmatch(text); id != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.arrived[string(id[1])]++
	}
	return nil
}
