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

// Embedded are the files of the playbooks that come with the product.
func Embedded() fs.FS {
	data, err := fs.Sub(embedded, "data")
	if err != nil {
		panic(err) // the directory is part of the program
	}
	return data
}

// Default is the library of the playbooks that come with the product.
func Default() *Library {
	l, err := Load(catalog.Default(), Embedded())
	if err != nil {
		panic(err) // the files are part of the program, and tested
	}
	return l
}

// Fault is one thing that is wrong with a playbook file.
type Fault struct {
	File string
	Line int // 0: the file as a whole
	Text string
}

func (f Fault) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// InvalidError refuses playbook files. It names everything that is wrong with them at once.
type InvalidError struct{ Faults []Fault }

func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Load reads every .yaml file of the sources, checks each alone and then all together by walking every path. The catalogue
// says which services and problems there are. Error: *InvalidError, or what reading a file gave.
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

// parseAndCheck reads one file and checks what can be said of it alone.
func parseAndCheck(c *catalog.Catalog, file string, text []byte) *parsedFile {
	p := parse(file, text)
	if len(p.faults) == 0 {
		p.check(c)
	}
	return p
}

// assemble makes a library of the files, or refuses them.
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
