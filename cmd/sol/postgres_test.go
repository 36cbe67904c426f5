// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
)

// startPostgres starts a Postgres server with the settings of a real one, which runs until the test ends.
func startPostgres(t *testing.T) *embedpg.Server {
	t.Helper()
	return startPostgresWith(t, "")
}

// startPostgresWith starts a Postgres server as startPostgres, with its own lines of pg_hba.conf; empty: it asks nobody for a password.
func startPostgresWith(t *testing.T, access string) *embedpg.Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "sol-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { // Postgres runs as another user when we are root
		t.Fatal(err)
	}
	c := embedpg.Config{Dir: filepath.Join(dir, "postgres")}
	if access != "" {
		file := filepath.Join(dir, "access.conf")
		if err := os.WriteFile(file, []byte(access), 0o644); err != nil { // the user of Postgres reads it
			t.Fatal(err)
		}
		c.Settings = map[string]string{"hba_file": file}
	}
	server, err := embedpg.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return server
}

// trusted returns the database at the URL of its owner on a server of the tests.
func trusted(url string) database.Database { return database.Trusted(url) }
