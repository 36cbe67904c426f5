// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
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

// isTestCode matches files that store nothing in an installation: tests, their helpers, benchmarks, demo data, the embedded Postgres, and
// the codes of refusals, which have a golden file of their own.
var isTestCode = regexp.MustCompile(`_test\.go$|/testdata/|/(bench|simulator|embedpg|refusal|\w*test)/|^tools/`)

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

var (
	// keyed are the functions that take the purpose of a key or the label of associated data.
	keyed     = regexp.MustCompile(`(?i)^(derive|keyedhash|hash|sign|sealbeside|openbeside|sealwithlabel|openwithlabel)$`)
	composing = regexp.MustCompile(`^(Sprintf|Appendf|Fprintf)$`)
	word      = regexp.MustCompile(`^[!-~]+$`)
	composed  = regexp.MustCompile(`^[a-z%][^ ]*([/:.-]|\n)[^ ]*$`)
	versioned = regexp.MustCompile(`^[a-z.-]+[._]v\d+$|_v%d`)
	uuids     = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	setting   = regexp.MustCompile(`\bSOL_[A-Z_]+\b`)
	statement = regexp.MustCompile(`^\s*(select|insert|update|delete|with|alter|listen)\s`)
	quoted    = regexp.MustCompile(`'[^']*\w[^']*'`)
)

const enumPrefix = "enum "

// addSource collects the names in one Go file.
func (s section) addSource(t *testing.T, file string, objects map[string]object) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(sourceRoot, file), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			s.addConstants(filepath.Dir(file), n)
		case *ast.TypeSpec:
			if fields, ok := n.Type.(*ast.StructType); ok {
				objects[parsed.Name.Name+"."+n.Name.Name] = objectOf(parsed.Name.Name, fields)
			}
		case *ast.BinaryExpr:
			s.addComposed(n.X, n.Y)
		case *ast.CallExpr:
			name := calledName(n)
			if composing.MatchString(name) {
				s.addComposed(n.Args...)
			}
			if keyed.MatchString(name) {
				for _, arg := range n.Args {
					if text, ok := literal(arg); ok && text != "" {
						s.add("purposes and labels of keys", text)
					}
				}
			}
		case *ast.CompositeLit:
			s.addComposite(n)
		case *ast.BasicLit:
			if text, ok := literal(n); ok {
				s.addText(text)
			}
		}
		return true
	})
}

// addConstants collects declared constants: those of a named type by type, the others one by one.
func (s section) addConstants(dir string, d *ast.GenDecl) {
	if d.Tok != token.CONST {
		return
	}
	for _, spec := range d.Specs {
		spec := spec.(*ast.ValueSpec)
		for _, value := range spec.Values {
			text, ok := literal(value)
			if call, converts := value.(*ast.CallExpr); converts && len(call.Args) == 1 {
				text, ok = literal(call.Args[0])
			}
			if typeName, named := spec.Type.(*ast.Ident); ok && named && typeName.Name != "string" {
				s.add(enumPrefix+dir+" "+typeName.Name, text)
			} else if ok && word.MatchString(text) {
				s.add("constants", text)
			}
		}
	}
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

// addComposed collects the constant parts of concatenated names.
func (s section) addComposed(parts ...ast.Expr) {
	for _, part := range parts {
		if text, ok := literal(part); ok && composed.MatchString(text) && !strings.Contains(text, "::") && !strings.Contains(text, "://") {
			s.add("parts of composed names", strconv.Quote(text))
		}
	}
}

// addText collects the literals that have the form of a stored name.
func (s section) addText(text string) {
	if versioned.MatchString(text) {
		s.add("names with a version", text)
	}
	if uuids.MatchString(text) {
		s.add("namespaces of ids", text)
	}
	if strings.HasPrefix(text, "sol/") {
		s.add("associated data and derivations", strconv.Quote(text))
	}
	for _, name := range setting.FindAllString(text, -1) {
		s.add("environment", name)
	}
	if statement.MatchString(text) {
		for _, value := range quoted.FindAllString(text, -1) {
			s.add("values in statements", value)
		}
	}
}

// addComposite collects names and versions of read models and sagas, ids of actors who are no people, keys, and problem types.
func (s section) addComposite(n *ast.CompositeLit) {
	fields := make(map[string]string)
	for _, element := range n.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok {
				if value, ok := pair.Value.(*ast.BasicLit); ok {
					fields[strings.ToLower(key.Name)] = strings.Trim(value.Value, "\"`")
				}
			}
		}
	}
	if fields["name"] != "" && fields["version"] != "" {
		s.add("read models and sagas", fields["name"]+" "+fields["version"])
	}
	if fields["id"] != "" {
		s.add("actors and ids", fields["id"])
	}
	if fields["key"] != "" {
		s.add("keys of timers and messages", fields["key"])
	}
	if len(n.Elts) == 3 {
		if status, ok := n.Elts[1].(*ast.SelectorExpr); ok && strings.HasPrefix(status.Sel.Name, "Status") {
			if text, ok := literal(n.Elts[0]); ok {
				s.add("types of problems", text)
			}
		}
	}
}

