// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
	"github.com/sol-assistenza/sol/handlers/identity/personallink"
)

var update = flag.Bool("update", false, "write the golden file anew; what disappears from it may be in somebody's database")

// TestStoredNames compares all names that databases, data directories, links and clients hold with a golden file, so that a rename in the
// code cannot change them unnoticed. It collects the names from the sources and from running code. The file holds no Go identifier and no
// package path, so moved and renamed code leaves it unchanged. If a function whose arguments are collected gets a new name, add the name
// to keyed and leave the golden file as it is.
func TestStoredNames(t *testing.T) {
	names, objects := make(section), make(map[string]object)
	for _, file := range filesBelowRoot(t) {
		switch {
		case isTestCode.MatchString(file):
		case strings.HasSuffix(file, ".go"):
			names.addSource(t, file, objects)
		case strings.HasSuffix(file, ".sql"):
			names.addMigration(t, file)
		case strings.HasSuffix(file, ".yaml") && strings.Contains(file, "/data/"):
			names.add("playbooks", filepath.Base(file))
		}
	}
	for _, group := range names.enumerations() {
		names.add("values of enumerations", group)
	}
	names.addObjects(objects)
	names.addCatalog()
	names.addDerived()

	var got bytes.Buffer
	got.WriteString("Written by go test ./cmd/sol -run TestStoredNames -update: names that are stored, which no release may change.\n")
	for _, title := range slices.Sorted(maps.Keys(names)) {
		if strings.HasPrefix(title, enumPrefix) {
			continue
		}
		fmt.Fprintf(&got, "\n== %s\n%s\n", title, strings.Join(slices.Sorted(maps.Keys(names[title])), "\n"))
	}
	got.WriteString("\n== what sagas store, event by event\n")
	writeSagas(t, &got)
	compareGolden(t, filepath.Join("testdata", "storednames.golden"), got.Bytes())
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, after := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for _, line := range before {
		if !slices.Contains(after, line) {
			t.Errorf("got no stored name %s, want it as in the golden file", line)
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			t.Errorf("got a stored name that the golden file does not have: %s", line)
		}
	}
	if !t.Failed() && !bytes.Equal(got, want) {
		t.Errorf("got the lines of %s in another order", file)
	}
}

// sourceRoot is the module's directory.
const sourceRoot = "../.."

// isTestCode matches files that store nothing in an installation: tests, their helpers, benchmarks, faults for both, demo data, the embedded Postgres, and
// the codes of refusals, which have a golden file of their own.
var isTestCode = regexp.MustCompile(`_test\.go$|/testdata/|/(bench|faults|simulator|embedpg|refusal|\w*test)/|^tools/`)

// filesBelowRoot returns the paths of the module's files, relative to sourceRoot.
func filesBelowRoot(t *testing.T) (files []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(sourceRoot), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && path != "." && (strings.HasPrefix(path, ".") || path == "bin" || path == "data" ||
			entry.Name() == "node_modules") {
			return fs.SkipDir
		}
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// section holds the names of each kind, by the kind's title.
type section map[string]map[string]bool

func (s section) add(title, name string) {
	if s[title] == nil {
		s[title] = make(map[string]bool)
	}
	s[title][name] = true
}

// enumerations returns the constants of each named type, without the type's name.
func (s section) enumerations() (groups []string) {
	for title, values := range s {
		if strings.HasPrefix(title, enumPrefix) {
			groups = append(groups, strings.Join(slices.Sorted(maps.Keys(values)), " | "))
		}
	}
	return groups
}

// addObjects collects the structs with JSON tags, and the structs that these contain.
func (s section) addObjects(all map[string]object) {
	var pending []string
	for name, o := range all {
		if o.tagged {
			pending = append(pending, name)
		}
	}
	for len(pending) > 0 {
		o := all[pending[0]]
		delete(all, pending[0])
		pending = append(pending[1:], o.holds...)
		if o.names != "" {
			s.add("fields of JSON objects", o.names)
		}
	}
}

var (
	sqlComment = regexp.MustCompile(`(?m)\s*--( |$).*$`)
	created    = regexp.MustCompile(`(?m)^create (?:unlogged )?(schema|table|sequence|function|procedure|collation|trigger|policy) (\S+?)(?:\(| |;|$)`)
)

// addMigration collects a migration without its comments: an applied migration must never change.
func (s section) addMigration(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(sourceRoot, file))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte("-- +goose Up")) {
		return
	}
	statements := strings.Join(strings.Fields(sqlComment.ReplaceAllString(string(text), "")), " ")
	s.add("migrations", fmt.Sprintf("%s %x", filepath.Base(file), sha256.Sum256([]byte(statements))))
	for _, m := range created.FindAllStringSubmatch(string(text), -1) {
		s.add("database", m[1]+" "+m[2])
	}
}

// addCatalog collects the ids of services and problems, which events contain.
func (s section) addCatalog() {
	for _, service := range catalog.Default().Services() {
		for _, problem := range service.Problems {
			s.add("services and problems", string(service.ID)+"/"+string(problem.ID))
		}
	}
}

// addDerived collects the derived values in mails and links. The hash of this test returns its purpose and value as text.
func (s section) addDerived() {
	const id = "01930000-0000-7000-8000-0000000000a1"
	hashes := func(purpose, value string) []string {
		return []string{fmt.Sprintf("%x", sha256.Sum256([]byte(purpose+"\n"+value)))}
	}
	addresses := mailaddress.New(hashes, "example.org")
	s.add("addresses and links", addresses.Reply(id))
	s.add("addresses and links", addresses.Bounce(id))
	s.add("addresses and links", addresses.MessageID(id))
	s.add("addresses and links", addresses.From())
	links := personallink.New(nil, hashes, nil)
	s.add("addresses and links", links.PersonalLink(id, ticket.LinkIssue{}))
	issue := ticket.LinkIssue{N: 2, Day: 20_786}
	s.add("addresses and links", addresses.WithIssue(issue).Reply(id))
	s.add("addresses and links", addresses.WithIssue(issue).Bounce(id))
	s.add("addresses and links", links.PersonalLink(id, issue))
}
