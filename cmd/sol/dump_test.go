// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestDumpByTheOwner backs a database up without a superuser, and restores it in another place, by the commands of docs/operating.md.
func TestDumpByTheOwner(t *testing.T) {
	t.Parallel()
	server := startPostgres(t)
	before := newInstallation(t, "SOL_DATABASE_URL="+server.URL("sol"))
	s := before.serve()
	number := apiClient{t: t, base: "http://" + before.address}.
		expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Prima della copia.")).text("number")
	s.stop()

	file := filepath.Join(t.TempDir(), "sol.dump")
	dump := exec.Command(filepath.Join(server.ClientDir(), "pg_dump"), "-Fc", "--exclude-table-data=read.*", "-f", file, server.URL("sol"))
	if out, err := dump.CombinedOutput(); err != nil {
		t.Fatalf("pg_dump: %v: %s", err, out)
	}
	executeAll(t, server.URL("postgres"), `create database restored`)
	executeAll(t, server.URL("restored"), `create schema read`, `grant usage, create on schema read to sol_worker`)
	out, err := exec.Command(filepath.Join(server.ClientDir(), "pg_restore"), "-d", server.URL("restored"), file).CombinedOutput()
	if strings.Count(string(out), "error: ") != 1 || !strings.Contains(string(out), `schema "read" already exists`) {
		t.Fatalf("pg_restore: got %v: %s, want one error: the schema exists already", err, out)
	}

	after := newInstallation(t, "SOL_DATABASE_URL="+server.URL("restored"), "SOL_MASTER_KEY_FILE="+before.keyFile())
	after.env = append(after.env, "SOL_DATA_DIR="+filepath.Join(after.dir, "new"))
	after.run("restore", "--accept")
	for _, model := range []string{"tickets", "figures"} {
		after.run("projections", "rebuild", model)
	}
	if out := after.run("ticket", "list"); !strings.Contains(out, number) {
		t.Errorf("sol ticket list: got %s, want number %s", out, number)
	}
}

// executeAll executes statements on the database with a URL.
func executeAll(t *testing.T, url string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	for _, sql := range statements {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}
