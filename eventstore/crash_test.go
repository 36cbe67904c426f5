// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/migrations"
)

// TestAppendsSurviveKilledServer kills the server twice under load; it restarts each time. All acknowledged events must be stored, a
// repeated command must be stored once, and no writer may get an error.
func TestAppendsSurviveKilledServer(t *testing.T) {
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) { // the server's user must pass through
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	server, err := embedpg.Start(t.Context(), embedpg.Config{Dir: filepath.Join(dir, "pg")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	url := server.URL("sol")
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	db := &storetest.DB{URL: url}
	withLongTimeout := func(c *eventstore.Config) { c.AppendTimeout = time.Minute }
	c := &writerGroup{
		nodes:   [2]*eventstore.Store{db.OpenNode(t, withLongTimeout), db.OpenNode(t, withLongTimeout)},
		writers: 16, rounds: 60, serverRestarts: true, shared: newID(),
	}
	defer c.nodes[0].Close() // before the server stops
	defer c.nodes[1].Close()

	load, stop := context.WithCancel(t.Context())
	killed := 0
	var killing sync.WaitGroup
	killing.Go(func() {
		for _, after := range []int64{200, 900} {
			if c.nodes[0].WaitForHead(load, after) != nil {
				return
			}
			if !killPostmaster(t, dir) {
				return
			}
			killed++
		}
	})
	c.run(t)
	stop()
	killing.Wait()
	if killed != 2 {
		t.Errorf("got %d kills, want 2", killed)
	}
	c.check(t)
}

// killPostmaster kills the server of a directory, and reports whether that succeeded.
func killPostmaster(t *testing.T, dir string) bool {
	content, err := os.ReadFile(filepath.Join(dir, "pg", "data", "postmaster.pid"))
	if err != nil {
		t.Error(err)
		return false
	}
	line, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil || pid < 2 { // kill takes other numbers as process groups
		t.Errorf("postmaster's pid %q: %v", line, err)
		return false
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("kill %d: %v", pid, err)
		return false
	}
	return true
}
