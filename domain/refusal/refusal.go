// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package refusal defines the codes with which SOL refuses what somebody asks for. A refusal is a code with arguments; each adapter
// looks its text up by the code. The English texts are here, for the API, the command line and the log.
package refusal

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Code identifies why something is refused, e.g. "tax-code-month". Programs compare codes, never texts.
type Code string

// Reason is a code with its arguments. Arguments may repeat what a person typed: a reason is for that person, not for a log.
type Reason struct {
	Code Code
	Args []string // in the order that the comment beside the code gives
}

// With returns the reason with this code and arguments.
func (c Code) With(args ...string) Reason { return Reason{Code: c, Args: args} }

// takesList reports whether the arguments are one list of any length, which a text shows as its argument 1.
func (c Code) takesList() bool { return c == PossibleFrom || c == OddChoice }

// String returns the reason in English. A reason without a code has no text.
func (r Reason) String() string { return r.Format(english[r.Code]) }

// Format fills the arguments into a text in any language. The text marks them as %[1]s or, quoted, %[1]q.
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

// English returns the English text of a code, with its arguments still marked.
func English(c Code) string { return english[c] }
