// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// PgBouncerURL starts PgBouncer in front of the test server, in a pool mode of PgBouncer: session or transaction. It has at most conns
// connections to the database, and runs until the test ends. PgBouncerURL returns the URL of the database through it.
func (d *DB) PgBouncerURL(t testing.TB, mode string, conns int) string {
	t.Helper()
	config, err := pgx.ParseConfig(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(testServer.dir, "pgbouncer")
	if err != nil {
		t.Fatal(err)
	}
	var owner syscall.Stat_t // PgBouncer does not run as root, and only the server's user may open the server's socket
	if err := syscall.Stat(testServer.dir+"/pg/data", &owner); err != nil {
		t.Fatal(err)
	}
	var users strings.Builder
	for _, user := range append(slices.Sorted(maps.Keys(pgpool.TrustedLogins(d.URL))), config.User) {
		fmt.Fprintf(&users, "%q \"\"\n", user)
	}
	files := map[string]string{
		"users": users.String(),
		"pgbouncer.ini": strings.Join([]string{
			"[databases]", fmt.Sprintf("* = host=%s port=%d", config.Host, config.Port),
			"[pgbouncer]", "listen_addr =", "listen_port = 6432", "unix_socket_dir = " + dir, "auth_type = trust", "auth_file = " + dir + "/users",
			"pool_mode = " + mode, "default_pool_size = " + strconv.Itoa(conns), "max_client_conn = 200", "logfile = " + dir + "/log",
		}, "\n") + "\n",
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{dir, dir + "/users", dir + "/pgbouncer.ini"} {
		if err := os.Chown(path, int(owner.Uid), int(owner.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	startPgBouncer(t, dir, &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid})
	address := fmt.Sprintf("postgres://%s@/%s?host=%s&port=6432", config.User, url.PathEscape(config.Database), url.PathEscape(dir))
	Eventually(t, "PgBouncer accepts connections", func() bool {
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			return false
		}
		return conn.Close(t.Context()) == nil
	})
	return address
}

// startPgBouncer runs PgBouncer with the configuration in dir until the test ends.
func startPgBouncer(t testing.TB, dir string, as *syscall.Credential) {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if errors.Is(err, exec.ErrNotFound) {
		program, err = exec.LookPath("/usr/sbin/pgbouncer") // a directory that PATH has for root only
	}
	if err != nil {
		t.Fatalf("%v; make setup installs it", err)
	}
	cmd := exec.Command(program, "-q", dir+"/pgbouncer.ini")
	if int(as.Uid) != os.Geteuid() {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // an immediate end
		_ = cmd.Wait()                          // its exit code says how it was ended
		if log, err := os.ReadFile(dir + "/log"); err == nil && t.Failed() {
			t.Logf("PgBouncer: %s", log)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
}
