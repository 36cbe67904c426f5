// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/playbooks"
)

func (a *cli) playbooksCommand() *cobra.Command {
	c := playbooks.Commands{Out: a.out, Err: a.err, Env: a.env}
	return commandGroup("playbooks", "Check and print playbooks (FAQ 2.7–2.12)", c.Check(), c.Show())
}
