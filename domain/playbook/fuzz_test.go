// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook_test

import (
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// FuzzLoad puts any content into one of the playbook files: Load accepts the library or returns the faults, and never panics.
func FuzzLoad(f *testing.F) {
	for name, file := range embeddedFiles(f) {
		f.Add(name, file.Data)
	}
	for _, text := range []string{"", "id: x", "[]", "a: &a [*a]", "--- {}\n--- {}", "\x00", "id: [1", "checks: {a: null}", "\ttab: 1"} {
		f.Add("referto-non-trovato.v1.yaml", []byte(text))
	}
	files := embeddedFiles(f)
	load := playbook.LoadReplacing(catalog.Default(), files)
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		if files[name] == nil {
			name = "referto-non-trovato.v1.yaml"
		}
		var invalid *playbook.InvalidError
		if err := load(name, text); err != nil && (!errors.As(err, &invalid) || len(invalid.Faults) == 0) {
			t.Errorf("got error %v without faults, want an *InvalidError with faults", err)
		}
	})
}
