// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// LoadPlaybooks reads those that come with sol and those of the directory; "" for none.
func LoadPlaybooks(dir string) (*playbook.Library, error) {
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
