// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package refusal_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/goldentest"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// The codes are a contract between packages; the English texts are a contract with clients of the API.
func TestCodesAndTexts(t *testing.T) {
	var got strings.Builder
	for _, c := range refusal.Codes() {
		fmt.Fprintf(&got, "%s: %s\n", c, refusal.English(c))
	}
	goldentest.Compare(t, "testdata/english.golden", got.String())
}

// Every constant of type Code has a text in English, and every text has a constant.
func TestEveryCodeHasEnglish(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []refusal.Code
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			for _, v := range spec.Values {
				text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				declared = append(declared, refusal.Code(text))
			}
		}
		return true
	})
	slices.Sort(declared)
	if !slices.Equal(declared, refusal.Codes()) {
		t.Errorf("codes.go declares\n %s\nenglish.go has\n %s", declared, refusal.Codes())
	}
}

// With a verb without an index, fmt would report the arguments that a text leaves out.
func TestTextsUseIndexedArguments(t *testing.T) {
	marked := regexp.MustCompile(`%\[[1-9]\][sq]`)
	for _, c := range refusal.Codes() {
		if rest := marked.ReplaceAllString(refusal.English(c), ""); rest == "" || strings.Contains(rest, "%") {
			t.Errorf("%s: got %q, want indexed arguments only", c, refusal.English(c))
		}
	}
}

func TestString(t *testing.T) {
	for want, r := range map[string]refusal.Reason{
		"":            {},
		"is required": refusal.Required.With(),
		"character 5 of the tax code cannot stand there": refusal.TaxCodeCharacter.With("5"),
		`"a\nb" is not one of the values`:                refusal.NotOneOf.With("a\nb"),
		"ASL TO1 has ceased; its successor is 010301":    refusal.AuthorityCeased.With("ASL TO1", "010301"),
		"it is possible from risolto":                    refusal.PossibleFrom.With("risolto"),
		"it is possible from nuovo, in_lavorazione":      refusal.PossibleFrom.With("nuovo", "in_lavorazione"),
		`role auditor is not held at entity "010301"`:    refusal.RoleNotHeld.With("auditor", "010301"),
	} {
		if got := r.String(); got != want {
			t.Errorf("%+v: got %q, want %q", r, got, want)
		}
	}
	if got := refusal.AuthorityCeased.With("ASL TO1", "010301").Format("%[1]s non esiste più"); got != "ASL TO1 non esiste più" {
		t.Errorf("text without one of the arguments: got %q, want the other one inserted", got)
	}
}
