// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package unusual

import (
	"strings"
	"testing"
)

func TestRulesAreData(t *testing.T) {
	if len(Rules()) != 3 {
		t.Errorf("got %d rules, want 3", len(Rules()))
	}
	if r, ok := FindRule("colleague"); !ok || r.Condition != colleague {
		t.Errorf("got %+v, %v", r, ok)
	}
	if _, ok := FindRule("gone"); ok {
		t.Error("got a rule that does not exist")
	}
	const good = "version: 1\nrules:\n  - {id: a, condition: colleague, least: 1, title: T, explanation: E}\n"
	if _, err := parse([]byte(good)); err != nil {
		t.Errorf("got %v", err)
	}
	for name, change := range map[string][2]string{
		"version": {"version: 1", "version: 2"}, "field": {"least: 1", "most: 1"}, "condition": {"colleague", "relative"}, "least": {"least: 1", "least: 0"},
		"title": {"title: T", "title: ''"}, "id": {"id: a", "id: ''"},
	} {
		if _, err := parse([]byte(strings.Replace(good, change[0], change[1], 1))); err == nil {
			t.Errorf("another %s: got no error", name)
		}
	}
	if _, err := parse([]byte(good + "  - {id: a, condition: restricted, least: 1, title: T, explanation: E}\n")); err == nil {
		t.Error("the same id twice: got no error")
	}
}
