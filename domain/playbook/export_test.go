// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"io/fs"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// LoadReplacing is Load of the files with one of them replaced. The others are read once: reading YAML is most of its cost.
func LoadReplacing(c *catalog.Catalog, files fs.FS) func(name string, text []byte) error {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic(err) // the pattern is sound
	}
	sound := map[string]*parsedFile{}
	for _, n := range names {
		text, err := fs.ReadFile(files, n)
		if err != nil {
			panic(err) // the files are in memory
		}
		sound[n] = parseAndCheck(c, n, text)
	}
	return func(name string, text []byte) error {
		var all []*parsedFile
		for _, n := range names {
			p := sound[n]
			if n == name {
				p = parseAndCheck(c, n, text)
			}
			all = append(all, p)
		}
		_, err := assemble(all)
		return err
	}
}
