// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// refusing are the rooms that refuse what people type.
var refusing = []string{"domain/ticket", "domain/person", "domain/ticket/rules", "handlers/app/attachment", "handlers/app", "handlers/identity"}

// said is where a refusal is made: in a composite literal or a call, which argument is the rule, and which the field (-1: none).
var said = map[string]struct{ rule, field int }{
	"FieldError": {1, 0}, "ForbiddenError": {0, -1}, "NotAllowedError": {2, -1}, "refusal": {0, -1},
	"person.InvalidError": {1, -1}, "identity.InvalidError": {1, 0}, // two of the same name
	"add": {1, 0}, "fieldError": {1, 0}, "invalidField": {1, 0},
	"requireText": {-1, 0}, "oneOf": {-1, 0}, "addIdentifier": {-1, 0}, "checkAttachments": {-1, 0},
}

// passedOn are rules that were made elsewhere and are found there.
var passedOn = []string{"why", "rule", "f.Rule", "bad.rule", "refused.Message", "err.Error()", "e.Rule"}

// timers make these refusals, and only timers hear them.
var timers = []string{"staleError", "decideClose"}

// source is one file of such a room.
type source struct {
	t         *testing.T
	room      string
	rules     map[string]token.Position
	fields    map[string]token.Position
	files     *token.FileSet
	enclosing string
}

func TestEveryRefusalHasItsItalian(t *testing.T) {
	s := &source{t: t, rules: map[string]token.Position{}, fields: map[string]token.Position{}, files: token.NewFileSet()}
	for _, room := range refusing {
		paths, err := filepath.Glob(filepath.Join("../../..", room, "*.go"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v, %v", room, paths, err)
		}
		s.room = filepath.Base(room)
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			file, err := parser.ParseFile(s.files, path, content, 0)
			if err != nil {
				t.Fatal(err)
			}
			s.read(file)
		}
	}
	if len(s.rules) < 60 || len(s.fields) < 20 {
		t.Fatalf("only %d refusals of %d fields are found: the domain refuses in another way now", len(s.rules), len(s.fields))
	}
	for rule, at := range s.rules {
		if _, ok := refusalTexts[rule]; !ok {
			t.Errorf("%s refuses with %q, which has no Italian in refusals.go", at, rule)
		}
	}
	for rule := range refusalTexts {
		if _, ok := s.rules[rule]; !ok {
			t.Errorf("nobody says %q any more", rule)
		}
	}
	for field, at := range s.fields {
		if got := FieldText(ticket.FieldError{Field: strings.ReplaceAll(field, "*", "0"), Rule: "is required"}); strings.HasPrefix(got, "Campo: ") {
			t.Errorf("%s refuses field %q, which has no name in italian.go", at, field)
		}
	}
}

// read finds the refusals of a file.
func (s *source) read(file *ast.File) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			s.enclosing = d.Name.Name
			ast.Inspect(d, s.visit)
		case *ast.GenDecl:
			s.enclosing = ""
			ast.Inspect(d, s.visit)
		}
	}
}

func (s *source) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CompositeLit:
		s.literal(n)
	case *ast.CallExpr:
		if name := called(n.Fun); name != "refusal" && name != "" && name[0] >= 'a' && said[name] != struct{ rule, field int }{} {
			s.made(name, n.Args)
		}
	case *ast.AssignStmt: // rule := …, as a rule that is made in parts
		for i, left := range n.Lhs {
			if id, ok := left.(*ast.Ident); ok && id.Name == "rule" && i < len(n.Rhs) {
				s.rule(n.Rhs[i])
			} else if sel, ok := left.(*ast.SelectorExpr); ok && sel.Sel.Name == "Rule" && i < len(n.Rhs) {
				s.rule(n.Rhs[i])
			}
		}
	case *ast.ValueSpec: // tables of rules by move
		for i, name := range n.Names {
			if s.room != "rules" || name.Name != "requiredNotes" && name.Name != "reservedMoves" {
				continue
			}
			table, ok := n.Values[i].(*ast.CompositeLit)
			if !ok {
				continue
			}
			for _, e := range table.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok {
					s.rule(pair.Value)
				}
			}
		}
	}
	return true
}

// literal is a composite one, with names or without.
func (s *source) literal(n *ast.CompositeLit) {
	name := called(n.Type)
	if name == "InvalidError" {
		name = s.room + ".InvalidError"
	}
	if _, ok := said[name]; !ok || slices.Contains(timers, s.enclosing) {
		return
	}
	args := make([]ast.Expr, 3)
	for i, e := range n.Elts {
		pair, named := e.(*ast.KeyValueExpr)
		if !named {
			args[i] = e
			continue
		}
		switch pair.Key.(*ast.Ident).Name {
		case "Field":
			args[0] = pair.Value
		case "Rule", "Message":
			args[max(0, said[name].rule)] = pair.Value
		}
	}
	s.made(name, args)
}

