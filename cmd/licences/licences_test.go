// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryModuleHasAnAllowedLicence reads the licences of all modules of go.mod.
func TestEveryModuleHasAnAllowedLicence(t *testing.T) {
	all, err := readModules(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 40 {
		t.Errorf("got %d modules, want those of go.mod", len(all))
	}
	for _, m := range all {
		if err := m.check(); err != nil {
			t.Error(err)
		}
	}
}

// TestModulesWithOtherLicencesAreRefused checks modules without a licence, and with one that is not on the list, alone or beside another.
func TestModulesWithOtherLicencesAreRefused(t *testing.T) {
	const mit = "Permission is hereby granted, free of charge, to any person obtaining a copy … without restriction"
	for name, c := range map[string]struct {
		files map[string]string
		want  string // of the error; "": none
	}{
		"allowed":        {map[string]string{"LICENSE": mit}, ""},
		"none":           {map[string]string{"README.md": mit}, "has no licence file"},
		"unknown":        {map[string]string{"LICENSE.txt": "All rights reserved."}, `the licence ""`},
		"copyleft":       {map[string]string{"COPYING": "GNU  AFFERO GENERAL\nPUBLIC LICENSE\nVersion 3"}, "AGPL-3.0"},
		"beside another": {map[string]string{"LICENSE": mit, "LICENSE-exception.md": "GNU General Public License\n  Version 2"}, "GPL-3.0"},
		"in one file":    {map[string]string{"LICENCE": mit + "\n\nBusiness Source License 1.1"}, "BUSL-1.1"},
	} {
		m := module{Path: "example.org/" + name, Dir: t.TempDir()}
		for file, text := range c.files {
			if err := os.WriteFile(filepath.Join(m.Dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		err := m.readFiles()
		if err == nil {
			err = m.check()
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
