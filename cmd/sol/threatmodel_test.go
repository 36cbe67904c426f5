// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEachThreatHasATest: each line of the threat model says what stops the threat, and names tests that exist.
func TestEachThreatHasATest(t *testing.T) {
	written := map[string]bool{}
	declaration := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		for _, found := range declaration.FindAllStringSubmatch(string(content), -1) {
			written[found[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	model, err := os.ReadFile(filepath.Join(root, "docs", "threat-model.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows, test := 0, regexp.MustCompile("`(Test\\w+)`")
	for line := range strings.Lines(string(model)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.TrimSpace(cells[0]) == "threat" {
			continue
		}
		rows++
		if len(cells) != 3 || strings.TrimSpace(cells[1]) == "" {
			t.Errorf("got the row %q, want a threat, what stops it, and a test", line)
			continue
		}
		named := test.FindAllStringSubmatch(cells[2], -1)
		if len(named) == 0 {
			t.Errorf("%s: got no test, want one", strings.TrimSpace(cells[0]))
		}
		for _, n := range named {
			if !written[n[1]] {
				t.Errorf("%s: got %s, which is not written", strings.TrimSpace(cells[0]), n[1])
			}
		}
	}
	if rows < 20 {
		t.Errorf("got %d threats, want the whole table", rows)
	}
}
