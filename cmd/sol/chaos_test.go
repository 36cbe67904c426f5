// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"strings"
	"testing"
)

// shortChaos are the faults of the test, one round each. make chaos plays all kinds many times.
var shortChaos = []string{"kill-node", "freeze-node", "cut", "kill-primary", "promote", "rotate-keys", "lose-standby-promote"}

// TestChaos damages an installation a few times: nothing that was acknowledged is lost, doubled or done twice.
func TestChaos(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	out, stderr, err := i.runMayFail("chaos", "--rounds", fmt.Sprint(len(shortChaos)), "--kinds", strings.Join(shortChaos, ","),
		"--nodes", "2", "--clients", "3", "--idle-timeout", "5m", "--json")
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, stderr, out)
	}
	lines := parseJSONLines(t, out)
	if len(lines) != len(shortChaos)+1 {
		t.Fatalf("got %d lines, want one for each kind and one for all: %s", len(lines), out)
	}
	for _, kind := range lines[:len(shortChaos)] {
		if kind["rounds"] != float64(1) || kind["acknowledged"] == float64(0) {
			t.Errorf("got %v, want a round with acknowledged commands", kind)
		}
	}
}

// TestChaosRefusesUnknownKinds names the kinds that exist.
func TestChaosRefusesUnknownKinds(t *testing.T) {
	t.Parallel()
	_, stderr, err := newInstallation(t).runMayFail("chaos", "--kinds", "earthquake")
	if err == nil || !strings.Contains(stderr, "lose-standby-promote") {
		t.Errorf("got %v, %q, want an error with the kinds", err, stderr)
	}
}