// made notes a refusal's rule and field.
func (s *source) made(name string, args []ast.Expr) {
	at := said[name]
	if at.rule >= 0 && at.rule < len(args) && args[at.rule] != nil {
		s.rule(args[at.rule])
	}
	if at.field >= 0 && len(args) > 1 && args[at.field] != nil {
		if field, ok := pattern(args[at.field]); ok && field != "*" && !strings.HasPrefix(field, "*") {
			s.fields[field] = s.files.Position(args[at.field].Pos())
		}
	}
}

func (s *source) rule(e ast.Expr) {
	text, ok := pattern(e)
	switch {
	case !ok && slices.Contains(passedOn, written(e)), text == "", strings.HasPrefix(text, "it is possible from "):
	case !ok:
		s.t.Errorf("%s: cannot tell what %s says; make it a text, or teach this test", s.files.Position(e.Pos()), written(e))
	default:
		s.rules[text] = s.files.Position(e.Pos())
	}
}

// called is the name of a function or type, without its package.
func called(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

var verb = regexp.MustCompile(`%[#+]?[a-z]`)

// pattern is a text with * where something is filled in. False: nothing of it is text.
func pattern(e ast.Expr) (text string, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, a := pattern(e.X)
		right, b := pattern(e.Y)
		if !a {
			left = "*"
		}
		if !b {
			right = "*"
		}
		return left + right, a || b
	case *ast.CallExpr:
		if called(e.Fun) == "Sprintf" {
			text, ok := pattern(e.Args[0])
			return verb.ReplaceAllString(text, "*"), ok
		}
	}
	return "", false
}

// written is a short expression as it stands in the file.
func written(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return written(e.X) + "." + e.Sel.Name
	case *ast.CallExpr:
		return written(e.Fun) + "()"
	}
	return "?"
}

func TestRefusalsAreSaidWithWhatWasFilledIn(t *testing.T) {
	for rule, want := range map[string]string{
		"is required": "compili questo campo.",
		"character 5 of the tax code cannot stand there":        "il carattere numero 5 non può stare in quella posizione: lo confronti con la tessera sanitaria.",
		"the content is not that of a .docx file":               "il contenuto non è quello di un file .docx: lo salvi di nuovo nel formato giusto.",
		"ASL TO1 has ceased; its successor is 010301":           "ASL TO1 non esiste più: scelga l’Azienda che l’ha sostituita.",
		"\"a\nb\" is not one of the values":                     "scelga uno dei valori dell’elenco.",
		"there is no tax code; allowed: a codice fiscale of 16": "scriva il codice fiscale.",
	} {
		if got, ok := translate(rule); !ok || got != want {
			t.Errorf("%q is %q, %v; want %q", rule, got, ok, want)
		}
	}
	if got, ok := translate("something new"); ok {
		t.Errorf("something new is %q", got)
	}
}

// Whatever is refused on whatever ticket reads as Italian.
func TestMovesAreRefusedInItalian(t *testing.T) {
	for name, c := range map[string]struct {
		e    ticket.NotAllowedError
		want string
	}{
		"by the table": {
			ticket.NotAllowedError{Move: ticket.MoveReopen, Status: ticket.New, Rule: "it is possible from risolto"},
			"«Riaprire» non è possibile su una richiesta nello stato «Nuovo». Lo è da: «Risolto».",
		},
		"closing": {
			ticket.NotAllowedError{Move: ticket.MoveClose, Status: ticket.New, Rule: "the system alone closes, by itself, some time after risolto (FAQ 2.5: do not use the status chiuso)"},
			"Lo stato «Chiuso» non si imposta a mano: dopo il tempo di attesa la richiesta risolta si chiude da sola (FAQ 2.5).",
		},
		"by a rule of its own": {
			ticket.NotAllowedError{Move: ticket.MoveUndo, Status: ticket.Waiting, Rule: "only an act whose public note has not been shown yet can be withdrawn"},
			"La nota è già stata inviata, e non si può più annullare: ne scriva un’altra.",
		},
	} {
		if got := moveText(&c.e); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestEveryRoleAndStatusHasAName(t *testing.T) {
	for _, r := range []person.Role{
		person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor, person.Auditor, person.Administrator,
		person.Citizen, person.Integration,
	} {
		if RoleNames[r] == "" {
			t.Errorf("%s has no name", r)
		}
	}
	for italian := range maps.Values(refusalTexts) {
		if strings.ContainsAny(italian, "'\"") {
			t.Errorf("%q has typewriter's quotes", italian)
		}
	}
}
