// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// newForwarder returns a forwarder on a system, with a receiver of the test, that has begun.
func newForwarder(t *testing.T, w *handlertest.System, to receiver) *Forwarder {
	t.Helper()
	parsed, err := ParseReceiver("stdout", TLSFiles{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(Config{
		Pool: w.Store.Pools().Consumer, Receiver: parsed, Epoch: func() int { return 1 }, Metrics: prometheus.NewRegistry(),
		PollInterval: 10 * time.Millisecond, AddUp: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.receiver = to
	if err := f.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f
}

// memory is a receiver that keeps what it gets, and fails when it should.
type memory struct {
	mu     sync.Mutex
	events []Event
	fails  bool
}

var errUnreachable = errors.New("the receiver is away")

func (m *memory) send(_ context.Context, events []Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails {
		return errUnreachable
	}
	m.events = append(m.events, events...)
	return nil
}

func (*memory) close() error { return nil }

func (m *memory) all() []Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.events)
}

// texts returns the events of the kinds, without what differs from run to run.
func (m *memory) texts(kinds ...Kind) (all []string) {
	for _, e := range m.all() {
		if slices.Contains(kinds, e.Kind) {
			all = append(all, fmt.Sprintf("%s×%d %s %s %s %s", e.Kind, e.Count, e.Username, e.Operation, e.Role, e.Look))
		}
	}
	return all
}

const command = "sol-command-line"

// mustAccount makes an account of an operator.
func mustAccount(t *testing.T, w *handlertest.System, username string) string {
	t.Helper()
	made, err := w.App.Accounts.Create(t.Context(), accounts.CommandLine, identity.NewAccount{Username: username, GivenName: "Mela", FamilyName: "Prova"},
		accounts.Request{Change: account.Change{Role: person.ASROperator, Entity: "010301"}, Chosen: accounts.Secrets{Password: handlertest.Password, PIN: handlertest.PIN}})
	if err != nil {
		t.Fatal(err)
	}
	return made.Account
}

// Each kind of record reaches the receiver, once, in the order of its source, and with no gap in the numbers.
func TestRecordsBecomeEvents(t *testing.T) {
	w, ctx := handlertest.New(t, handlertest.Options{}), t.Context()
	before := mustAccount(t, w, "prima.di.tutto")
	got := &memory{}
	f := newForwarder(t, w, got)
	anna := mustAccount(t, w, "anna.prova")
	if _, err := w.App.Accounts.Change(ctx, accounts.CommandLine, accounts.Request{Change: account.Change{Operation: account.Disable, Account: before}}); err != nil {
		t.Fatal(err)
	}
	recorder := accesslog.NewRecorder(w.Store.Pools())
	by := person.Actor{ID: anna, Role: person.ASROperator, Entity: "010301"}
	for _, a := range []accesslog.Access{
		{By: by, Kind: accesslog.Ticket, Outcome: accesslog.Refused, Ticket: "0192f000-0000-7000-8000-000000000001"},
		{By: by, Kind: accesslog.Ticket, Ticket: "0192f000-0000-7000-8000-000000000001"},
		{By: by, Kind: accesslog.Ticket, Outcome: accesslog.Refused, Ticket: "0192f000-0000-7000-8000-000000000002"},
		{By: by, Kind: accesslog.Export, Detail: "tutte"},
		{By: by, Kind: accesslog.Lists, Detail: "nuove"},
	} {
		if _, err := recorder.Record(ctx, a); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if err := w.App.Identity.RecordLogin(ctx, identity.LoginRecord{Kind: identity.LoginFailed, Account: anna, Address: "192.0.2.1"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := Note(ctx, f.Pool, Event{Kind: KeyMasterRotated, By: command}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing
		if err := f.forward(ctx); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"account.changed×1 anna.prova create operatore_asr ", "account.changed×1 prima.di.tutto disable  ", "key.master-rotated×1    ",
		"login.refused×3 anna.prova   ", "look.exported×1    export", "look.refused×2    ticket",
	}
	kinds := []Kind{AccountChanged, KeyMasterRotated, LoginRefused, LookExported, LookRefused}
	if all := got.texts(kinds...); !slices.Equal(slices.Sorted(slices.Values(all)), want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(all, "\n"), strings.Join(want, "\n"))
	}
	ids := map[string]bool{}
	for i, e := range got.all() {
		if e.Sequence != int64(i+1) || ids[e.ID] || e.Time.IsZero() || e.Epoch != 1 {
			t.Errorf("got %+v, want number %d, an id of its own, a time and an epoch", e, i+1)
		}
		ids[e.ID] = true
	}
}

// While the receiver is away, nothing is lost, the state tells how much waits, and afterwards all comes once.
func TestEventsWaitForTheReceiver(t *testing.T) {
	w, ctx := handlertest.New(t, handlertest.Options{}), t.Context()
	got := &memory{fails: true}
	f := newForwarder(t, w, got)
	anna := mustAccount(t, w, "anna.prova")
	for n := range 1200 {
		if err := w.App.Identity.RecordLogin(ctx, identity.LoginRecord{Kind: identity.LoginSucceeded, Account: anna, Address: fmt.Sprintf("2001:db8:%x::/64", n)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.forward(ctx); !errors.Is(err, errUnreachable) {
		t.Fatalf("got %v, want %v", err, errUnreachable)
	}
	f.measure(ctx, true)
	if s, err := f.readState(ctx); err != nil || s.Waiting < 1201 || s.Dropped != 0 {
		t.Errorf("got %+v, %v, want at least 1201 events that wait", s, err)
	}
	if _, err := f.Pool.Exec(ctx, `update security.forwarder set current_at = clock_timestamp() - interval '3 minutes'`); err != nil {
		t.Fatal(err)
	}
	if text, err := f.Late(ctx); err != nil || !strings.Contains(text, "have not reached stdout for 3m0") {
		t.Errorf("got %q, %v, want a sentence for /status", text, err)
	}
	got.fails = false
	if err := f.forward(ctx); err != nil {
		t.Fatal(err)
	}
	if text, err := f.Late(ctx); err != nil || text != "" {
		t.Errorf("got %q, %v, want nothing for /status", text, err)
	}
	if n := len(got.texts(LoginSucceeded)); n != 1200 {
		t.Errorf("got %d log-ins, want 1200", n)
	}
	if s, err := f.readState(ctx); err != nil || s.Waiting != 0 {
		t.Errorf("got %+v, %v, want none that waits", s, err)
	}
}

// Notes are bounded: those that are not stored are counted, and the receiver is told how many.
func TestTooManyNotesAreCounted(t *testing.T) {
	w, ctx := handlertest.New(t, handlertest.Options{}), t.Context()
	got := &memory{}
	f := newForwarder(t, w, got)
	if _, err := f.Pool.Exec(ctx, `select security.note('node.started', clock_timestamp(), '{}') from generate_series(1, 10003)`); err != nil {
		t.Fatal(err)
	}
	if s, err := f.readState(ctx); err != nil || s.Dropped != 3 {
		t.Errorf("got %+v, %v, want 3 dropped", s, err)
	}
	for range 2 {
		if err := f.forward(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(got.texts(NodeStarted)); n != 10_000 {
		t.Errorf("got %d notes, want 10000", n)
	}
	if all := got.texts(Dropped); len(all) != 1 || !strings.HasPrefix(all[0], "events.dropped×3 ") {
		t.Errorf("got %v, want one event that counts 3", all)
	}
}

// One node forwards at a time; another one goes on where it stopped.
func TestNodesTakeTurns(t *testing.T) {
	w, ctx := handlertest.New(t, handlertest.Options{}), t.Context()
	first, second := &memory{}, &memory{}
	a, b := newForwarder(t, w, first), newForwarder(t, w, second)
	note := func() {
		t.Helper()
		if err := Note(ctx, a.Pool, Event{Kind: NodeStarted, Node: "n"}); err != nil {
			t.Fatal(err)
		}
	}
	forward := func(f *Forwarder) {
		t.Helper()
		if err := f.forward(ctx); err != nil {
			t.Fatal(err)
		}
	}
	note()
	forward(a)
	note()
	forward(b)
	if n := len(second.all()); n != 0 {
		t.Fatalf("got %d events at a node without the lease, want 0", n)
	}
	a.release(ctx)
	forward(b)
	notes := func(m *memory) (n int) { return len(m.texts(NodeStarted)) }
	if notes(first) != 1 || notes(second) != 1 || second.all()[0].Sequence != first.all()[len(first.all())-1].Sequence+1 {
		t.Errorf("got %v and %v, want one note each with the next number", first.all(), second.all())
	}
}

// A session at the database that is not of a node is an event, once.
func TestSessionsAtTheDatabaseAreEvents(t *testing.T) {
	w, ctx := handlertest.New(t, handlertest.Options{}), t.Context()
	got := &memory{}
	f := newForwarder(t, w, got)
	owner := storetest.Connect(t, w.Database+"&application_name=psql") // a query is in the URL already
	if err := owner.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	for range 3 { // the first time it gets the lease
		if err := errors.Join(f.forward(ctx), f.noteSessions(ctx)); err != nil {
			t.Fatal(err)
		}
	}
	found := 0
	for _, e := range got.all() {
		if e.Kind == DatabaseLogin && e.Application == "psql" {
			found++
			if e.DBRole == "" || e.Address == "" {
				t.Errorf("got %+v, want a role and an address", e)
			}
		}
	}
	if found != 1 {
		t.Errorf("got %d events of the session, want 1: %v", found, got.all())
	}
}

// The start of a node is an event, and so is each setting that has changed since its last start.
func TestChangedSettingsAreEvents(t *testing.T) {
	w, ctx := handlertest.New(t, handlertest.Options{}), t.Context()
	got := &memory{}
	f := newForwarder(t, w, got)
	for _, settings := range []map[string]string{{"SOL_HOLD": "10s", "SOL_LOG": "json"}, {"SOL_HOLD": "0s", "SOL_LOG": "json", "SOL_LINK_DAYS": "30"}} {
		if err := NoteStart(ctx, f.Pool, "host http://127.0.0.1:8080", "1.0", settings); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.forward(ctx); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range got.all() {
		if e.Kind == NodeStarted || e.Kind == SettingChanged {
			all = append(all, fmt.Sprintf("%s %s %s→%s", e.Kind, e.Setting, e.Before, e.After))
		}
	}
	want := []string{"node.started  →", "node.started  →", "setting.changed SOL_HOLD 10s→0s", "setting.changed SOL_LINK_DAYS →30"}
	if !slices.Equal(all, want) {
		t.Errorf("got %q, want %q", all, want)
	}
}

// A file gets whole lines, also after a line that was cut, and a new file when another program has renamed it.
func TestFileIsAppendedTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "security.jsonl")
	if err := os.WriteFile(path, []byte(`{"id":"cut`), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &fileReceiver{path: path}
	t.Cleanup(func() { _ = r.close() })
	mustSend(t, r, testEvents(1, 2))
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	mustSend(t, r, testEvents(3, 3))
	for name, want := range map[string]int{path + ".1": 2, path: 1} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		complete := 0
		for line := range bytes.Lines(text) {
			if json.Valid(line) {
				complete++
			}
		}
		if complete != want || !bytes.HasSuffix(text, []byte("\n")) {
			t.Errorf("%s: got %d whole lines, want %d: %s", name, complete, want, text)
		}
	}
	if err := (&fileReceiver{path: filepath.Join(path, "no directory")}).send(t.Context(), testEvents(1, 1)); err == nil {
		t.Error("got no error for a file that cannot be made, want one")
	}
}
