// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readmodel

import (
	"fmt"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// DefaultLimit and MaxLimit are the number of rows on a page: when the client gives no limit, and at most.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// FilterError is the refusal of one field of a list filter or of a dashboard scope.
type FilterError struct {
	Field   string // its name in the API
	Reason  refusal.Reason
	Allowed string // the accepted values, in English
}

func (e *FilterError) Error() string { return fmt.Sprintf("%s: %s (%s)", e.Field, e.Reason, e.Allowed) }

// NewFilterError returns the refusal of a field, with the accepted values in English.
func NewFilterError(field string, reason refusal.Reason, allowed string) *FilterError {
	return &FilterError{Field: field, Reason: reason, Allowed: allowed}
}

// CheckText returns a *FilterError if one of the fields, by name, is not UTF-8 text without NUL.
func CheckText(fields map[string]string) error {
	for field, text := range fields {
		if !person.IsValidText(text) {
			return NewFilterError(field, refusal.FilterNotText.With(), "UTF-8 without NUL")
		}
	}
	return nil
}

// JoinValues returns the values, separated by a comma and a space.
func JoinValues[S ~string](values []S) string {
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = string(v)
	}
	return strings.Join(text, ", ")
}
