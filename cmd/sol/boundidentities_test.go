// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

// writeProvider writes a file with an identity provider for staff, and returns the setting that names it.
func writeProvider(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "providers.json")
	content := `{"providers": [{"name": "portale-prova", "label": "Portale", "audience": "staff", "portal": {"proxies": ["127.0.0.2/32"]}}]}`
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return "SOL_IDENTITY_PROVIDERS=" + file
}

// testBoundIdentities binds an identity to an account at the command line, and ends it. An administrator's waits for a second one.
func (s demoRun) testBoundIdentities(t *testing.T) {
	s = s.withT(t)
	users := map[person.Role]string{}
	for _, i := range s.info.Identities {
		if users[i.Role] == "" { // a later one is an operator who is a citizen too
			users[i.Role] = i.Username
		}
	}
	operator := users[person.ASROperator]
	bind := func(user, code string) []string {
		return []string{"user", "identity", "bind", user, "--provider", "portale-prova", "--tax-code", code, "--reason", "prova"}
	}
	s.run(bind(operator, "TINIT-RSSMRA80A01H501U")...)
	listed := s.run("user", "identity", "list", operator)
	id, rest, _ := strings.Cut(listed, " ")
	if !strings.Contains(rest, "portale-prova") || !strings.Contains(rest, "by an administrator") || strings.Contains(listed, "RSSMRA") {
		t.Errorf("list: got %q, want the identity without its tax code", listed)
	}
	if out := s.run(bind(users[person.Administrator], "RSSMRA85T10A562S")...); !strings.Contains(out, "waits until") {
		t.Errorf("to an administrator: got %q, want a request", out)
	}
	for want, args := range map[string][]string{
		"leads to the account " + operator: bind(users[person.ASRSupervisor], "RSSMRA80A01H501U"),
		"tax code of a person":             bind(operator, "RSSMRA80A01H501X"),
		"sol user list":                    bind("nessuno.prova", "RSSMRA85T10A562S"),
		"sol user identity list":           {"user", "identity", "end", users[person.ASRSupervisor], id},
	} {
		if out := s.runRefused(args...); !strings.Contains(out, want) {
			t.Errorf("%v: got %q, want %q", args, out, want)
		}
	}
	s.run("user", "identity", "end", operator, id, "--reason", "ha cambiato ufficio")
	if listed := s.run("user", "identity", "list", operator); listed != "" {
		t.Errorf("list: got %q, want none", listed)
	}
}
