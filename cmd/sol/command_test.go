// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestCommandLine: an error is one line; the exit code tells an invalid command line from a failure.
func TestCommandLine(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		env  map[string]string
		code int
		err  string
	}{
		"help":               {args: []string{"--help"}},
		"version":            {args: []string{"version", "--json"}},
		"unknown command":    {args: []string{"sreve"}, code: 2, err: `unknown command "sreve"`},
		"unknown flag":       {args: []string{"serve", "--port", "1"}, code: 2, err: "unknown flag: --port"},
		"too many arguments": {args: []string{"serve", "now"}, code: 2, err: "unknown command"},
		"no ticket":          {args: []string{"replay"}, code: 2, err: "accepts 1 arg"},
		"bad configuration": {args: []string{"serve"}, env: map[string]string{"SOL_LOG": "xml", "HOME": "/nowhere"}, code: 1,
			err: `SOL_LOG="xml"`},
		"demo without tickets": {args: []string{"demo", "--tickets", "0"}, env: map[string]string{"HOME": "/nowhere"}, code: 1,
			err: "number of tickets"},
		"no playbooks": {args: []string{"serve"}, env: map[string]string{"SOL_PLAYBOOKS_DIR": "/nowhere/playbooks",
			"SOL_DATA_DIR": "/nowhere/data"}, code: 1, err: "/nowhere/playbooks is no directory"},
		"no connectors": {args: []string{"serve"}, env: map[string]string{"SOL_CONNECTORS": "/nowhere/systems.json",
			"SOL_DATA_DIR": "/nowhere/data"}, code: 1, err: "/nowhere/systems.json"},
		"no such saga": {args: []string{"sagas", "simulate", "closing", "--set", "a=b"}, code: 1,
			err: "closing cannot be simulated; those with timers can: auto-close, escalation"},
		"no such topic":       {args: []string{"outbox", "list", "--topic", "post"}, code: 1, err: "want one of notify, ask-connector, mail"},
		"erase without --yes": {args: []string{"ticket", "erase", "2026-0000001"}, code: 1, err: "--yes"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, stderr bytes.Buffer
			code := run(t.Context(), c.args, func(name string) string { return c.env[name] }, &out, &stderr)
			if code != c.code || !strings.Contains(stderr.String(), c.err) {
				t.Errorf("got exit code %d and %q, want %d and %q", code, stderr.String(), c.code, c.err)
			}
			if c.code != 0 && strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("got %q, want one line", stderr.String())
			}
		})
	}
}

// TestReadmeListsEveryCommand: the table of the README has a row for each command, and the row names its subcommands.
func TestReadmeListsEveryCommand(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(string(readme), "\n")
	for _, command := range (&cli{}).rootCommand().Commands() {
		i := slices.IndexFunc(rows, func(row string) bool {
			name, ok := strings.CutPrefix(row, "| `sol "+command.Name())
			return ok && strings.ContainsAny(name[:1], " `")
		})
		if i < 0 {
			t.Errorf("no row for sol %s", command.Name())
			continue
		}
		words := strings.FieldsFunc(rows[i], func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') })
		for _, sub := range command.Commands() {
			if !slices.Contains(words, sub.Name()) {
				t.Errorf("the row of sol %s does not name %s", command.Name(), sub.Name())
			}
		}
	}
}
