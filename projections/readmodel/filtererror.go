// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readmodel

import (
	"fmt"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
)

// The number of rows on a page, if the client asks for none, and at most.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// FilterError refuses a list for one field of what was asked, by the wire's name.
type FilterError struct {
	Field   string
	Rule    string
	Allowed string
}

func (e *FilterError) Error() string { return fmt.Sprintf("%s: %s (%s)", e.Field, e.Rule, e.Allowed) }

// NewFilterError refuses a field by a rule, and says what is allowed.
func NewFilterError(field, rule, allowed string) *FilterError {
	return &FilterError{Field: field, Rule: rule, Allowed: allowed}
}

// CheckText refuses fields that are not UTF-8 text without NUL.
func CheckText(fields map[string]string) error {
	for field, text := range fields {
		if !person.IsValidText(text) {
			return NewFilterError(field, "not text", "UTF-8 without NUL")
		}
	}
	return nil
}

func JoinValues[S ~string](values []S) string {
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = string(v)
	}
	return strings.Join(text, ", ")
}
