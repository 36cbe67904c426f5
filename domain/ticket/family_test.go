// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// eventFiles returns the names of the files that declare events.
func eventFiles(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*events.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("got files of events %v, %v", names, err)
	}
	return append(names, "event.go")
}

// families returns the members of each family: the families from family.go, the members from the files of events.
func families(t *testing.T) map[string][]string {
	t.Helper()
	var decls []ast.Decl
	for _, name := range append([]string{"family.go"}, eventFiles(t)...) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		decls = append(decls, file.Decls...)
	}
	familyOf := map[string]string{} // by the name of the marker method
	members := map[string][]string{}
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				typ, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				family, ok := typ.Type.(*ast.InterfaceType)
				if !ok || typ.Name.Name == "Event" {
					continue
				}
				for _, m := range family.Methods.List {
					if len(m.Names) == 1 && !m.Names[0].IsExported() {
						familyOf[m.Names[0].Name] = typ.Name.Name
						members[typ.Name.Name] = nil
					}
				}
			}
		case *ast.FuncDecl:
			if family, marker := familyOf[d.Name.Name]; marker {
				members[family] = append(members[family], d.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	return members
}

// capabilities lists the interfaces of family.go that are not families.
var capabilities = []string{"EntityEvent", "AssigneeEvent"}

func TestEventsBelongToOneFamily(t *testing.T) {
	seen := map[string]string{}
	for family, members := range families(t) {
		if len(members) == 0 {
			t.Errorf("%s: got no members, want at least one", family)
		}
		for _, m := range members {
			if other, twice := seen[m]; twice {
				t.Errorf("%s: got families %s and %s, want one", m, family, other)
			}
			seen[m] = family
		}
	}
}

// TestSwitchesNameWholeFamilies checks the rule of family.go in all code: a type switch names every member of a family one by one, or the
// family in one case, or, in a switch over a value of another family, neither.
func TestSwitchesNameWholeFamilies(t *testing.T) {
	members := families(t)
	switches := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || len(d.Name()) > 2 && d.Name()[0] == '.') {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.TypeSwitchStmt)
			if !ok {
				return true
			}
			named := eventsNamed(s, file.Name.Name == "ticket")
			if slices.ContainsFunc(named, func(name string) bool { return name == "Event" || slices.Contains(capabilities, name) }) {
				t.Errorf("%s: got a case with an interface that is not a family, want families and events: "+
					"the linter would not report a new event", files.Position(s.Pos()))
			}
			for family, all := range members {
				namesFamily := slices.Contains(named, family)
				var missing []string
				for _, m := range all {
					if !slices.Contains(named, m) {
						missing = append(missing, m)
					}
				}
				if namesMembers := len(missing) < len(all); namesMembers && namesFamily {
					t.Errorf("%s: got cases for %s and for a member of it, want one of both: "+
						"the linter would not report a new member", files.Position(s.Pos()), family)
				} else if namesMembers && len(missing) > 0 {
					t.Errorf("%s: got cases for some members of %s, want all: missing %v", files.Position(s.Pos()), family, missing)
				} else if namesMembers || namesFamily {
					switches++
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if switches < 50 {
		t.Errorf("got %d families in switches, want at least 50", switches)
	}
}

// eventsNamed returns the names of package ticket in the cases of a switch. inTicket means that the switch is in package ticket.
func eventsNamed(s *ast.TypeSwitchStmt, inTicket bool) (names []string) {
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			switch e := e.(type) {
			case *ast.SelectorExpr:
				if pkg, ok := e.X.(*ast.Ident); ok && pkg.Name == "ticket" {
					names = append(names, e.Sel.Name)
				}
			case *ast.Ident:
				if inTicket {
					names = append(names, e.Name)
				}
			}
		}
	}
	return names
}
