// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

// InvalidError says what is wrong with something a person wrote. It never repeats what they wrote, so it may
// be logged.
type InvalidError struct {
	Rule    string // stable, e.g. "tax-code-check-character"
	Wrong   string // in English, e.g. "the last character does not fit the others"
	Allowed string // what would do
}

func (e *InvalidError) Error() string { return e.Wrong + "; allowed: " + e.Allowed }

// longest is more than any spelling of an identifier needs: what is longer is not even looked at.
const longest = 1000
