// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/rights"
)

func (a *cli) policyCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show", Short: "Print which role may do which action with which relation to a ticket", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return rights.Print(a.out, a.printJSON)
			}
			return rights.Print(a.out, nil)
		},
	}
	jsonFlag(c, &asJSON)
	return commandGroup("policy", "Print the table of rights", c)
}
