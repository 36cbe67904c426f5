// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"net/http"
	"strings"
	"testing"
)

// testTokens issues an API token at the command line, uses it at the running server, and revokes it.
func (s demoRun) testTokens(t *testing.T) {
	s = s.withT(t)
	s.run("user", "add", "portale.prova", "--given-name", "Portale", "--family-name", "Prova", "--generate", "--permanent", "--role", "integrazione")
	create := func(user, scopes, entity, days string) []string {
		return []string{"token", "create", user, "--name", "Portale di prova", "--scopes", scopes, "--entity", entity, "--days", days, "--json"}
	}
	made := parseJSONLines(t, s.run(create("portale.prova", "tickets.open", "010301", "30")...))[0]
	id, secret := made["id"].(string), made["token"].(string)
	portal := apiClient{t: t, base: s.info.Address, token: secret}
	portal.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Dal portale."))
	portal.expect(http.StatusForbidden, http.MethodGet, "/api/v1/tickets", nil)
	listed := s.run("token", "list")
	if !strings.Contains(listed, id) || strings.Contains(listed, secret) || strings.Contains(listed, "never used") {
		t.Errorf("list: got %q, want the token with its last use and without its secret", listed)
	}
	for want, args := range map[string][]string{
		"no scope":     create("portale.prova", "everything", "010301", "30"),
		"within":       create("portale.prova", "tickets.open", "010301", "400"),
		"no such role": create("portale.prova", "tickets.open", "999999", "30"),
		"integrazione": create(s.info.Identities[0].Username, "tickets.open", "all", "30"),
		"sol user":     create("nessuno.prova", "tickets.open", "all", "30"),
		"sol token":    {"token", "revoke", "01930000-0000-7000-8000-0000000000ff"},
	} {
		if out := s.runRefused(args...); !strings.Contains(out, want) {
			t.Errorf("%v: got %q, want %q", args, out, want)
		}
	}
	s.run("token", "revoke", id, "--reason", "non serve più")
	portal.expect(http.StatusUnauthorized, http.MethodPost, "/api/v1/tickets", newTicketBody("Ancora."))
	if listed := s.run("token", "list"); !strings.Contains(listed, "revoked") {
		t.Errorf("list: got %q, want the token revoked", listed)
	}
}

// testInsecureSettings: the demo is served without https. The log and /status say so.
func (s demoRun) testInsecureSettings(t *testing.T) {
	s = s.withT(t)
	a := apiClient{t: t, base: s.info.Address}.expect(http.StatusOK, http.MethodGet, "/status", nil)
	if !strings.Contains(string(a.raw), `"name":"insecure-settings","detail":"SOL_PUBLIC_URL is not https`) {
		t.Errorf("/status: got %s, want the insecure setting", a.raw)
	}
	if !strings.Contains(s.output.String(), "SOL_PUBLIC_URL is not https") {
		t.Error("got no warning in the log")
	}
}
