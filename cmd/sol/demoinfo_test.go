// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/domain/catalog"
)

// TestDemoInfo: the printed info has at most 48 lines of 120 columns, one identity of each role with its secrets and all user names;
// demo.json has all placements.
func TestDemoInfo(t *testing.T) {
	dir := t.TempDir()
	c := config.Config{DataDir: dir}
	var out bytes.Buffer
	people := demo.People(catalog.Default(), time.Now())
	if err := (&cli{out: &out}).writeDemoInfo(c, "http://127.0.0.1:8080", "http://127.0.0.1:9464/metrics", people, &demo.Backends{}); err != nil {
		t.Fatal(err)
	}
	var info demo.Info
	if text, err := os.ReadFile(filepath.Join(dir, "demo.json")); err != nil || json.Unmarshal(text, &info) != nil ||
		len(info.Identities) <= len(people) {
		t.Fatalf("demo.json: got %v and %d identities, want more than %d", err, len(info.Identities), len(people))
	}
	printed := strings.ReplaceAll(out.String(), dir, "DIR")
	if n := strings.Count(printed, "\n"); n > 48 {
		t.Errorf("got %d lines, want at most 48", n)
	}
	for line := range strings.Lines(printed) {
		if n := utf8.RuneCountInString(line); n > 121 {
			t.Errorf("got %d columns, want at most 120: %s", n-1, line)
		}
	}
	roles := map[string]bool{}
	for _, i := range info.Identities {
		if !strings.Contains(printed, i.Username) {
			t.Errorf("got no user name %s, want all", i.Username)
		}
		if !roles[string(i.Role)] && (!strings.Contains(printed, i.Password) || !strings.Contains(printed, strings.TrimRight(" "+i.PIN+" "+i.TaxCode, " ")+"\n")) {
			t.Errorf("got no password, PIN and tax code for the first %s", i.Role)
		}
		roles[string(i.Role)] = true
	}
}
