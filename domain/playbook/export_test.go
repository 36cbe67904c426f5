// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"io/fs"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// LoadReplacing returns a function that loads the files with one of them replaced. It parses the others only once, because parsing YAML
// is most of the cost of Load.
func LoadReplacing(c *catalog.Catalog, files fs.FS) func(name string, text []byte) error {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic(err) // cannot happen: the pattern is valid
	}
	parsed := map[string]*parsedFile{}
	for _, n := range names {
		text, err := fs.ReadFile(files, n)
		if err != nil {
			panic(err) // cannot happen: the files are in memory
		}
		parsed[n] = parseAndCheck(c, n, text)
	}
	return func(name string, text []byte) error {
		var all []*parsedFile
		for _, n := range names {
			p := parsed[n]
			if n == name {
				p = parseAndCheck(c, n, text)
			}
			all = append(all, p)
		}
		_, err := assemble(all)
		return err
	}
}
