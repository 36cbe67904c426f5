// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// TestIsRefusal checks IsRefusal with an error of each type in errors.go that has a method Error, and with other errors.
func TestIsRefusal(t *testing.T) {
	refusals := map[string]error{
		"NotAllowedError": &ticket.NotAllowedError{},
		"ForbiddenError":  &ticket.ForbiddenError{},
		"NotVisibleError": &ticket.NotVisibleError{},
		"InvalidError":    &ticket.InvalidError{},
		"ConflictError":   &ticket.ConflictError{},
	}
	for name, err := range refusals {
		if !ticket.IsRefusal(fmt.Errorf("dispatch: %w", err)) {
			t.Errorf("IsRefusal(%s): got false, want true", name)
		}
	}
	if ticket.IsRefusal(nil) || ticket.IsRefusal(errors.New("no connection")) {
		t.Error("IsRefusal of another error: got true, want false")
	}
	file, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv == nil || f.Name.Name != "Error" {
			continue
		}
		name := f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name
		if refusals[name] == nil {
			t.Errorf("got no case for %s, want one for each error type", name)
		}
	}
}