func literal(e ast.Expr) (string, bool) {
	b, ok := e.(*ast.BasicLit)
	if !ok || b.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(b.Value)
	return text, err == nil
}

func calledName(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// object is the JSON form of a struct.
type object struct {
	names  string // names of its fields; a field without a tag has its Go name
	tagged bool
	holds  []string // the types of its fields, with their packages
}

func objectOf(inPackage string, n *ast.StructType) (o object) {
	var names []string
	for _, field := range n.Fields.List {
		tag, found := "", false
		if field.Tag != nil {
			text, _ := literal(field.Tag)
			tag, found = reflect.StructTag(text).Lookup("json")
			o.tagged = o.tagged || found
		}
		wire, _, _ := strings.Cut(tag, ",")
		if wire == "-" {
			continue
		}
		for _, name := range field.Names {
			if name.IsExported() {
				names = append(names, cmp.Or(wire, name.Name))
			}
		}
		ast.Inspect(field.Type, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				o.holds = append(o.holds, fmt.Sprintf("%s.%s", n.X, n.Sel.Name))
				return false
			case *ast.Ident:
				o.holds = append(o.holds, inPackage+"."+n.Name)
			}
			return true
		})
	}
	slices.Sort(names)
	o.names = strings.Join(names, " ")
	return o
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
	hash := func(purpose, value string) string {
		return fmt.Sprintf("%x", sha256.Sum256([]byte(purpose+"\n"+value)))
	}
	addresses := mailaddress.New(hash, "example.org")
	s.add("addresses and links", addresses.Reply(id))
	s.add("addresses and links", addresses.Bounce(id))
	s.add("addresses and links", addresses.MessageID(id))
	s.add("addresses and links", addresses.From())
	someone := identity.Identity{Config: identity.Config{KeyedHash: hash}}
	s.add("addresses and links", someone.PersonalLink(id))
}

// ticketLife is a history with all events. An event after + belongs to the act of the event before.
var ticketLife = strings.Fields(`opened assigned taken playbook-started check-tried check-answered answers-forgotten
	outcome-carried-out playbook-reminded internal-note citizen-note +citizen-asked citizen-reminded contact-failed citizen-replied
	resumed regional-note +escalated handover-warned handover-breached ping-pong-noticed regional-note recalled escalated
	citizen-note +redirected escalated redirected escalated redirected reclassified unassigned succeeded citizen-note +resolved
	reopened marked-duplicate reopened discarded act-withdrawn resolved auto-closed personal-data-erased`)

