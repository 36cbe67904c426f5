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
	dump := exec.Command(filepath.Join(server.ClientDir(), "pg_dump"), "-Fc", "--enable-row-security", "--exclude-table-data=read.*", "-f", file, server.URL("sol"))
	if out, err := dump.CombinedOutput(); err != nil {
		t.Fatalf("pg_dump: %v: %s", err, out)
	}
	executeAll(t, server.URL("postgres"), `create database restored`)
	schemas := ownersOfSchemas(t, server.URL("sol"))
	for schema, owner := range schemas {
		executeAll(t, server.URL("restored"), `create schema `+schema, `grant usage, create on schema `+schema+` to `+owner)
	}
	out, err := exec.Command(filepath.Join(server.ClientDir(), "pg_restore"), "-d", server.URL("restored"), file).CombinedOutput()
	if strings.Count(string(out), "error: ") != len(schemas) || strings.Count(string(out), `already exists`) != len(schemas) {
		t.Fatalf("pg_restore: got %v: %s, want one error for each of %v: the schema exists already", err, out, schemas)
	}

	after := newInstallation(t, "SOL_DATABASE_URL="+server.URL("restored"), "SOL_MASTER_KEY_FILE="+before.keyFile())
	after.env = append(after.env, "SOL_DATA_DIR="+filepath.Join(after.dir, "new"))
	after.acceptRestore()
	for _, model := range []string{"tickets", "figures"} {
		after.run("projections", "rebuild", model)
	}
	if out := after.run("ticket", "list"); !strings.Contains(out, number) {
		t.Errorf("sol ticket list: got %s, want number %s", out, number)
	}
}

// ownersOfSchemas returns the schemas with functions of sol_definer or views of sol_request, and which of the two.
func ownersOfSchemas(t *testing.T, url string) map[string]string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, _ := conn.Query(t.Context(), `
		select pronamespace::regnamespace::text, proowner::regrole::text from pg_proc where proowner = 'sol_definer'::regrole
		union select relnamespace::regnamespace::text, relowner::regrole::text from pg_class where relkind = 'v' and relowner = 'sol_request'::regrole`)
	owners := map[string]string{}
	var schema, owner string
	_, err = pgx.ForEachRow(rows, []any{&schema, &owner}, func() error {
		owners[schema] = owner
		return nil
	})
	if err != nil || len(owners) == 0 {
		t.Fatalf("got schemas %v, %v, want some", owners, err)
	}
	return owners
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
