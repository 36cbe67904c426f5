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
	dir, err := os.MkdirTemp("", "sol-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { // Postgres runs as another user when we are root
		t.Fatal(err)
	}
	server, err := embedpg.Start(t.Context(), embedpg.Config{Dir: filepath.Join(dir, "postgres")})
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
