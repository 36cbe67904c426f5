// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestServeSendsSecurityEvents: a running server writes refused log-ins and looks to the file, also when it was killed right after them, and
// what was typed is in no line. Commands beside it leave events too.
func TestServeSendsSecurityEvents(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "security.jsonl")
	i := newInstallation(t, "SOL_SECURITY_EVENTS="+file)
	lines := func() []map[string]any {
		text, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return parseJSONLines(t, string(text))
	}
	// An event that was written right before the crash comes again, with the same id or one with a larger end: the last one counts.
	read := func() (all []map[string]any) {
		index := map[string]int{}
		for _, e := range lines() {
			begin, _, _ := strings.Cut(e["id"].(string), "-")
			if n, again := index[begin]; again {
				all[n] = e
				continue
			}
			index[begin] = len(all)
			all = append(all, e)
		}
		return all
	}
	find := func(kind, field, value string) (found []map[string]any) {
		for _, e := range read() {
			if e["kind"] == kind && e[field] == value {
				found = append(found, e)
			}
		}
		return found
	}
	s := i.serve()
	operator := i.addUser("mela.prova", "operatore_asr", "010301")
	client := apiClient{t: t, base: "http://" + i.address}
	refused := func(username string) {
		t.Helper()
		body := map[string]any{"username": username, "password": "una-parola-sbagliata", "pin": "00000"}
		if r, err := client.request(http.MethodPost, "/api/v1/sessions", body); err != nil || r.status != http.StatusUnauthorized {
			t.Fatalf("got %v, %v, want 401", r, err)
		}
	}
	refused(operator.Username)
	s.waitFor("the refused log-in is in the file", func() bool { return len(find("login.refused", "username", operator.Username)) > 0 })
	session := client.login(operator)
	for range 2 {
		session.expect(http.StatusNotFound, http.MethodGet, "/api/v1/tickets/0192f000-0000-7000-8000-000000000001", nil)
	}
	refused("sbagliato.di.nuovo")
	s.kill()

	i.env = append(i.env, "SOL_HOLD=3s")
	s = i.serve()
	s.waitFor("the events of before the crash are in the file", func() bool {
		return len(find("login.succeeded", "username", operator.Username)) > 0 && len(read()) >= 3
	})
	i.run("ticket", "list")
	i.run("keys", "renew", "search")
	s.waitFor("the looks and key uses of commands are in the file", func() bool {
		return len(find("look.command", "command_line", "sol ticket list")) == 1 && len(find("key.hash-renewed", "key", "search")) == 1
	})
	looks := 0
	for _, e := range find("look.refused", "by_username", operator.Username) {
		count, _ := e["count"].(float64)
		looks += int(count)
	}
	if looks != 2 {
		t.Errorf("got %d refused looks, want 2", looks)
	}
	if started, changed := find("node.started", "kind", "node.started"), find("setting.changed", "setting", "SOL_HOLD"); len(started) != 2 || len(changed) != 1 || changed[0]["after"] != "3s" {
		t.Errorf("got starts %v and changes %v, want two starts and one change", started, changed)
	}
	var last float64
	for _, e := range lines() {
		number, _ := e["sequence"].(float64)
		if number < 1 || number > last+1 {
			t.Errorf("got event %v after number %v, want no gap", e, last)
		}
		last = max(last, number)
	}
	if events := len(read()); last < float64(events) {
		t.Errorf("got %d events and the last number %v, want a number for each", events, last)
	}
	var anonymous int
	for _, e := range read() {
		if e["address"] != "127.0.0.1" && e["kind"] == "login.refused" {
			t.Errorf("got event %v, want the address of its client", e)
		}
		if _, named := e["username"]; e["kind"] == "login.refused" && !named {
			anonymous++
		}
	}
	if anonymous != 1 {
		t.Errorf("got %d refused log-ins without an account, want 1: %v", anonymous, read())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{"sbagliato", "una-parola"} {
		if strings.Contains(string(text), typed) {
			t.Errorf("the file holds what was typed at a refused log-in: %q", typed)
		}
	}
}
