// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lastseen_test

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/epoch"
	"github.com/sol-assistenza/sol/eventstore/lastseen"
	"github.com/sol-assistenza/sol/eventstore/restore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestMain(m *testing.M) { storetest.Run(m) }

func appendEvent(t *testing.T, s *eventstore.Store) {
	t.Helper()
	_, err := s.Append(t.Context(), eventstore.Append{
		Stream: uuid.Must(uuid.NewV7()).String(), Kind: "ticket", Events: []eventstore.NewEvent{{Type: "t.v1", Data: []byte(`{}`)}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCompare(t *testing.T) {
	db := storetest.New(t)
	appendEvent(t, db.Store)
	appendEvent(t, db.Store)
	conn := storetest.Connect(t, db.URL)
	now, err := lastseen.Read(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	if now.SystemIdentifier == "" || now.Timeline < 1 || now.Epoch != 1 || now.Position != 2 || len(now.Hash) != 64 || now.RecordedAt.IsZero() {
		t.Fatalf("got %+v, want two events on a known server", now)
	}
	if _, err := db.Store.NextNumber(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, err := lastseen.Read(t.Context(), conn); err != nil || now.Number != 0 || after.Number != 1 {
		t.Errorf("got numbers %d and %d, %v; want 0 and 1", now.Number, after.Number, err)
	}
	first, err := db.Store.Read(t.Context(), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		seen   func(l *lastseen.Log)
		reason string // "": accepted
	}{
		"nothing is known":                      {func(l *lastseen.Log) { *l = lastseen.Log{} }, ""},
		"the same":                              {func(*lastseen.Log) {}, ""},
		"an earlier position":                   {func(l *lastseen.Log) { l.Position, l.Hash = 1, hex.EncodeToString(first[0].Hash[:]) }, ""},
		"an empty log":                          {func(l *lastseen.Log) { l.Position, l.Hash = 0, "" }, ""},
		"a promoted standby that has all":       {func(l *lastseen.Log) { l.Timeline-- }, ""},
		"a later position":                      {func(l *lastseen.Log) { l.Position = 7 }, "5 events are missing"},
		"a standby without the last events":     {func(l *lastseen.Log) { l.Timeline--; l.Position = 7 }, "5 events are missing"},
		"another event at the head":             {func(l *lastseen.Log) { l.Hash = hex.EncodeToString(first[0].Hash[:]) }, "another one than was seen"},
		"another event at the position":         {func(l *lastseen.Log) { l.Position = 1 }, "another one than was seen"},
		"a later epoch":                         {func(l *lastseen.Log) { l.Epoch = 2 }, "epoch 2 was seen"},
		"another server":                        {func(l *lastseen.Log) { l.SystemIdentifier = "7" }, "system identifier 7 was seen"},
		"an earlier timeline":                   {func(l *lastseen.Log) { l.Timeline++ }, "is on timeline"},
		"a server whose identity is not to see": {func(l *lastseen.Log) { l.SystemIdentifier = "" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			seen := now
			c.seen(&seen)
			err := lastseen.Compare(t.Context(), conn, seen, now, "the file x")
			var wentBack *lastseen.WentBackError
			switch {
			case c.reason == "" && err != nil:
				t.Errorf("got %v, want no error", err)
			case c.reason != "" && (!errors.As(err, &wentBack) || !strings.Contains(err.Error(), c.reason) ||
				!strings.Contains(err.Error(), "sol restore --accept") || !strings.Contains(err.Error(), "the file x")):
				t.Errorf("got %v, want %q and what to do", err, c.reason)
			}
		})
	}
	accepted := now
	accepted.Epoch = 2 // another node has begun it
	seen := now
	seen.Position = 99
	if err := lastseen.Compare(t.Context(), conn, seen, accepted, "the file x"); err != nil {
		t.Errorf("a restore that was accepted: got %v, want no error", err)
	}
	seen.ID = uuid.NewString()
	var other *lastseen.OtherLogError
	if err := lastseen.Compare(t.Context(), conn, seen, now, "the file x"); !errors.As(err, &other) {
		t.Errorf("another log: got %v, want OtherLogError", err)
	}
}

func TestTheDatabaseNamesItsServer(t *testing.T) {
	db := storetest.New(t)
	conn := storetest.Connect(t, db.URL)
	now, err := lastseen.Read(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	if before, err := lastseen.ReadServer(t.Context(), conn); err != nil || before != (lastseen.Log{}) {
		t.Errorf("got %+v, %v; want none before the first start", before, err)
	}
	for range 2 {
		if err := lastseen.StoreServer(t.Context(), conn, now); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.Exec(t.Context(), `update log.server set system_identifier = '7'`); err != nil { // as a dump of another server brings it
		t.Fatal(err)
	}
	server, err := lastseen.ReadServer(t.Context(), conn)
	if err != nil || server.SystemIdentifier != "7" || server.Timeline != now.Timeline {
		t.Fatalf("got %+v, %v; want the other server", server, err)
	}
	var wentBack *lastseen.WentBackError
	if err := lastseen.Compare(t.Context(), conn, server, now, "the database"); !errors.As(err, &wentBack) {
		t.Errorf("got %v, want WentBackError", err)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "last-seen.json")
	if got, err := lastseen.ReadFile(path); err != nil || got != (lastseen.Log{}) {
		t.Errorf("no file: got %+v, %v; want nothing", got, err)
	}
	want := lastseen.Log{ID: "x", Epoch: 1, Position: 7, Number: 3}
	for range 2 {
		if err := lastseen.WriteFile(path, want); err != nil {
			t.Fatal(err)
		}
		if got, err := lastseen.ReadFile(path); err != nil || got != want {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("got files %v, %v; want one", entries, err)
	}
	for _, text := range []string{"", "{", "{}"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := lastseen.ReadFile(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("file %q: got %v, want an error that names the file", text, err)
		}
	}
}

// TestWatcherFollowsTheHeadAndDetectsARestore: what the file remembers reaches each head, and the watcher ends with an error when a backup
// is restored under it.
func TestWatcherFollowsTheHeadAndDetectsARestore(t *testing.T) {
	db := storetest.New(t)
	w := &lastseen.Watcher{Store: db.Store, File: filepath.Join(t.TempDir(), "last-seen.json"), Log: slog.New(slog.DiscardHandler)}
	ended := make(chan error, 1)
	go func() { ended <- w.Run(t.Context()) }()
	remembers := func(position int64) {
		t.Helper()
		storetest.Eventually(t, "the file remembers the head", func() bool {
			seen, err := lastseen.ReadFile(w.File)
			return err == nil && seen.Position == position
		})
	}
	appendEvent(t, db.Store)
	remembers(1)
	restore := storetest.Backup(t, db.URL, nil)
	storetest.Eventually(t, "the node appends again", func() bool {
		_, err := db.Store.NextNumber(t.Context())
		return err == nil
	})
	appendEvent(t, db.Store)
	remembers(2)
	restore()
	var wentBack *lastseen.WentBackError
	if err := <-ended; !errors.As(err, &wentBack) {
		t.Errorf("got %v, want WentBackError", err)
	}
	if seen, err := lastseen.ReadFile(w.File); err != nil || seen.Position != 2 {
		t.Errorf("got %+v, %v; want that the file still remembers the lost head", seen, err)
	}
}

// A person accepts a restore while a node runs, which may remember lost events. The watcher ends, so that the node starts again.
func TestWatcherEndsWhenAnEpochBegins(t *testing.T) {
	db := storetest.New(t)
	appendEvent(t, db.Store)
	w := &lastseen.Watcher{Store: db.Store, File: filepath.Join(t.TempDir(), "last-seen.json"), Log: slog.New(slog.DiscardHandler)}
	ended := make(chan error, 1)
	go func() { ended <- w.Run(t.Context()) }()
	storetest.Eventually(t, "the file remembers the head", func() bool {
		seen, err := lastseen.ReadFile(w.File)
		return err == nil && seen.Position == 1
	})
	if _, _, err := restore.Begin(t.Context(), db.Store, db.URL, restore.Accepted{}); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "the watcher ends", func() bool { return len(ended) > 0 })
	if err := <-ended; !errors.Is(err, epoch.ErrReplaced) {
		t.Errorf("got %v, want ErrReplaced", err)
	}
	if seen, err := lastseen.ReadFile(w.File); err != nil || seen.Epoch != 1 {
		t.Errorf("got %+v, %v; want that the file remembers epoch 1", seen, err)
	}
}

// Without the standby the watcher remembers nothing, and holds no connection of those that deliver messages.
func TestWatcherWithoutStandby(t *testing.T) {
	db := storetest.Replicated(t)
	node := db.OpenNode(t)
	appendEvent(t, node)
	db.Standby().Kill()
	conn := storetest.Connect(t, db.URL())
	w := &lastseen.Watcher{Store: node, File: filepath.Join(t.TempDir(), "last-seen.json"), Log: slog.New(slog.DiscardHandler)}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	storetest.Eventually(t, "a commit waits for the standby", func() bool {
		var waiting int
		err := conn.QueryRow(t.Context(), `select count(*) from pg_stat_activity where wait_event = 'SyncRep'`).Scan(&waiting)
		return err == nil && waiting > 0
	})
	if n := node.Pools().Outbox.Stat().AcquiredConns(); n > 0 {
		t.Errorf("got %d connections of the outbox pool in use, want none", n)
	}
	if seen, err := lastseen.ReadFile(w.File); err != nil || seen.ID != "" {
		t.Errorf("got %+v, %v, want a file that remembers nothing", seen, err)
	}
	if err := db.Standby().Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "the file remembers the event", func() bool {
		seen, err := lastseen.ReadFile(w.File)
		return err == nil && seen.Position == 1
	})
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
