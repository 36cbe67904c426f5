// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// What cannot work through PgBouncer is refused at the start, by the name of the variable; what can, works.
func TestDatabaseURLsThroughPgBouncer(t *testing.T) {
	db, other := storetest.New(t), storetest.New(t)
	session, transaction := db.PgBouncerURL(t, "session", 60), db.PgBouncerURL(t, "transaction", 10)
	through := func(url, role string) string { return pgpool.TrustedLogins(url)[role] }
	for name, c := range map[string]struct {
		url, direct, want      string
		request, append, login string // of the login roles
		owner                  string
	}{
		"session mode":                           {url: session, direct: "", want: ""},
		"transaction mode alone":                 {url: transaction, direct: "", want: "SOL_DATABASE_URL leads through PgBouncer in transaction mode; set SOL_DATABASE_DIRECT_URL"},
		"transaction mode as the direct URL":     {url: transaction, direct: transaction, want: "SOL_DATABASE_DIRECT_URL leads through PgBouncer in transaction mode"},
		"transaction mode and Postgres":          {url: transaction, direct: db.URL, want: ""},
		"transaction mode and session mode":      {url: transaction, direct: session, want: ""},
		"transaction mode and another database":  {url: transaction, direct: other.URL, want: "SOL_DATABASE_URL and SOL_DATABASE_DIRECT_URL lead to different databases"},
		"logins":                                 {url: db.URL, request: through(db.URL, pgpool.RequestRole), append: through(db.URL, pgpool.AppendRole), login: through(db.URL, pgpool.WorkerRole)},
		"logins without the owner's":             {request: through(db.URL, pgpool.RequestRole), append: through(db.URL, pgpool.AppendRole), login: through(db.URL, pgpool.WorkerRole)},
		"logins, requests in transaction mode":   {request: through(transaction, pgpool.RequestRole), append: through(session, pgpool.AppendRole), login: through(session, pgpool.WorkerRole)},
		"the worker's login in transaction mode": {url: db.URL, login: through(transaction, pgpool.WorkerRole), want: "SOL_WORKER_DATABASE_URL leads through PgBouncer in transaction mode"},
		"the owner as a login":                   {url: db.URL, request: db.URL, want: "SOL_VIEWER_DATABASE_URL: it logs in as sol, want sol_viewer"},
		"a login of another database":            {url: db.URL, append: through(other.URL, pgpool.AppendRole), want: "SOL_APPEND_DATABASE_URL and SOL_DATABASE_URL lead to different databases"},
		"the owner of another database":          {owner: other.URL, request: through(db.URL, pgpool.RequestRole), append: through(db.URL, pgpool.AppendRole), login: through(db.URL, pgpool.WorkerRole), want: "SOL_VIEWER_DATABASE_URL and SOL_OWNER_DATABASE_URL lead to different databases"},
		"a login is missing":                     {request: through(db.URL, pgpool.RequestRole), want: "SOL_APPEND_DATABASE_URL: want it too, or SOL_DATABASE_URL"},
	} {
		dir := t.TempDir()
		key := filepath.Join(dir, "master.key")
		writeMasterKey(t, key)
		env := map[string]string{"SOL_DATABASE_URL": c.url, "SOL_DATABASE_DIRECT_URL": c.direct, "SOL_DATA_DIR": dir, "SOL_MASTER_KEY_FILE": key,
			"SOL_DURABILITY": "none", "SOL_VIEWER_DATABASE_URL": c.request, "SOL_APPEND_DATABASE_URL": c.append, "SOL_WORKER_DATABASE_URL": c.login, "SOL_OWNER_DATABASE_URL": c.owner}
		var out, stderr bytes.Buffer
		code := run(t.Context(), []string{"projections", "list"}, func(name string) string { return env[name] }, &out, &stderr)
		if got := stderr.String(); (code == 0) != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got exit code %d and %q, want %q", name, code, got, c.want)
		}
	}
}

// writeMasterKey writes the master key of the databases of tests to a file.
func writeMasterKey(t *testing.T, file string) {
	t.Helper()
	if err := os.WriteFile(file, fmt.Appendf(nil, "%x\n", storetest.MasterKey()), 0o600); err != nil {
		t.Fatal(err)
	}
}
