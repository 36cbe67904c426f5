// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSequentialPackagesHaveNoGoroutines checks that the packages which make test tests without the race detector, but for those that are for
// tests only, start no goroutine and run no tests at the same time.
func TestSequentialPackagesHaveNoGoroutines(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^SEQUENTIAL := (.+)$`).FindSubmatch(makefile)
	if line == nil {
		t.Fatal("the Makefile has no line SEQUENTIAL")
	}
	for _, p := range listPackages(t) {
		path, _ := inModule(p.ImportPath)
		for pattern := range strings.FieldsSeq(string(line[1])) {
			if matches(strings.TrimPrefix(pattern, "./"), path) && !isTestPackage(path) {
				expectNoGoroutines(t, p.Dir)
			}
		}
	}
}

// expectNoGoroutines fails the test if a Go file in a directory, tests included, has a go statement or calls a method Go or Parallel.
func expectNoGoroutines(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	for _, name := range files {
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: got a goroutine, want none", set.Position(n.Pos()))
			case *ast.SelectorExpr:
				if n.Sel.Name == "Go" || n.Sel.Name == "Parallel" {
					t.Errorf("%s: got a call of %s, want none", set.Position(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
}
