// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main_test

import (
	"bytes"
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

// These tests compare the imports of the code with the structure in ARCHITECTURE.md.

const (
	module = "github.com/sol-assistenza/sol"
	root   = "../.."
)

// topLevelDirectories are the directories with Go code, from the top: imports point down.
var topLevelDirectories = []string{"cmd", "handlers", "sagas", "projections", "eventstore", "domain", "migrations"}

// allowedImports lists, for each package, which packages of this module it may import. "x/..." stands for x and every package below it.
// A new package needs a line here. Packages whose name ends in "test" are for tests: no other package imports them, and they may
// import everything below them.
var allowedImports = map[string][]string{
	// domain: the rules; pure.
	"domain/agreement":        {"domain/calendar", "domain/catalog", "domain/person", "domain/refusal"},
	"domain/account":          {"domain/catalog", "domain/person", "domain/policy", "domain/refusal"},
	"domain/calendar":         {},
	"domain/catalog":          {"domain/calendar"},
	"domain/person":           {"domain/catalog", "domain/refusal"},
	"domain/playbook":         {"domain/calendar", "domain/catalog", "domain/refusal"},
	"domain/policy":           {"domain/catalog", "domain/person"},
	"domain/privacystatement": {"domain/catalog", "domain/person", "domain/refusal"},
	"domain/refusal":          {},
	"domain/rolemapping":      {"domain/account", "domain/catalog", "domain/person", "domain/refusal"},
	"domain/ticket":           {"domain/calendar", "domain/catalog", "domain/person", "domain/playbook", "domain/policy", "domain/refusal", "domain/ticket/receivedmail"},
	"domain/ticket/rules":     {"domain/..."},

	"domain/ticket/codec":          {"domain/ticket", "domain/person"},
	"domain/ticket/acts":           {"domain/person", "domain/ticket"},
	"domain/ticket/contacts":       {"domain/ticket"},
	"domain/ticket/representation": {"domain/calendar", "domain/ticket"},
	"domain/ticket/receivedmail":   {},
	"migrations":                   {},

	// eventstore: the log; it does not know tickets. ticketlog is the one package that knows both.
	"eventstore": {"eventstore/dbclock", "eventstore/epoch", "eventstore/keyring", "eventstore/lease", "eventstore/metrics", "eventstore/notify", "eventstore/pgpool", "eventstore/proof",
		"eventstore/readertags", "eventstore/refusal", "eventstore/signedreader"},
	"eventstore/keyring":      {"eventstore/notify"},
	"eventstore/lease":        {},
	"eventstore/dbclock":      {"eventstore/notify"},
	"eventstore/metrics":      {},
	"eventstore/notify":       {},
	"eventstore/pgpool":       {"eventstore/signedreader"},
	"eventstore/proof":        {"eventstore/pgpool", "eventstore/signedreader"},
	"eventstore/embedpg":      {},
	"eventstore/bench":        {"eventstore", "eventstore/pgpool"},
	"eventstore/consumers":    {},
	"eventstore/epoch":        {},
	"eventstore/labelseal":    {"eventstore"},
	"eventstore/lastseen":     {"eventstore", "eventstore/epoch", "eventstore/notify"},
	"eventstore/readertags":   {},
	"eventstore/refusal":      {},
	"eventstore/restore":      {"eventstore"},
	"eventstore/signedreader": {},
	"eventstore/dispatch":     {"eventstore", "eventstore/notify", "eventstore/readertags"},
	"eventstore/persons":      {"eventstore", "eventstore/keyring"},
	"eventstore/ticketlog":    {"domain/...", "eventstore", "eventstore/dispatch"},

	// projections: the read models.
	"projections":                   {"domain/...", "eventstore", "eventstore/ticketlog", "projections/..."},
	"projections/readmodel":         {"domain/...", "eventstore", "eventstore/consumers", "eventstore/ticketlog"},
	"projections/ticketview":        {"domain/...", "eventstore", "eventstore/ticketlog"},
	"projections/lists":             {"domain/...", "eventstore", "eventstore/ticketlog", "projections/lists/searchterms", "projections/readmodel", "projections/ticketview"},
	"projections/lists/searchterms": {"domain/ticket"},
	"projections/dashboard": {"domain/...", "eventstore", "eventstore/ticketlog", "projections/readmodel", "projections/ticketview",
		"projections/lists"},

	// sagas: automatic actions. They do not import read models.
	"sagas/runtime": {"domain/...", "eventstore", "eventstore/lease", "eventstore/notify", "eventstore/ticketlog"},
	"sagas":         {"domain/...", "sagas/runtime"},

	// handlers: adapters around the application service. Adapters do not import each other.
	"handlers/identity":              {"domain/...", "eventstore/signedreader", "eventstore", "eventstore/persons", "eventstore/pgpool", "handlers/identity/bindings", "handlers/identity/idp", "handlers/identity/personallink"},
	"handlers/identity/bindings":     {"domain/...", "eventstore/pgpool"},
	"handlers/identity/clientcert":   {"domain/...", "handlers/identity", "handlers/identity/idp"},
	"handlers/identity/idp":          {"domain/..."},
	"handlers/identity/mailaddress":  {"domain/..."},
	"handlers/identity/personallink": {"domain/...", "eventstore", "eventstore/pgpool"},

	"handlers/identity/oidc":           {"domain/...", "handlers/identity", "handlers/identity/idp"},
	"handlers/identity/oidc/simulator": {},
	"handlers/identity/portal":         {"domain/...", "handlers/identity", "handlers/identity/clientcert", "handlers/identity/idp"},
	"handlers/identity/secondfactor":   {"domain/...", "handlers/app/accounts", "handlers/identity"},
	"handlers/app": append([]string{
		"handlers/app/accesslog", "handlers/app/accounts", "handlers/app/agreements", "handlers/app/attachment", "handlers/app/caller", "handlers/app/files", "handlers/app/looks", "handlers/app/draft", "handlers/app/formlimit", "handlers/app/health", "handlers/app/live", "handlers/app/mailsender", "handlers/app/messages",
		"handlers/app/notification", "handlers/app/privacystatements",
		"handlers/app/presence", "handlers/identity", "eventstore/dispatch", "eventstore/persons", "eventstore/readertags", "eventstore/ticketlog", "sagas/...",
	}, below...),
	"handlers/app/accounts":          {"domain/...", "eventstore", "eventstore/dispatch", "eventstore/notify", "eventstore/ticketlog", "handlers/app/apitokens", "handlers/identity", "handlers/identity/bindings", "handlers/identity/idp"},
	"handlers/app/keyrecords":        {"domain/...", "eventstore/pgpool", "eventstore/ticketlog"},
	"handlers/app/apitokens":         {"domain/...", "eventstore", "eventstore/pgpool"},
	"handlers/app/accessreport":      {"domain/...", "eventstore", "eventstore/pgpool", "handlers/app/accesslog", "projections/ticketview"},
	"handlers/app/dossier":           append([]string{"handlers/app", "handlers/app/accesslog", "eventstore/proof"}, below...),
	"handlers/app/answers":           append([]string{"handlers/app", "handlers/app/accesslog", "handlers/app/accessreport", "handlers/app/agreements", "handlers/app/unusual", "handlers/identity", "eventstore/pgpool"}, below...),
	"handlers/app/unusual":           {"domain/...", "eventstore", "eventstore/pgpool", "handlers/app/accesslog"},
	"handlers/app/agreements":        {"domain/...", "eventstore", "eventstore/dispatch", "eventstore/ticketlog"},
	"handlers/app/privacystatements": {"domain/...", "eventstore", "eventstore/dispatch", "eventstore/ticketlog"},
	"handlers/app/accesslog":         {"domain/...", "eventstore", "eventstore/pgpool", "eventstore/ticketlog"},
	"handlers/app/accesslog/months":  {},
	"handlers/app/attachment":        {"domain/...", "eventstore", "handlers/app/attachment/redraw"},
	"handlers/app/attachment/redraw": {},
	"handlers/app/files":             {"domain/...", "eventstore", "handlers/app/attachment/redraw", "handlers/app/caller", "handlers/app/mailtext", "projections/ticketview"},
	"handlers/app/caller":            {"domain/...", "handlers/app/accesslog", "projections/ticketview"},
	"handlers/app/looks": {"domain/...", "eventstore", "eventstore/persons", "handlers/app/accesslog", "handlers/app/caller", "handlers/app/notification", "projections/dashboard",
		"projections/lists", "projections/lists/searchterms", "projections/readmodel"},
	"handlers/app/draft":     {"domain/...", "eventstore", "eventstore/labelseal"},
	"handlers/app/formlimit": {"domain/...", "eventstore"},
	"handlers/app/health":    {"eventstore", "eventstore/consumers", "eventstore/pgpool", "eventstore/refusal"},
	"handlers/app/live": {
		"domain/...", "eventstore", "handlers/app/files", "handlers/app/notification", "handlers/app/presence", "handlers/identity", "projections/lists",
		"projections/ticketview",
	},
	"handlers/app/mailsender":             {"handlers/app/mailtext"},
	"handlers/app/mailtext":               {"handlers/app/mailtext/mimepart"},
	"handlers/app/mailtext/mimepart":      {},
	"handlers/app/messages":               {"domain/...", "sagas/runtime"},
	"handlers/app/notification":           {"domain/...", "eventstore", "projections/lists", "projections/ticketview", "sagas"},
	"handlers/app/presence":               {"domain/...", "eventstore"},
	"handlers/app/readymade":              {"domain/..."},
	"handlers/middleware":                 {"domain/..."},
	"handlers/securityevents":             {"domain/...", "eventstore/lease", "eventstore/notify", "handlers/identity"},
	"handlers/sse":                        application,
	"handlers/sse/bench":                  {"domain/...", "eventstore/bench", "eventstore/pgpool", "handlers/identity"},
	"handlers/api":                        append([]string{"handlers/api/...", "handlers/middleware", "handlers/sse"}, application...),
	"handlers/api/bindings":               append([]string{"handlers/api/operation"}, application...),
	"handlers/api/operation":              application,
	"handlers/api/sessions":               append([]string{"handlers/api/operation"}, application...),
	"handlers/api/tokens":                 append([]string{"handlers/api/operation"}, application...),
	"handlers/api/privacystatements":      append([]string{"handlers/api/operation"}, application...),
	"handlers/api/document":               {"domain/..."},
	"handlers/web":                        append([]string{"handlers/identity/clientcert", "handlers/identity/oidc", "handlers/identity/portal", "handlers/middleware", "handlers/sse", "handlers/web/...", "handlers/identity/idp", "handlers/identity/personallink"}, application...),
	"handlers/web/ui":                     append([]string{"handlers/identity/personallink", "handlers/middleware"}, application...),
	"handlers/web/ui/chart":               {},
	"handlers/web/operator":               page,
	"handlers/web/citizen":                append([]string{"eventstore/notify"}, page...),
	"handlers/web/supervisor":             page,
	"handlers/web/auditor":                page,
	"handlers/web/account":                page,
	"handlers/web/admin":                  append([]string{"handlers/identity/idp", "sagas/..."}, page...),
	"handlers/web/bench":                  append([]string{"handlers/middleware"}, application...),
	"handlers/inbound":                    append([]string{"handlers/identity/mailaddress", "handlers/middleware"}, application...),
	"handlers/quarantine":                 {"eventstore/keyring", "eventstore/notify"},
	"handlers/outbox":                     {"domain/...", "eventstore", "eventstore/lease", "eventstore/pgpool", "sagas/runtime"},
	"handlers/outbox/mail":                append([]string{"eventstore/lease", "eventstore/pgpool", "handlers/outbox", "handlers/identity/mailaddress", "sagas"}, application...),
	"handlers/outbox/notify":              {"domain/...", "handlers/app/notification", "handlers/outbox", "sagas"},
	"handlers/outbox/connector":           append([]string{"handlers/outbox", "sagas"}, application...),
	"handlers/outbox/connector/simulator": {"domain/...", "handlers/outbox/connector"},

	// cmd/sol wires everything.
	"cmd/sol":                       {"cmd/...", "handlers/...", "sagas/...", "projections/...", "eventstore/...", "domain/...", "migrations"},
	"cmd/sol/internal/config":       {"cmd/sol/internal/masterkey", "domain/...", "eventstore", "eventstore/pgpool", "handlers/app/formlimit", "handlers/inbound", "handlers/middleware", "handlers/outbox/connector", "handlers/outbox/mail", "handlers/securityevents", "handlers/web/ui", "handlers/app/health", "handlers/quarantine", "handlers/identity/idp", "handlers/identity/secondfactor"},
	"cmd/licences":                  {},
	"cmd/sol/internal/database":     {"cmd/sol/internal/config", "cmd/sol/internal/masterkey", "eventstore", "eventstore/embedpg", "eventstore/pgpool", "migrations"},
	"cmd/sol/internal/accessmonths": {"cmd/sol/internal/config", "cmd/sol/internal/database", "cmd/sol/internal/restore", "handlers/app/accesslog/months"},
	"cmd/sol/internal/terminal":     {"domain/...", "handlers/app", "handlers/app/accesslog"},
	"cmd/sol/internal/accesses":     append([]string{"cmd/sol/internal/demo", "cmd/sol/internal/progress", "handlers/middleware", "handlers/web/bench"}, application...),
	"cmd/sol/internal/mappings":     {"domain/person", "domain/rolemapping", "handlers/app", "handlers/identity/idp"},
	"cmd/sol/internal/statements":   {"domain/...", "handlers/app"},
	"cmd/sol/internal/jsonfile":     {},
	"cmd/sol/internal/agreements":   {"domain/...", "handlers/app", "handlers/app/agreements"},
	"cmd/sol/internal/filescan":     {"cmd/sol/internal/config", "domain/...", "eventstore", "handlers/app", "handlers/quarantine", "handlers/securityevents", "sagas", "sagas/runtime"},
	"cmd/sol/internal/dbproxy":      {},
	"cmd/sol/internal/faults": {"cmd/sol/internal/config", "cmd/sol/internal/database", "cmd/sol/internal/masterkey", "cmd/sol/internal/dbproxy", "domain/...", "eventstore", "eventstore/bench", "eventstore/embedpg", "eventstore/pgpool",
		"handlers/app", "migrations"},
	"cmd/sol/internal/masterkey":  {},
	"cmd/sol/internal/keys":       {"cmd/sol/internal/masterkey", "cmd/sol/internal/progress", "cmd/sol/internal/security", "domain/calendar", "eventstore/keyring", "eventstore/persons", "handlers/securityevents", "projections/lists/searchterms"},
	"cmd/sol/internal/outboxlist": {"handlers/app/messages", "sagas"},
	"cmd/sol/internal/playbooks":  {"domain/catalog", "domain/playbook"},
	"cmd/sol/internal/progress":   {},
	"cmd/sol/internal/rights":     {"domain/person", "domain/policy"},
	"cmd/sol/internal/restore":    {"eventstore/...", "handlers/identity", "handlers/outbox/mail", "sagas/runtime"},
	"cmd/sol/internal/tickettext": {"domain/...", "projections/ticketview"},
	"cmd/sol/internal/security":   {"eventstore", "handlers/app", "handlers/app/health", "handlers/securityevents"},
	"cmd/sol/internal/secrets":    {"handlers/identity"},
	"cmd/sol/internal/tokens":     {"domain/...", "handlers/app", "handlers/app/accounts", "handlers/app/apitokens"},
	"cmd/sol/internal/users":      append([]string{"cmd/sol/internal/secrets"}, application...),
	"cmd/sol/internal/providers":  {"cmd/sol/internal/server", "domain/...", "handlers/app/health", "handlers/identity", "handlers/identity/clientcert", "handlers/identity/portal", "handlers/middleware", "handlers/identity/idp", "handlers/web/ui"},
	"cmd/sol/internal/server":     {"cmd/sol/internal/config", "handlers/api", "handlers/identity/portal", "handlers/web"},
	"cmd/sol/internal/simulation": {"domain/calendar", "domain/catalog", "sagas"},
	"cmd/sol/internal/chaos": {"cmd/sol/internal/config", "cmd/sol/internal/faults", "cmd/sol/internal/masterkey", "cmd/sol/internal/database", "eventstore/pgpool", "cmd/sol/internal/dbproxy", "domain/...", "eventstore", "eventstore/embedpg", "eventstore/ticketlog",
		"projections"},
	"cmd/sol/internal/demo": append([]string{
		"cmd/sol/internal/jsonfile", "cmd/sol/internal/config", "cmd/sol/internal/database", "handlers/identity/oidc/...", "handlers/outbox", "handlers/outbox/connector/...", "handlers/outbox/mail",
		"sagas/...", "handlers/identity/idp",
	}, application...),
}

// below lists the imports of the application service, application those of its adapters, page those of the pages for one audience.
var (
	below       = []string{"domain/...", "eventstore", "projections/..."}
	application = append([]string{"handlers/app/...", "handlers/identity", "handlers/identity/bindings", "handlers/identity/secondfactor"}, below...)
	page        = append([]string{"handlers/middleware", "handlers/web/ui/..."}, application...)
)

// The largest package: lines and files without tests.
const (
	maxPackageLines = 2500
	maxPackageFiles = 30
)

// allowedInDomain lists the modules that the domain may use beside the standard library and itself.
var allowedInDomain = []string{"github.com/looplab/fsm", "go.yaml.in/yaml/v3"}

// deniedInDomain lists packages of the standard library for input, output and random numbers.
var deniedInDomain = []string{"net/http", "database/sql", "log/slog", "os/exec", "math/rand"}

// otherTopLevelEntries are the top-level entries beside the directories with Go code, hidden ones included.
var otherTopLevelEntries = []string{
	".ci", ".editorconfig", ".gitignore", ".golangci.yml", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSES", "Makefile",
	"README.md", "REUSE.toml", "SECURITY.md", "TERMINOLOGY.md", "docs", "go.mod", "go.sum", "publiccode.yml", "tools",
}

// goPackage is a package as go list describes it.
type goPackage struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps", "./...")
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

// isTestPackage reports whether only tests use a package, by its name: storetest, tickettest.
func isTestPackage(path string) bool { return strings.HasSuffix(path, "test") }

// inModule returns an import path without the module's prefix, and false for packages of other modules.
func inModule(path string) (string, bool) { return strings.CutPrefix(path, module+"/") }

// matches reports whether a package is the one of the pattern, or below it when the pattern ends in "/...".
func matches(pattern, path string) bool {
	above, subtree := strings.CutSuffix(pattern, "/...")
	return path == above || subtree && strings.HasPrefix(path, above+"/")
}

func TestAllowedImports(t *testing.T) {
	for _, p := range listPackages(t) {
		from, _ := inModule(p.ImportPath)
		allowed, known := allowedImports[from]
		if !known && !isTestPackage(from) {
			t.Errorf("%s: got no line in allowedImports, want one", from)
		}
		for _, imported := range p.Imports {
			to, ours := inModule(imported)
			switch {
			case !ours:
			case isTestPackage(to) && !isTestPackage(from):
				t.Errorf("%s: got an import of %s, which is for tests only", from, to)
			case known && !slices.ContainsFunc(allowed, func(pattern string) bool { return matches(pattern, to) }):
				t.Errorf("%s: got an import of %s, want only %s", from, to, strings.Join(allowed, ", "))
			}
		}
	}
}

func TestPackagesAreSmall(t *testing.T) {
	for _, p := range listPackages(t) {
		lines := 0
		for _, file := range p.GoFiles {
			content, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			lines += bytes.Count(content, []byte("\n"))
		}
		if lines > maxPackageLines || len(p.GoFiles) > maxPackageFiles {
			t.Errorf("%s: got %d lines in %d files, want at most %d in %d", p.ImportPath, lines, len(p.GoFiles), maxPackageLines, maxPackageFiles)
		}
	}
}

func TestDomainIsPure(t *testing.T) {
	for _, p := range listPackages(t) {
		if path, _ := inModule(p.ImportPath); !matches("domain/...", path) || isTestPackage(path) {
			continue
		}
		for _, dep := range p.Deps {
			path, ours := inModule(dep)
			external := strings.Contains(strings.Split(dep, "/")[0], ".") // the standard library has no dots there
			switch {
			case slices.Contains(deniedInDomain, dep):
				t.Errorf("%s: got a dependency on %s, want none", p.ImportPath, dep)
			case external && !(ours && matches("domain/...", path)) && !slices.Contains(allowedInDomain, dep):
				t.Errorf("%s: got a dependency on %s, want none", p.ImportPath, dep)
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
		if !slices.Contains(topLevelDirectories, name) && !slices.Contains(otherTopLevelEntries, name) && !isGitIgnored(name) {
			t.Errorf("got %s at the top level, want listed entries only", name)
		}
	}
}

// isGitIgnored reports whether git ignores a path (.gitignore).
func isGitIgnored(path string) bool {
	first, _, _ := strings.Cut(filepath.ToSlash(path), "/")
	return slices.Contains([]string{".git", "bin", "data", ".idea", ".vscode", ".DS_Store"}, first) ||
		slices.Contains(strings.Split(filepath.ToSlash(path), "/"), "node_modules") ||
		strings.HasSuffix(path, ".test") || strings.HasSuffix(path, ".prof")
}

func TestLicenceHeaders(t *testing.T) {
	annotated := reuseAnnotations(t)
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
		if entry.IsDir() || strings.HasPrefix(inside, "LICENSES") || annotated.MatchString(filepath.ToSlash(inside)) {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		head := string(content[:min(len(content), 400)])
		if !strings.Contains(head, "SPDX-FileCopyrightText: ") || !strings.Contains(head, "SPDX-License-Identifier: ") {
			t.Errorf("%s: got no REUSE header and no entry in REUSE.toml", inside)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// reuseAnnotations returns a pattern for the paths that REUSE.toml names: ** matches everything, * everything but a slash.
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
