// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/outboxlist"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/messages"
)

func (a *cli) outboxCommand() *cobra.Command {
	c := outboxlist.Commands{Out: a.out, PrintJSON: a.printJSON, With: func(cmd *cobra.Command, do func(context.Context, *messages.Store) error) error {
		return a.withService(cmd, func(ctx context.Context, s *app.Service) error { return do(ctx, s.Messages) })
	}}
	return commandGroup("outbox", "Inspect and retry outgoing messages", c.List(), c.Retry(), c.Drop())
}