// writeSagas collects what each saga stores and sends during ticketLife: keys of timers, commands, messages and states.
func writeSagas(t *testing.T, w *bytes.Buffer) {
	t.Helper()
	var history []ticket.Recorded
	samples := eventSamples(t)
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) // before the holds of the samples end
	for n, name := range ticketLife {
		name, same := strings.CutPrefix(name, "+")
		event, ok := samples["ticket."+name+".v1"]
		if !ok {
			t.Fatalf("got no sample of event %s", name)
		}
		act := ticket.ID(fmt.Sprintf("01930000-0000-7000-8000-0000000ac%03d", n))
		if same {
			act = history[n-1].Act
		}
		history = append(history, ticket.Recorded{
			Event: event, Ticket: "01930000-0000-7000-8000-000000000001", Version: n + 1, Position: int64(n + 1), Act: act,
			At: at.Add(time.Duration(n) * time.Minute), By: person.Actor{ID: "someone", Role: person.ASROperator, Entity: "010301"},
		})
	}
	for name := range samples {
		if short := strings.TrimSuffix(strings.TrimPrefix(name, "ticket."), ".v1"); !slices.Contains(ticketLife, short) && !slices.Contains(ticketLife, "+"+short) {
			t.Errorf("got no event %s in ticketLife, want all", name)
		}
	}
	for _, saga := range sagas.All(catalog.Default(), playbook.Default()) {
		definition := reflect.ValueOf(saga) // a Saga[S] of some state S
		fmt.Fprintf(w, "\nsaga %v version %v\n", definition.FieldByName("Name"), definition.FieldByName("Version"))
		react := definition.FieldByName("React")
		state := reflect.Zero(react.Type().In(0))
		stored, seen := make(map[string]bool), make(map[string]bool)
		for n, recorded := range history {
			after := react.Call([]reflect.Value{state, reflect.ValueOf(recorded)})
			state = after[0]
			addPaths(t, stored, toJSON(t, state.Interface()))
			for _, action := range after[1].Interface().([]runtime.Action) {
				if line := ticketLife[n] + ": " + describeAction(t, action); !seen[line] {
					seen[line] = true
					fmt.Fprintln(w, line)
				}
			}
		}
		fmt.Fprintf(w, "state: %s\n", strings.Join(slices.Sorted(maps.Keys(stored)), " "))
	}
}

// describeAction returns an action's key and the JSON of what it sends. The JSON of commands has golden files of its own.
func describeAction(t *testing.T, a runtime.Action) string {
	t.Helper()
	switch a := a.(type) {
	case runtime.Schedule:
		return "schedule " + a.Key
	case runtime.Cancel:
		return "cancel " + a.Key
	case runtime.Dispatch:
		return "dispatch " + a.Key
	case runtime.Send:
		return "send " + toJSON(t, a)
	case runtime.SendLater:
		return "later " + a.Key + " " + toJSON(t, a.Send)
	}
	return ""
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// addPaths collects the paths of a JSON object's fields; the path of a nested field begins with the field that contains it.
func addPaths(t *testing.T, paths map[string]bool, object string) {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		t.Fatal(err)
	}
	for name, value := range fields {
		paths[name] = true
		if !bytes.HasPrefix(value, []byte("{")) {
			continue
		}
		inside := make(map[string]bool)
		addPaths(t, inside, string(value))
		for path := range inside {
			paths[name+"."+path] = true
		}
	}
}

// eventSamples decodes the golden files of all events.
func eventSamples(t *testing.T) map[string]ticket.Event {
	t.Helper()
	samples := make(map[string]ticket.Event)
	for _, file := range filesBelowRoot(t) {
		name, ok := strings.CutSuffix(filepath.Base(file), ".json")
		if !ok || !strings.Contains(file, "testdata/events/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(sourceRoot, file))
		if err != nil {
			t.Fatal(err)
		}
		data, _, _ := bytes.Cut(text, []byte("\n")) // sagas get events without the personal part
		if samples[name], err = ticket.Decode(name, data, nil); err != nil {
			t.Fatal(err)
		}
	}
	return samples
}
