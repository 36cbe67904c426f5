// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/embedpg"
)

// TestLoginsWithPasswords sets up a server that asks the login roles for passwords: sol migrate creates the roles and gives them their
// passwords as an owner that is no superuser, and a node runs that does not know the owner's login.
func TestLoginsWithPasswords(t *testing.T) {
	t.Parallel()
	server := startPostgresWith(t, "local all postgres,sol trust\nlocal all all scram-sha-256\n") // all but the owner need a password
	login := func(role, password string) string {
		return strings.Replace(server.URL("sol"), "sol@", role+":"+password+"@", 1)
	}
	logins := []string{
		"SOL_VIEWER_DATABASE_URL=" + login("sol_viewer", "lettura-di-prova"), "SOL_APPEND_DATABASE_URL=" + login("sol_append", "scrittura-di-prova"),
		"SOL_WORKER_DATABASE_URL=" + login("sol_worker", "lavoro-di-prova"),
	}
	owner := newInstallation(t, logins...)
	owner.env = append(owner.env, "SOL_OWNER_DATABASE_URL="+server.URL("sol"))
	if _, stderr, err := owner.runMayFail("migrate"); err == nil || !strings.Contains(stderr, "check SOL_VIEWER_DATABASE_URL") {
		t.Errorf("without passwords: got %v, %q, want an error that names the variable", err, stderr)
	}
	owner.run("migrate", "--set-passwords")

	node := newInstallation(t, append(logins, "SOL_MASTER_KEY_FILE="+owner.keyFile())...)
	running := node.serve()
	apiClient{t: t, base: "http://" + node.address}.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Chi entra."))
	if strings.Contains(running.output.String(), "without a login of their own") {
		t.Error("got the warning of missing logins, want none")
	}
	if got := sessionUsers(t, server); got != "sol_append sol_viewer sol_worker" {
		t.Errorf("got connections of %s, want those of the three logins alone", got)
	}
	for _, command := range [][]string{{"migrate"}, {"restore", "--accept"}, {"access", "months"}, {"access", "expire"}} {
		if _, stderr, err := node.runMayFail(command...); err == nil || !strings.Contains(stderr, "SOL_OWNER_DATABASE_URL") {
			t.Errorf("%s without the owner's login: got %v, %q, want an error that names it", command, err, stderr)
		}
	}
	if code := running.stop(); code != 0 {
		t.Errorf("got exit code %d, want 0", code)
	}
	superuser := strings.Replace(server.URL("sol"), "sol@", "postgres@", 1)
	executeAll(t, superuser, `alter role sol_viewer bypassrls`)
	if _, stderr, err := node.runMayFail("serve"); err == nil || !strings.Contains(stderr, "SOL_VIEWER_DATABASE_URL: sol_viewer is a superuser, has BYPASSRLS") {
		t.Errorf("a login with BYPASSRLS: got %v, %q, want an error that names it", err, stderr)
	}
	executeAll(t, superuser, `alter role sol_viewer nobypassrls`)
	executeAll(t, server.URL("sol"), `grant temporary on database sol to public`)
	if _, stderr, err := node.runMayFail("serve"); err == nil || !strings.Contains(stderr, "sol_viewer: TEMPORARY on database sol") || !strings.Contains(stderr, "sol migrate revokes it") {
		t.Errorf("a login that may create temporary objects: got %v, %q, want an error that names it and sol migrate", err, stderr)
	}
	if _, stderr, err := owner.runMayFail("migrate"); err != nil || !strings.Contains(stderr, "sol_viewer: TEMPORARY on database sol") {
		t.Errorf("migrated again: got %v, %q, want a warning that names what is revoked", err, stderr)
	}
	if _, stderr, err := owner.runMayFail("migrate"); err != nil || stderr != "" {
		t.Errorf("migrated a third time: got %v, %q, want no warning", err, stderr)
	}
	executeAll(t, server.URL("sol"), `delete from goose_db_version where version_id = 31`)
	if _, stderr, err := newInstallation(t, append(logins, "SOL_MASTER_KEY_FILE="+owner.keyFile())...).runMayFail("serve"); err == nil || !strings.Contains(stderr, "sol migrate") {
		t.Errorf("a node without the owner's login on an old schema: got %v, %q, want an error that names sol migrate", err, stderr)
	}
}

// TestOneURLWarns checks that a node with the owner's login alone works and warns.
func TestOneURLWarns(t *testing.T) {
	t.Parallel()
	server := startPostgres(t)
	node := newInstallation(t)
	node.env = append(node.env, "SOL_DATABASE_URL="+server.URL("sol"))
	running := node.serve()
	apiClient{t: t, base: "http://" + node.address}.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Un solo indirizzo."))
	if !strings.Contains(running.output.String(), "level=WARN msg=\"roles of the database without a login of their own") {
		t.Error("got no warning, want one")
	}
	if got := sessionUsers(t, server); got != "sol" {
		t.Errorf("got connections of %s, want those of the owner", got)
	}
}

// sessionUsers returns the users that nodes have logged in as.
func sessionUsers(t *testing.T, server *embedpg.Server) (users string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.URL("sol"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	err = conn.QueryRow(t.Context(), `select string_agg(distinct usename, ' ' order by usename) from pg_stat_activity
		where application_name like 'sol %' or usename like 'sol_%' and usename <> 'sol'`).Scan(&users)
	if err != nil {
		t.Fatal(err)
	}
	return users
}
