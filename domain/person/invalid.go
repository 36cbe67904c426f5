// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

import (
	"strings"
	"unicode/utf8"
)

// InvalidError says what is wrong with something a person wrote. It never repeats what they wrote, so it may
// be logged.
type InvalidError struct {
	Code    string // stable, e.g. "tax-code-check-character"
	Message string // in English, e.g. "the last character does not fit the others"
	Allowed string // what would do
}

func (e *InvalidError) Error() string { return e.Message + "; allowed: " + e.Allowed }

// maxInputLength is more than any spelling of an identifier needs: what is longer is not even looked at.
const maxInputLength = 1000

// IsValidText tells whether what a person wrote is text that can be kept: valid UTF-8 without NUL, which Postgres takes for none.
func IsValidText(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }
