// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	// keyed are the functions that take the purpose of a key or the label of associated data.
	keyed     = regexp.MustCompile(`(?i)^(derive|keyedhash|keyedhashes|hash|hashes|sign|sealwithlabel|openwithlabel)$`)
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
