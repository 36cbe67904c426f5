// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// allowed lists the licences, by SPDX id, under which code may be linked into a program under EUPL-1.2. A licence is added after a look at it.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "Unlicense"}

// module is a Go module that go.mod requires, with the licences in its directory.
type module struct {
	Path, Version, Dir string

	licences     []licence
	attributions []string // texts of NOTICE files, which Apache-2.0 wants passed on
}

// licence is a licence file; its id is "" if the text is not known.
type licence struct{ id, text string }

// readModules returns the modules that the go.mod in a directory requires, direct and indirect, in the order of their paths. It downloads none.
func readModules(ctx context.Context, dir string) ([]module, error) {
	goCommand := func(args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir, cmd.Stderr = dir, os.Stderr
		return cmd.Output()
	}
	out, err := goCommand("mod", "edit", "-json")
	if err != nil {
		return nil, fmt.Errorf("go mod edit: %w", err)
	}
	var file struct{ Require []struct{ Path string } }
	if err := json.Unmarshal(out, &file); err != nil {
		return nil, fmt.Errorf("go.mod: %w", err)
	}
	args := []string{"list", "-m", "-f", "{{.Path}}\t{{.Version}}\t{{.Dir}}"}
	for _, r := range file.Require {
		args = append(args, r.Path)
	}
	if out, err = goCommand(args...); err != nil {
		return nil, fmt.Errorf("go list -m: %w", err)
	}
	var all []module
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 || fields[2] == "" {
			return nil, fmt.Errorf("%s is not downloaded: go mod download", fields[0])
		}
		m := module{Path: fields[0], Version: fields[1], Dir: fields[2]}
		if err := m.readFiles(); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

var (
	licenceFile     = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying)([-._].*)?$`)
	attributionFile = regexp.MustCompile(`(?i)^notice([-._].*)?$`)
)

// readFiles reads the files with licences and notices in the module's directory.
func (m *module) readFiles() error {
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Path, err)
	}
	for _, e := range entries {
		isLicence, isAttribution := licenceFile.MatchString(e.Name()), attributionFile.MatchString(e.Name())
		if e.IsDir() || !isLicence && !isAttribution || strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, e.Name()))
		if err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
		if isAttribution {
			m.attributions = append(m.attributions, string(text))
		} else {
			m.licences = append(m.licences, licence{identify(string(text)), string(text)})
		}
	}
	return nil
}

// check returns an error unless the module has a licence, and all its licences are allowed.
func (m *module) check() error {
	if len(m.licences) == 0 {
		return fmt.Errorf("%s %s has no licence file", m.Path, m.Version)
	}
	for _, l := range m.licences {
		if !slices.Contains(allowed, l.id) {
			return fmt.Errorf("%s %s has the licence %q, allowed are %s: %.80q", m.Path, m.Version, l.id, strings.Join(allowed, ", "), l.text)
		}
	}
	return nil
}

// names returns the ids of the module's licences.
func (m *module) names() string {
	var ids []string
	for _, l := range m.licences {
		if !slices.Contains(ids, l.id) {
			ids = append(ids, l.id)
		}
	}
	return strings.Join(ids, " AND ")
}
