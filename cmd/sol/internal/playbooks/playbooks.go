// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package playbooks holds the commands sol playbooks, and loads the playbooks of a node.
package playbooks

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// Commands makes the commands.
type Commands struct {
	Out, Err io.Writer
	Env      func(string) string
}

// directory names the variable with the directory of the body's own playbooks.
const directory = "SOL_PLAYBOOKS_DIR"

// Check returns the command sol playbooks check.
func (a Commands) Check() *cobra.Command {
	return &cobra.Command{
		Use: "check [DIR]", Short: "Check every path of all playbooks, also of those in DIR (default: SOL_PLAYBOOKS_DIR)",
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := a.Env(directory)
			if len(args) == 1 {
				dir = args[0]
			}
			l, err := Load(dir)
			var invalid *playbook.InvalidError
			if errors.As(err, &invalid) {
				for _, f := range invalid.Faults {
					fmt.Fprintln(a.Err, f)
				}
				return fmt.Errorf("playbooks: faults: %d; no playbook is used until all are fixed", len(invalid.Faults))
			}
			if err != nil {
				return err
			}
			for _, p := range l.Current() {
				paths := 0
				for range l.Paths(l.Pin(p)) {
					paths++
				}
				fmt.Fprintf(a.Out, "%-28s version %d  %2d checks, %2d outcomes, %3d paths  %s, %s\n",
					p.ID, p.Version, len(p.Checks), len(p.Outcomes), paths, p.Source, p.Title)
			}
			return nil
		},
	}
}

// Show returns the command sol playbooks show.
func (a Commands) Show() *cobra.Command {
	return &cobra.Command{
		Use: "show [ID[@VERSION]]", Short: "Print a playbook's tree with its texts; without ID, all playbooks", Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			l, err := Load(a.Env(directory))
			if err != nil {
				return err
			}
			shown := l.Current()
			if len(args) == 1 {
				p, err := findPlaybook(l, args[0])
				if err != nil {
					return err
				}
				shown = []*playbook.Playbook{p}
			}
			for i, p := range shown {
				if i > 0 {
					fmt.Fprintln(a.Out)
				}
				if _, err := fmt.Fprint(a.Out, p.Draw()); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// findPlaybook returns the playbook for ID or ID@VERSION; without a version the current one.
func findPlaybook(l *playbook.Library, arg string) (*playbook.Playbook, error) {
	id, wanted, versioned := strings.Cut(arg, "@")
	var ids []string
	for _, p := range l.Current() {
		version := p.Version
		if n, err := strconv.Atoi(wanted); versioned && err == nil {
			version = n
		}
		if p, ok := l.Find(p.ID, version); ok && string(p.ID) == id && (!versioned || strconv.Itoa(version) == wanted) {
			return p, nil
		}
		ids = append(ids, string(p.ID))
	}
	return nil, fmt.Errorf("there is no playbook %s; there are %s", arg, strings.Join(ids, ", "))
}

// Load loads the playbooks embedded in sol and those of the directory; "" for none.
func Load(dir string) (*playbook.Library, error) {
	sources := []fs.FS{playbook.Embedded()}
	if dir != "" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("playbooks: %s is no directory that can be read", dir)
		}
		sources = append(sources, os.DirFS(dir))
	}
	l, err := playbook.Load(catalog.Default(), sources...)
	if err != nil {
		return nil, fmt.Errorf("playbooks: %w", err)
	}
	return l, nil
}
