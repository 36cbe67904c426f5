// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The rules of the house (ARCHITECTURE.md), held by what the Go tool says of the code.

const (
	module = "github.com/sol-assistenza/sol"
	root   = "../.."
)

// layers from the top: imports point down this list only.
var layers = []string{"cmd", "handlers", "sagas", "projections", "eventstore", "domain", "migrations"}

// forbiddenImports are between rooms that the order alone would let see each other.
var forbiddenImports = map[string][]string{
	"sagas":      {"projections"}, // what must happen does not depend on what people see
	"eventstore": {"domain"},      // the log knows nothing of tickets
	"domain":     {"migrations"},
}

// ticketlog is the one package of the event store that knows the domain: it converts records into events of tickets.
// Nothing else in the event store imports it.
const ticketlog = module + "/eventstore/ticketlog"

// allowedInDomain is all that the domain may use beside the standard library and itself.
var allowedInDomain = []string{"github.com/looplab/fsm", "go.yaml.in/yaml/v3"}

// deniedInDomain are parts of the standard library through which the outside would come in.
var deniedInDomain = []string{"net/http", "database/sql", "log/slog", "os/exec", "math/rand"}

// other top-level entries than the rooms. Hidden ones are listed too, but for git's own.
var otherTopLevelEntries = []string{
	".ci", ".editorconfig", ".gitignore", ".golangci.yml", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSES", "Makefile",
	"README.md", "REUSE.toml", "SECURITY.md", "TERMINOLOGY.md", "docs", "go.mod", "go.sum", "publiccode.yml", "tools",
}

type goPackage struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Standard,Imports,Deps", "./...")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// isTestPackage tells packages that only tests use, by their name: storetest, tickettest.
func isTestPackage(path string) bool { return strings.HasSuffix(path, "test") }

// layerOf of an import path; "" for what is not ours.
func layerOf(path string) string {
	inside, ours := strings.CutPrefix(path, module+"/")
	if !ours {
		return ""
	}
	name, _, _ := strings.Cut(inside, "/")
	return name
}

func TestImportsPointDown(t *testing.T) {
	for _, p := range listPackages(t) {
		from := layerOf(p.ImportPath)
		if !slices.Contains(layers, from) {
			t.Errorf("%s is in no room", p.ImportPath)
		}
		for _, imported := range p.Imports {
			to := layerOf(imported)
			if to == "" {
				continue
			}
			if imported == ticketlog && from == "eventstore" {
				t.Errorf("%s imports %s, which is for the layers above", p.ImportPath, imported)
			}
			if p.ImportPath == ticketlog && to == "domain" {
				continue
			}
			if slices.Index(layers, to) < slices.Index(layers, from) || slices.Contains(forbiddenImports[from], to) {
				t.Errorf("%s imports %s: %s may not know %s", p.ImportPath, imported, from, to)
			}
			if isTestPackage(imported) && !isTestPackage(p.ImportPath) {
				t.Errorf("%s imports %s, which is for tests", p.ImportPath, imported)
			}
		}
	}
}

func TestTheDomainIsPure(t *testing.T) {
	for _, p := range listPackages(t) {
		if layerOf(p.ImportPath) != "domain" || isTestPackage(p.ImportPath) {
			continue
		}
		for _, dep := range p.Deps {
			dotted := strings.Contains(strings.Split(dep, "/")[0], ".") // the standard library has no dots there
			switch {
			case slices.Contains(deniedInDomain, dep):
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			case dotted && layerOf(dep) != "domain" && !slices.Contains(allowedInDomain, dep):
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			}
		}
	}
}

func TestTopLevelEntries(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if !slices.Contains(layers, name) && !slices.Contains(otherTopLevelEntries, name) && !isGitIgnored(name) {
			t.Errorf("%s at the top level: it belongs into a room", name)
		}
	}
}

// isGitIgnored tells what git does not keep (.gitignore).
func isGitIgnored(path string) bool {
	first, _, _ := strings.Cut(filepath.ToSlash(path), "/")
	return slices.Contains([]string{".git", "bin", "data", ".idea", ".vscode", ".DS_Store"}, first) ||
		slices.Contains(strings.Split(filepath.ToSlash(path), "/"), "node_modules") ||
		strings.HasSuffix(path, ".test") || strings.HasSuffix(path, ".prof")
}

func TestLicenceHeaders(t *testing.T) {
	elsewhere := reuseAnnotations(t)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if isGitIgnored(inside) {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.IsDir() || strings.HasPrefix(inside, "LICENSES") || elsewhere.MatchString(filepath.ToSlash(inside)) {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		head := string(content[:min(len(content), 400)])
		if !strings.Contains(head, "SPDX-FileCopyrightText: ") || !strings.Contains(head, "SPDX-License-Identifier: ") {
			t.Errorf("%s neither begins with the two REUSE lines nor stands in REUSE.toml", inside)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// reuseAnnotations matches the paths that REUSE.toml names: ** is anything, * anything but a slash.
func reuseAnnotations(t *testing.T) *regexp.Regexp {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "REUSE.toml"))
	if err != nil {
		t.Fatal(err)
	}
	var patterns []string
	for _, paths := range regexp.MustCompile(`(?s)path = (\[.*?\]|"[^"]+")`).FindAllStringSubmatch(string(content), -1) {
		for _, glob := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(paths[1], -1) {
			pattern := regexp.QuoteMeta(glob[1])
			pattern = strings.ReplaceAll(pattern, `\*\*/`, `(?:.*/)?`)
			pattern = strings.ReplaceAll(pattern, `\*\*`, `.*`)
			pattern = strings.ReplaceAll(pattern, `\*`, `[^/]*`)
			patterns = append(patterns, pattern)
		}
	}
	return regexp.MustCompile(`^(?:` + strings.Join(patterns, "|") + `)$`)
}
