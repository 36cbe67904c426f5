// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/demo"
)

// demoInfo is demo.json: where the demo answers and who can log in. A person with two placements stands there twice.
type demoInfo struct {
	Address    string         `json:"address"`
	Identities []demoIdentity `json:"identities"`
}

type demoIdentity struct {
	Username string             `json:"username"`
	Password string             `json:"password"`
	PIN      string             `json:"pin"`
	Role     person.Role        `json:"role"`
	Entity   catalog.EntityCode `json:"entity"`
}

func (c config) demoFile() string { return filepath.Join(c.DataDir, "demo.json") }

// introduce writes demo.json and tells a person the same. It is called once the demo answers.
func (a *app) introduce(c config, address string, people []demo.Person) error {
	info := demoInfo{Address: address}
	for _, p := range people {
		for _, in := range p.Placements {
			info.Identities = append(info.Identities, demoIdentity{p.Username, p.Password, p.PIN, in.Role, in.Entity})
		}
	}
	if err := writeJSON(c.demoFile(), info); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nSOL Assistenza answers at %s. Everybody here is made up.\n\n", address)
	fmt.Fprintf(&b, "%-10s %-22s %-24s %-16s %s\n", "entity", "role", "user name", "password", "PIN")
	for _, i := range info.Identities {
		fmt.Fprintf(&b, "%-10s %-22s %-24s %-16s %s\n", or(string(i.Entity), "-"), i.Role, i.Username, i.Password, i.PIN)
	}
	first := info.Identities[0]
	fmt.Fprintf(&b, `
The same for programs: %s

Try it:
  curl -s %[2]s/api/v1/sessions -H 'Content-Type: application/json' -d '{"username":"%[3]s","password":"%[4]s","pin":"%[5]s"}'
  curl -s %[2]s/api/v1/queues -H "Authorization: Bearer $TOKEN"      # TOKEN: the token of that answer
  curl -s '%[2]s/api/v1/tickets?queue=nuove' -H "Authorization: Bearer $TOKEN"

Ctrl-C stops it; what was made stays in %[6]s.
`, c.demoFile(), address, first.Username, first.Password, first.PIN, c.DataDir)
	_, err := fmt.Fprint(a.out, b.String())
	return err
}

// writeJSON puts a file in its place whole or not at all. It may hold a demo's passwords: only the owner reads it.
func writeJSON(path string, v any) (err error) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".json-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), path)
}

// readJSON reads a file; false when there is none.
func readJSON(path string, into any) (there bool, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return true, fmt.Errorf("%s: %w", path, err)
	}
	return true, nil
}
