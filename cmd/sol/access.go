// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/accesses"
	"github.com/sol-assistenza/sol/cmd/sol/internal/accessmonths"
	"github.com/sol-assistenza/sol/cmd/sol/internal/terminal"
	"github.com/sol-assistenza/sol/handlers/app"
)

func (a *cli) accessCommand() *cobra.Command {
	c := accesses.Commands{Out: a.out, Err: a.err, By: func(cmd *cobra.Command) app.Caller { return terminal.Caller(a.env, cmd) }, With: func(cmd *cobra.Command, do func(context.Context, *app.Service) error) error {
		return a.withNode(cmd, func(ctx context.Context, n *node) error { return do(ctx, n.service) })
	}}
	months := accessmonths.Commands{Out: a.out, Err: a.err, Env: a.env}
	return commandGroup("access", "Answer from the access log, and drop its expired months", c.Report(), months.Months(), months.Expire())
}
