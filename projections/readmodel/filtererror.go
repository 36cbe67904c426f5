// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readmodel

import (
	"fmt"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/person"
)

// The number of rows on a page, if the client asks for none, and at most.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// FilterError refuses one field of the filter of a list or of the dashboard.
type FilterError struct {
	Field   string // its name in the API
	Reason  refusal.Reason
	Allowed string // what would be accepted, in English
}

func (e *FilterError) Error() string { return fmt.Sprintf("%s: %s (%s)", e.Field, e.Reason, e.Allowed) }

// NewFilterError returns the refusal of a field, with what would be accepted.
func NewFilterError(field string, reason refusal.Reason, allowed string) *FilterError {
	return &FilterError{Field: field, Reason: reason, Allowed: allowed}
}

// CheckText refuses fields that are not UTF-8 text without NUL.
func CheckText(fields map[string]string) error {
	for field, text := range fields {
		if !person.IsValidText(text) {
			return NewFilterError(field, refusal.FilterNotText.With(), "UTF-8 without NUL")
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
