// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// terminology holds the words of the column "not used" in TERMINOLOGY.md and the exceptions.
type terminology struct {
	words      map[string]bool // refused as a part of a name
	names      map[string]bool // refused as a whole name, in lower case
	exceptions map[string]bool // names that are accepted
	used       map[string]bool // exceptions that a name needed
}

var quotedTerm = regexp.MustCompile("`([^`]+)`")

// readTerminology reads the column "not used" and the table of exceptions.
func readTerminology(t *testing.T) terminology {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "TERMINOLOGY.md"))
	if err != nil {
		t.Fatal(err)
	}
	terms := terminology{words: map[string]bool{}, names: map[string]bool{}, exceptions: map[string]bool{}, used: map[string]bool{}}
	_, table, _ := strings.Cut(string(page), "\n## Domain\n")
	table, exceptions, found := strings.Cut(table, "\n## Exceptions\n")
	if !found {
		t.Fatal("TERMINOLOGY.md has no section Exceptions after the section Domain")
	}
	for line := range strings.Lines(table) {
		columns := strings.Split(strings.TrimSpace(line), "|")
		if len(columns) != 7 {
			continue
		}
		for _, quoted := range quotedTerm.FindAllStringSubmatch(columns[5], -1) {
			if word := quoted[1]; unicode.IsUpper(rune(word[0])) {
				terms.names[strings.ToLower(word)] = true
			} else {
				terms.words[word] = true
			}
		}
	}
	for line := range strings.Lines(exceptions) {
		if columns := strings.Split(line, "|"); len(columns) == 4 {
			for _, quoted := range quotedTerm.FindAllStringSubmatch(columns[1], -1) {
				terms.exceptions[quoted[1]] = true
			}
		}
	}
	return terms
}

// refuses returns the word that TERMINOLOGY.md does not accept in a name, or "".
func (terms terminology) refuses(name string) string {
	found := ""
	if terms.names[strings.ToLower(name)] {
		found = name
	}
	for _, word := range splitName(name) {
		if terms.words[word] {
			found = word
		}
	}
	if found != "" && terms.exceptions[name] {
		terms.used[name] = true
		return ""
	}
	return found
}

// splitName splits a name at capital letters, digits, '_', '-', '.' and '/' into lower-case words: "HTTPDoorsOf" gives http, doors, of.
func splitName(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = nil
		}
	}
	letters := []rune(name)
	for i, r := range letters {
		switch {
		case !unicode.IsLetter(r):
			end()
			continue
		case unicode.IsUpper(r):
			afterLower := i > 0 && unicode.IsLower(letters[i-1])
			beforeLower := i+1 < len(letters) && unicode.IsLower(letters[i+1])
			if afterLower || beforeLower {
				end()
			}
		}
		word = append(word, r)
	}
	end()
	return words
}

func TestSplitName(t *testing.T) {
	for name, want := range map[string]string{
		"deskOf": "desk of", "HTTPDoors": "http doors", "desktop": "desktop", "sol_http_streams": "sol http streams", "openAt2Doors": "open at doors", "IDs": "i ds",
	} {
		if got := strings.Join(splitName(name), " "); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestTerminology checks declared identifiers, packages, files, metrics and flags against TERMINOLOGY.md.
func TestTerminology(t *testing.T) {
	terms := readTerminology(t)
	files := token.NewFileSet()
	check := func(where, what, name string) {
		if word := terms.refuses(name); word != "" {
			t.Errorf("%s: %s %s: TERMINOLOGY.md does not use %q", where, what, name, word)
		}
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if inside != "." && isGitIgnored(inside) && entry.IsDir() {
			return filepath.SkipDir
		}
		if entry.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		check(filepath.Dir(inside), "file", strings.TrimSuffix(entry.Name(), ".go"))
		parsed, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		check(filepath.Dir(inside), "package", parsed.Name.Name)
		place := func(node ast.Node) string { return inside + ":" + strconv.Itoa(files.Position(node.Pos()).Line) }
		for _, ident := range declared(parsed) {
			check(place(ident), "identifier", ident.Name)
		}
		for _, literal := range named(parsed) {
			text, err := strconv.Unquote(literal.Value)
			if err == nil {
				check(place(literal), "metric or flag", text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range terms.exceptions {
		if !terms.used[name] {
			t.Errorf("TERMINOLOGY.md: the exception %s is not needed", name)
		}
	}
}

// declared returns the identifiers that a file declares: types, functions, methods, fields, parameters, variables, constants.
func declared(file *ast.File) []*ast.Ident {
	var idents []*ast.Ident
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.FuncDecl:
			idents = append(idents, n.Name)
		case *ast.TypeSpec:
			idents = append(idents, n.Name)
		case *ast.ValueSpec:
			idents = append(idents, n.Names...)
		case *ast.Field:
			idents = append(idents, n.Names...)
		case *ast.ImportSpec:
			if n.Name != nil {
				idents = append(idents, n.Name)
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, left := range n.Lhs {
					if ident, ok := left.(*ast.Ident); ok {
						idents = append(idents, ident)
					}
				}
			}
		case *ast.RangeStmt:
			for _, left := range []ast.Expr{n.Key, n.Value} {
				if ident, ok := left.(*ast.Ident); ok && n.Tok == token.DEFINE {
					idents = append(idents, ident)
				}
			}
		}
		return true
	})
	return idents
}

var (
	metricName  = regexp.MustCompile(`^"sol_[a-z_]+"$`)
	flagMethods = []string{"Bool", "BoolVar", "Duration", "DurationVar", "Float64Var", "Int", "IntVar", "IntSliceVar", "String", "StringVar", "StringArrayVar", "StringSliceVar"}
)

// named returns the literals that name metrics and command-line flags.
func named(file *ast.File) []*ast.BasicLit {
	var literals []*ast.BasicLit
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.BasicLit:
			if metricName.MatchString(n.Value) {
				literals = append(literals, n)
			}
		case *ast.CallExpr:
			method, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains(flagMethods, method.Sel.Name) {
				return true
			}
			for _, argument := range n.Args[:min(2, len(n.Args))] {
				if literal, ok := argument.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					literals = append(literals, literal)
					break
				}
			}
		}
		return true
	})
	return literals
}
