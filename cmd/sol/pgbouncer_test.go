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

	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// What cannot work through PgBouncer is refused at the start, by the name of the variable; what can, works.
func TestDatabaseURLsThroughPgBouncer(t *testing.T) {
	db, other := storetest.New(t), storetest.New(t)
	session, transaction := db.PgBouncerURL(t, "session", 60), db.PgBouncerURL(t, "transaction", 10)
	for name, c := range map[string]struct{ url, direct, want string }{
		"session mode":                          {session, "", ""},
		"transaction mode alone":                {transaction, "", "SOL_DATABASE_URL leads through PgBouncer in transaction mode; set SOL_DATABASE_DIRECT_URL"},
		"transaction mode as the direct URL":    {transaction, transaction, "SOL_DATABASE_DIRECT_URL leads through PgBouncer in transaction mode"},
		"transaction mode and Postgres":         {transaction, db.URL, ""},
		"transaction mode and session mode":     {transaction, session, ""},
		"transaction mode and another database": {transaction, other.URL, "SOL_DATABASE_URL and SOL_DATABASE_DIRECT_URL lead to different databases"},
	} {
		dir := t.TempDir()
		key := filepath.Join(dir, "master.key")
		writeMasterKey(t, key)
		env := map[string]string{"SOL_DATABASE_URL": c.url, "SOL_DATABASE_DIRECT_URL": c.direct, "SOL_DATA_DIR": dir, "SOL_MASTER_KEY_FILE": key,
			"SOL_DURABILITY": "none"}
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
