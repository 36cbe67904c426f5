// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/accesses"
	"github.com/sol-assistenza/sol/cmd/sol/internal/accessmonths"
	"github.com/sol-assistenza/sol/cmd/sol/internal/agreements"
	"github.com/sol-assistenza/sol/cmd/sol/internal/mappings"
	"github.com/sol-assistenza/sol/cmd/sol/internal/statements"
	"github.com/sol-assistenza/sol/cmd/sol/internal/terminal"
	"github.com/sol-assistenza/sol/cmd/sol/internal/tokens"
	"github.com/sol-assistenza/sol/handlers/app"
)

// withService runs do with the application service of a node of its own.
func (a *cli) withService(cmd *cobra.Command, do func(context.Context, *app.Service) error) error {
	return a.withNode(cmd, func(ctx context.Context, n *node) error { return do(ctx, n.service) })
}

// caller returns who uses the command line.
func (a *cli) caller(cmd *cobra.Command) app.Caller { return terminal.Caller(a.env, cmd) }

func (a *cli) accessCommand() *cobra.Command {
	c := accesses.Commands{Out: a.out, Err: a.err, By: a.caller, With: a.withService}
	months := accessmonths.Commands{Out: a.out, Err: a.err, Env: a.env}
	return commandGroup("access", "Answer from the access log, and drop its expired months", c.Report(), months.Months(), months.Expire())
}

func (a *cli) agreementCommand() *cobra.Command {
	c := agreements.Commands{Out: a.out, By: a.caller, With: a.withService}
	return commandGroup("agreement", "Record what entities agreed about records of their employees' work", c.List(), c.Record(), c.End())
}

func (a *cli) statementCommand() *cobra.Command {
	c := statements.Commands{In: os.Stdin, Out: a.out, By: a.caller, With: a.withService}
	return commandGroup("statement", "Publish, show and list the privacy statements of entities", c.Publish(), c.Show(), c.List())
}

func (a *cli) tokenCommand() *cobra.Command {
	c := tokens.Commands{Out: a.out, With: a.withService}
	return commandGroup("token", "Issue, list and revoke the API tokens of integrations", c.Create(), c.List(), c.Revoke())
}

func (a *cli) mappingCommand() *cobra.Command {
	c := mappings.Commands{Out: a.out, By: a.caller, With: a.withService}
	return commandGroup("mapping", "Confirm which roles the claims of identity providers give", c.List(), c.Confirm())
}
