// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"fmt"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
)

// The number of rows on a page, if the client asks for none, and at most.
const (
	defaultLimit = 50
	maxLimit     = 200
)

// FilterError refuses a list for one field of what was asked, by the wire's name.
type FilterError struct {
	Field   string
	Rule    string
	Allowed string
}

func (e *FilterError) Error() string { return fmt.Sprintf("%s: %s (%s)", e.Field, e.Rule, e.Allowed) }

// newFilterError refuses a field by a rule, and says what is allowed.
func newFilterError(field, rule, allowed string) *FilterError {
	return &FilterError{Field: field, Rule: rule, Allowed: allowed}
}

// checkText refuses fields that are not UTF-8 text without NUL.
func checkText(fields map[string]string) error {
	for field, text := range fields {
		if !person.IsValidText(text) {
			return newFilterError(field, "not text", "UTF-8 without NUL")
		}
	}
	return nil
}

func joinValues[S ~string](values []S) string {
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = string(v)
	}
	return strings.Join(text, ", ")
}
