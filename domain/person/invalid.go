// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

import (
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// InvalidError refuses an identifier. It never repeats what a person wrote, so it may be logged.
type InvalidError struct {
	Reason  refusal.Reason
	Allowed string // what would be accepted, in English
}

func (e *InvalidError) Error() string { return e.Reason.String() + "; allowed: " + e.Allowed }

// maxInputLength is more than any spelling of an identifier needs: what is longer is not even looked at.
const maxInputLength = 1000

// IsValidText tells whether what a person wrote is text that can be kept: valid UTF-8 without NUL, which Postgres takes for none.
func IsValidText(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }
