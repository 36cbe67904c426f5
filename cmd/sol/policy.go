// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
)

// policyRow is a right as sol policy show --json prints it, one a line.
type policyRow struct {
	Version   int           `json:"version"`
	Action    policy.Action `json:"action"`
	Roles     []person.Role `json:"roles"`
	Relations []string      `json:"relations"`
}

func (a *cli) policyCommand() *cobra.Command {
	return commandGroup("policy", "Print the table of rights", a.policyShow())
}

func (a *cli) policyShow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show", Short: "Print which role may do which action with which relation to a ticket", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if !asJSON {
				fmt.Fprintf(a.out, "version %d\n", policy.Version)
			}
			for _, r := range policy.Rights() {
				row := policyRow{policy.Version, r.Action, r.Roles, r.Relations.Names()}
				if asJSON {
					if err := a.printJSON(row); err != nil {
						return err
					}
					continue
				}
				var roles []string
				for _, role := range r.Roles {
					roles = append(roles, string(role))
				}
				fmt.Fprintf(a.out, "%-24s %-36s %s\n", r.Action, strings.Join(row.Relations, " "), strings.Join(roles, " "))
			}
			return nil
		},
	}
	jsonFlag(c, &asJSON)
	return c
}
