// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package rights prints the table of rights.
package rights

import (
	"fmt"
	"io"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
)

// row is a right as sol policy show --json prints it, one a line.
type row struct {
	Version   int           `json:"version"`
	Action    policy.Action `json:"action"`
	Roles     []person.Role `json:"roles"`
	Relations []string      `json:"relations"`
}

// Print prints the table: the version and a line a right, or each right with printJSON if that is not nil.
func Print(out io.Writer, printJSON func(any) error) error {
	if printJSON == nil {
		if _, err := fmt.Fprintf(out, "version %d\n", policy.Version); err != nil {
			return err
		}
	}
	for _, r := range policy.Rights() {
		shown := row{policy.Version, r.Action, r.Roles, r.Relations.Names()}
		if printJSON != nil {
			if err := printJSON(shown); err != nil {
				return err
			}
			continue
		}
		roles := make([]string, len(r.Roles))
		for i, role := range r.Roles {
			roles[i] = string(role)
		}
		if _, err := fmt.Fprintf(out, "%-24s %-36s %s\n", r.Action, strings.Join(shown.Relations, " "), strings.Join(roles, " ")); err != nil {
			return err
		}
	}
	return nil
}
