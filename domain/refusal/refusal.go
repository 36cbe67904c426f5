// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package refusal defines the codes of refusals. A refusal is a code with arguments; each adapter looks up its text by the code. The
// English texts are here, for the API, the command line and the log. The package decides nothing: the rules that refuse are elsewhere.
package refusal

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Code identifies the reason of a refusal, e.g. "tax-code-month". Programs compare codes, never texts.
type Code string

// Reason is a code with its arguments. Arguments may contain what a person typed, so a reason with arguments must not be logged.
type Reason struct {
	Code Code
	Args []string // in the order given in the comment at the code's constant
}

// With returns the reason with this code and arguments.
func (c Code) With(args ...string) Reason { return Reason{Code: c, Args: args} }

// takesList reports whether the arguments are one list of any length. A text shows the list, joined by commas, as its argument 1.
func (c Code) takesList() bool { return c == PossibleFrom || c == OddChoice }

// String returns the reason in English. A reason without a code has no text.
func (r Reason) String() string { return r.Format(english[r.Code]) }

// Format inserts the arguments into a text of any language. The text marks them as %[1]s or, quoted, %[1]q.
func (r Reason) Format(text string) string {
	if !strings.Contains(text, "%[") {
		return text
	}
	if r.Code.takesList() {
		return fmt.Sprintf(text, strings.Join(r.Args, ", "))
	}
	args := make([]any, len(r.Args))
	for i, a := range r.Args {
		args[i] = a
	}
	return fmt.Sprintf(text, args...)
}

// Codes lists all codes, sorted.
func Codes() []Code { return slices.Sorted(maps.Keys(english)) }

// English returns the English text of a code with its argument marks, as Format takes it.
func English(c Code) string { return english[c] }
