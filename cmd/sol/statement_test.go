// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/handlers/app/privacystatements"
)

// testStatements publishes a privacy statement at the command line, shows and lists it, beside those of the demo.
func (s demoRun) testStatements(t *testing.T) {
	s = s.withT(t)
	file := filepath.Join(t.TempDir(), "informativa.txt")
	publish := func(entity, text string) []string {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return []string{"statement", "publish", "--entity", entity, "--file", file}
	}
	if out := s.run("statement", "list"); !strings.Contains(out, "010301") || !strings.Contains(out, "in force") {
		t.Errorf("list: got %q, want the demo's statements", out)
	}
	if out := s.run(publish("010208", "Prima riga.\n\nSeconda riga.\n")...); !strings.Contains(out, "published version 1 of the privacy statement of 010208") {
		t.Errorf("publish: got %q", out)
	}
	if out := s.run(publish("010208", "Seconda versione.")...); !strings.Contains(out, "version 2") {
		t.Errorf("publish again: got %q", out)
	}
	if out := s.run("statement", "show", "--entity", "010208"); out != "Seconda versione.\n" {
		t.Errorf("show: got %q", out)
	}
	if out := s.run("statement", "show", "--entity", "010208", "--version", "1"); out != "Prima riga.\n\nSeconda riga.\n" {
		t.Errorf("show version 1: got %q", out)
	}
	var all []privacystatements.Statement
	if err := json.Unmarshal([]byte(s.run("statement", "list", "--json")), &all); err != nil {
		t.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(n privacystatements.Statement) bool { return n.Entity != "010208" })
	if len(all) != 2 || !all[0].InForce || all[0].Text != "Seconda versione." || all[1].InForce {
		t.Errorf("list as JSON: got %+v, want both versions, the newest first", all)
	}
	for want, args := range map[string][]string{
		"--file: ":                    publish("010208", "Seconda versione.\r\n"),
		"--entity: ":                  {"statement", "publish", "--entity", "999999", "--file", file},
		"no such file":                {"statement", "publish", "--entity", "010208", "--file", file + ".no"},
		"there is no such version":    {"statement", "show", "--entity", "010208", "--version", "3"},
		"required flag(s) \"entity\"": {"statement", "show"},
	} {
		if out := s.runRefused(args...); !strings.Contains(out, want) {
			t.Errorf("%v: got %q, want %q", args, out, want)
		}
	}
}
