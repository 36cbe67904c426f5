// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/embedpg"
)

// runRefused runs a command that must fail, and returns its output and error output.
func (i *installation) runRefused(args ...string) string {
	i.t.Helper()
	out, stderr, err := i.runMayFail(args...)
	if err == nil {
		i.t.Fatalf("sol %s: got %s, want a failure", strings.Join(args, " "), out)
	}
	return out + stderr
}

func (i *installation) keyFile() string { return filepath.Join(i.dir, "master.key") }

// TestReadOnlyCommandsChangeNothing: a command that only reads creates no database and no key and migrates nothing. Its error says what
// to do.
func TestReadOnlyCommandsChangeNothing(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	for _, args := range [][]string{{"ticket", "list"}, {"projections", "list"}, {"user", "list"}, {"replay", "2026-0000001"}} {
		if stderr := i.runRefused(args...); !strings.Contains(stderr, "no database in "+i.dir) || !strings.Contains(stderr, "sol migrate") {
			t.Errorf("%v: got error %q, want one that names sol migrate", args, stderr)
		}
	}
	if left, err := os.ReadDir(i.dir); err != nil || len(left) != 0 {
		t.Errorf("got files %v, %v; want none", left, err)
	}
	i.run("migrate")
	i.run("ticket", "list")

	own, err := embedpg.Start(t.Context(), embedpg.Config{Dir: filepath.Join(i.dir, "postgres")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := own.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	conn, err := pgx.Connect(t.Context(), own.URL("sol"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	run := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ change, back, want string }{
		{`insert into goose_db_version (version_id, is_applied) values (99, true)`, `delete from goose_db_version where version_id = 99`,
			"version 99"},
		{`create table kept as select * from goose_db_version; truncate goose_db_version`,
			`insert into goose_db_version overriding system value select * from kept`, "sol migrate or starting the server"},
	} {
		run(c.change)
		if stderr := i.runRefused("sagas", "list"); !strings.Contains(stderr, c.want) {
			t.Errorf("%s: got error %q, want %q", c.change, stderr, c.want)
		}
		run(c.back)
	}
	i.run("sagas", "list")
}

// TestMasterKey: the key file is created once for a new log and kept. It is never created for a log that exists. An invalid file is an
// error.
func TestMasterKey(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.run("migrate")
	key, err := os.ReadFile(i.keyFile())
	if err != nil || len(key) != 65 {
		t.Fatal(len(key), err)
	}
	if info, err := os.Stat(i.keyFile()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v; want 0600", info.Mode(), err)
	}
	i.run("migrate")
	if again, err := os.ReadFile(i.keyFile()); err != nil || string(again) != string(key) {
		t.Errorf("second migrate: got another key, %v; want the same", err)
	}
	checkWithoutKey := func(i *installation) {
		t.Helper()
		for _, args := range [][]string{{"migrate"}, {"serve"}, {"ticket", "list"}} {
			if stderr := i.runRefused(args...); !strings.Contains(stderr, "SOL_MASTER_KEY_FILE") {
				t.Errorf("%v without the key: got error %q, want one that names SOL_MASTER_KEY_FILE", args, stderr)
			}
			if _, err := os.Stat(i.keyFile()); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%v: got a key file, %v; want none", args, err)
			}
		}
	}
	if err := os.Remove(i.keyFile()); err != nil {
		t.Fatal(err)
	}
	checkWithoutKey(i)
	own, err := embedpg.Start(t.Context(), embedpg.Config{Dir: filepath.Join(i.dir, "postgres")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := own.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	checkWithoutKey(newInstallation(t, "SOL_DATABASE_URL="+own.URL("sol")))
	if err := os.WriteFile(i.keyFile(), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if stderr := i.runRefused("serve"); !strings.Contains(stderr, "64 hexadecimal digits") {
		t.Errorf("key of five letters: got error %q", stderr)
	}
}
