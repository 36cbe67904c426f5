// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
)

//go:embed data/*.yaml
var embedded embed.FS

// Embedded returns the playbook files that are part of the program.
func Embedded() fs.FS {
	data, err := fs.Sub(embedded, "data")
	if err != nil {
		panic(err) // cannot happen: the directory is embedded
	}
	return data
}

// Default returns the library of the embedded playbooks. It parses the files at each call.
func Default() *Library {
	l, err := Load(catalog.Default(), Embedded())
	if err != nil {
		panic(err) // cannot happen: the files are embedded, and tests load them
	}
	return l
}

// Fault is one error in a playbook file.
type Fault struct {
	File string
	Line int // from 1; 0: the fault concerns the whole file
	Text string
}

// String returns the fault with its file and line.
func (f Fault) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// InvalidError reports that playbook files are invalid. It holds all faults that were found.
type InvalidError struct{ Faults []Fault }

func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Load reads all .yaml files at the top of the sources and checks first each file, then all files together by walking every path. The
// services and problems of playbooks must exist in the catalogue. Errors: *InvalidError, or the joined errors of reading files.
func Load(c *catalog.Catalog, sources ...fs.FS) (*Library, error) {
	var (
		all    []*parsedFile
		failed error
	)
	for _, source := range sources {
		names, err := fs.Glob(source, "*.yaml")
		failed = errors.Join(failed, err)
		for _, name := range names {
			text, err := fs.ReadFile(source, name)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("read playbook: %w", err))
				continue
			}
			all = append(all, parseAndCheck(c, path.Base(name), text))
		}
	}
	if failed != nil {
		return nil, failed
	}
	return assemble(all)
}

// parseAndCheck parses one file and makes the checks that need no other file.
func parseAndCheck(c *catalog.Catalog, file string, text []byte) *parsedFile {
	p := parse(file, text)
	if len(p.faults) == 0 {
		p.check(c)
	}
	return p
}

// assemble builds the library from parsed files. Error: *InvalidError.
func assemble(all []*parsedFile) (*Library, error) {
	var faults []Fault
	for _, p := range all {
		faults = append(faults, p.faults...)
	}
	if len(faults) == 0 {
		faults = checkLibrary(all)
	}
	if len(faults) > 0 {
		return nil, &InvalidError{Faults: faults}
	}
	return newLibrary(all), nil
}

// newLibrary returns the library of the playbooks of the files, sorted by id and version.
func newLibrary(all []*parsedFile) *Library {
	l := &Library{}
	for _, p := range all {
		l.playbooks = append(l.playbooks, p.playbook)
	}
	slices.SortFunc(l.playbooks, func(a, b *Playbook) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Version, b.Version))
	})
	return l
}
