// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/users"
)

func (a *cli) placementAdd() *cobra.Command {
	var f users.Flags
	c := &cobra.Command{
		Use: "add USERNAME --role ROLE [--entity CODE]", Short: "Give an account a role at an entity, from now on", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error { return a.users(n).Place(ctx, args[0], f) })
		},
	}
	f.RegisterPlacement(c)
	f.RegisterChange(c)
	return c
}

func (a *cli) placementEnd() *cobra.Command {
	var f users.Flags
	c := &cobra.Command{
		Use: "end USERNAME --role ROLE [--entity CODE]", Short: "End a placement now, and unassign its tickets", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error { return a.users(n).EndPlacement(ctx, args[0], f) })
		},
	}
	f.RegisterPlacement(c)
	return c
}
