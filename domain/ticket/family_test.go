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

// families reads the families from family.go and their members from event.go.
func families(t *testing.T) map[string][]string {
	t.Helper()
	var decls []ast.Decl
	for _, name := range []string{"family.go", "event.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		decls = append(decls, file.Decls...)
	}
	familyOf := map[string]string{} // by the name of its marker method
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

// capabilities are the interfaces of family.go that are no families.
var capabilities = []string{"EntityEvent", "AssigneeEvent"}

func TestEventsBelongToOneFamily(t *testing.T) {
	seen := map[string]string{}
	for family, members := range families(t) {
		if len(members) == 0 {
			t.Errorf("%s has no members", family)
		}
		for _, m := range members {
			if other, twice := seen[m]; twice {
				t.Errorf("%s belongs to %s and to %s", m, family, other)
			}
			seen[m] = family
		}
	}
}

// TestSwitchesNameWholeFamilies holds the rule of family.go over all code: a type switch names every member of a family one by
// one, or the family in one case, or (in a switch over another family's value) neither.
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
				t.Errorf("%s: a case names an interface that is no family: a new event would pass unseen", files.Position(s.Pos()))
			}
			for family, all := range members {
				namesFamily := slices.Contains(named, family)
				var missing []string
				for _, m := range all {
					if !slices.Contains(named, m) {
						missing = append(missing, m)
					}
				}
				if cares := len(missing) < len(all); cares && namesFamily {
					t.Errorf("%s: a case names %s beside a member of it: a new member would pass unseen", files.Position(s.Pos()), family)
				} else if cares && len(missing) > 0 {
					t.Errorf("%s: of %s the switch does not name %v", files.Position(s.Pos()), family, missing)
				} else if cares || namesFamily {
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
		t.Errorf("only %d families were found in switches: does the test still read them?", switches)
	}
}

// eventsNamed returns the names in the cases of a switch that are of package ticket.
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
