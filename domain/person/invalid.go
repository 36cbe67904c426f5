// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

import (
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// InvalidError reports that an identifier is invalid. It never contains what a person typed, so it may be logged.
type InvalidError struct {
	Reason  refusal.Reason
	Allowed string // the accepted formats, in English
}

func (e *InvalidError) Error() string { return e.Reason.String() + "; allowed: " + e.Allowed }

// maxInputLength is the longest input, in bytes, that is parsed. No form of an identifier needs more.
const maxInputLength = 1000

// IsValidText reports whether a text can be stored: it must be valid UTF-8 without NUL, which Postgres does not accept.
func IsValidText(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }
