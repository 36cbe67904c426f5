// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

//go:build rolling

package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestRollingUpgrade starts a node of this release beside two of the release before, whose program SOL_PREVIOUS_PROGRAM names, while tickets
// are opened on both. The new node migrates the database under load, and all go on. The same keys give the same tickets on both, and no
// read model or saga fails. What the old node would not keep to is refused meanwhile. make rolling runs it.
func TestRollingUpgrade(t *testing.T) {
	previous := os.Getenv("SOL_PREVIOUS_PROGRAM")
	if previous == "" {
		t.Fatal("SOL_PREVIOUS_PROGRAM names no program; run make rolling")
	}
	home := newInstallation(t)
	home.program = previous
	home.serve() // runs the Postgres that the nodes share
	shared := []string{"SOL_DATABASE_URL=" + ownPostgresURL(t, home), "SOL_MASTER_KEY_FILE=" + filepath.Join(home.dir, "master.key")}
	older, newer := newInstallation(t, shared...), newInstallation(t, shared...)
	older.program = previous
	oldNode := older.serve()

	stop := make(chan struct{})
	var all sync.WaitGroup
	load := func(i *installation) *ticketLoad {
		l := &ticketLoad{by: apiClient{t: t, base: "http://" + i.address}, opened: map[int]string{}}
		all.Go(func() { l.run(stop) })
		return l
	}
	onOld := load(older)
	oldNode.waitFor("the old node opens tickets", func() bool { return onOld.acknowledged() > 40 })
	newNode := newer.serve() // migrates the database
	onNew := load(newer)
	before := onOld.acknowledged()
	newNode.waitFor("both open tickets", func() bool { return onNew.acknowledged() > 40 && onOld.acknowledged() > before+40 })
	newer.addUser("mela.prova", "operatore_asr", "010301")
	if _, stderr, err := newer.runMayFail("user", "placement", "add", "mela.prova", "--role", "auditor", "--entity", "010301"); err == nil || !strings.Contains(stderr, "release before still runs") {
		t.Errorf("an auditor of an entity beside the old node: got %v, %q, want a refusal", err, stderr)
	}
	if code := oldNode.stop(); code != 0 {
		t.Errorf("old node: got exit code %d, want 0", code)
	}
	before = onNew.acknowledged()
	newNode.waitFor("the new node opens tickets alone", func() bool { return onNew.acknowledged() > before+40 })
	close(stop)
	all.Wait()
	for key, number := range onNew.opened {
		if other, ok := onOld.opened[key]; ok && other != number {
			t.Errorf("key %d: got %s on the new node and %s on the old, want the same", key, number, other)
		}
	}
	onNew.tried.Store(max(onOld.tried.Load(), onNew.tried.Load()))
	maps.Copy(onNew.opened, onOld.opened)
	onNew.check(t, newNode, 0)
	newNode.waitFor("no read model fails or lags", func() bool {
		return !slices.ContainsFunc(parseJSONLines(t, newer.run("projections", "list", "--json")), func(p map[string]any) bool {
			return p["failures"] != float64(0) || p["lag"] != float64(0) || p["skipped"] != float64(0)
		})
	})
}
