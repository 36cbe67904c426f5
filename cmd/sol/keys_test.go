// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore/keyring"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
)

// checkKeyUses checks that each command that opened the database with the master key is on record, with the changes of keys, and that not even the
// owner changes a record.
func checkKeyUses(t *testing.T, owner *pgx.Conn, listed string) {
	t.Helper()
	var acts []string
	for _, use := range parseJSONLines(t, listed) {
		acts = append(acts, fmt.Sprint(use["act"], " ", use["key"], " ", use["command"]))
		if person, _ := use["person"].(string); !strings.HasPrefix(person, "os:") {
			t.Errorf("got use %v, want the user of the system", use)
		}
	}
	slices.Reverse(acts)
	want := []string{
		"key.master-used <nil> sol keys new-master", "key.master-made <nil> sol keys new-master",
		"key.master-used <nil> sol keys rotate", "key.master-rotated <nil> sol keys rotate",
		"key.master-used <nil> sol keys rotate", "key.master-rotated <nil> sol keys rotate",
		"key.master-used <nil> sol keys renew", "key.hash-renewed subject sol keys renew",
		"key.master-used <nil> sol persons reindex",
		"key.master-used <nil> sol keys destroy", "key.hash-destroyed subject 1 sol keys destroy",
		"key.master-used <nil> sol keys list", "key.master-used <nil> sol ticket list", "key.master-used <nil> sol ticket show",
		"key.master-used <nil> sol ticket erase", "key.master-used <nil> sol keys uses",
	}
	if !slices.Equal(acts, want) {
		t.Errorf("got uses\n%s\nwant\n%s", strings.Join(acts, "\n"), strings.Join(want, "\n"))
	}
	for _, change := range []string{`update security.key_uses set person = 'os:nobody'`, `delete from security.key_uses`, `truncate security.key_uses`} {
		if _, err := owner.Exec(t.Context(), change); err == nil {
			t.Errorf("%s by the owner: got no refusal", change)
		}
	}
}

// TestKeyCommands rotates the master key and destroys the first key of tax codes by the command line. The ticket is found and read with
// the second master key alone, and its erasure removes the person from the directory.
func TestKeyCommands(t *testing.T) {
	t.Parallel()
	db, dir := storetest.New(t), t.TempDir()
	keyFile := filepath.Join(dir, "master.key")
	if err := os.WriteFile(keyFile, fmt.Appendf(nil, "%x\n", storetest.MasterKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	c := config.Config{DataDir: dir, DatabaseURL: db.URL, MasterKey: masterkey.InFile(keyFile), Hold: rules.DefaultHold,
		External: config.External{MailDomain: "localhost"}}
	n, err := newNode(t.Context(), c, slog.New(slog.DiscardHandler), trusted(db.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	id, err := app.NewID()
	if err != nil {
		t.Fatal(err)
	}
	open := tickettest.DeclaredOpenCommand("2026-0000001", "010301")
	opened, err := n.service.Dispatch(t.Context(), app.CommandRequest{Ticket: id, By: person.Actor{Role: person.Anonymous}, Command: open})
	if err != nil || opened.State.Person == "" {
		t.Fatalf("got %+v, %v, want a ticket with a person id", opened.State, err)
	}
	n.close()
	db.Store.Close() // a running node that does not hold the new master key would keep it from being used

	env := map[string]string{"SOL_DATABASE_URL": db.URL, "SOL_DATA_DIR": dir, "SOL_MASTER_KEY_FILE": keyFile, "SOL_DURABILITY": "none"}
	sol := func(line string) string {
		t.Helper()
		var out, stderr bytes.Buffer
		if code := run(t.Context(), strings.Fields(line), func(name string) string { return env[name] }, &out, &stderr); code != 0 {
			t.Fatalf("sol %s: got exit code %d, want 0: %s", line, code, &stderr)
		}
		return out.String()
	}
	sol("keys new-master")
	sol("keys rotate")
	if out := sol("keys rotate"); !strings.Contains(out, "0 keys wrapped") {
		t.Errorf("second rotation: got %q, want 0 keys wrapped", out)
	}
	lines, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keyFile, lines[:65], 0o600); err != nil { // the first line: the new master key
		t.Fatal(err)
	}
	sol("keys renew subject")
	var result struct{ Added, Left int }
	if err := json.Unmarshal([]byte(sol("persons reindex --json")), &result); err != nil || result.Added != 1 || result.Left != 0 {
		t.Errorf("re-index: got %+v, %v, want one person", result, err)
	}
	sol("keys destroy subject 1 --yes")
	var listing struct {
		HashKeys []keyring.HashKey `json:"hash_keys"`
		DataKeys map[string]int64  `json:"data_keys"`
	}
	if err := json.Unmarshal([]byte(sol("keys list --json")), &listing); err != nil || len(listing.DataKeys) != 1 ||
		!slices.ContainsFunc(listing.HashKeys, func(k keyring.HashKey) bool { return k.Purpose == "subject" && k.Version == 1 && k.DestroyedAt != nil }) {
		t.Errorf("got %+v, %v, want all data keys wrapped by one master key, and version 1 of the key of tax codes destroyed", listing, err)
	}
	if out := sol("ticket list --search " + open.Form.TaxCode); !strings.Contains(out, "2026-0000001") {
		t.Errorf("search by tax code: got %q, want the ticket", out)
	}
	if out := sol("ticket show 2026-0000001"); !strings.Contains(out, open.Form.FamilyName) {
		t.Errorf("got %q, want the ticket with its personal data", out)
	}
	sol("ticket erase 2026-0000001 --yes")
	owner := storetest.Connect(t, db.URL)
	checkKeyUses(t, owner, sol("keys uses --json"))
	var left int
	if err := owner.QueryRow(t.Context(), `select count(*) from person.directory`).Scan(&left); err != nil || left != 0 {
		t.Errorf("after the erasure: got %d rows in the directory, %v, want 0", left, err)
	}
}
