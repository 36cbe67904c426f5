// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
)

func (a *cli) projectionsCommand() *cobra.Command {
	return commandGroup("projections", "Manage read models", a.projectionsList(), a.projectionsRebuild())
}

func (a *cli) projectionsList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "Show position and lag of every read model", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				list, err := n.projections.List(ctx)
				if err != nil {
					return err
				}
				for _, p := range list {
					if asJSON {
						if err := a.printJSON(p); err != nil {
							return err
						}
						continue
					}
					fmt.Fprintf(a.out, "%-16s version %d, at %d of %d, %d events behind", p.Name, p.Version, p.Position, p.Head, p.Lag)
					if p.Error != "" {
						fmt.Fprintf(a.out, ", failed %d times: %s", p.Failures, p.Error)
					}
					if p.Skipped > 0 {
						fmt.Fprintf(a.out, ", %d streams wait for a newer release", p.Skipped)
					}
					fmt.Fprintln(a.out)
				}
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func (a *cli) projectionsRebuild() *cobra.Command {
	return &cobra.Command{
		Use: "rebuild NAME", Short: "Build a read model again from the log while the old tables answer, and then replace them", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				bar := progress.New(a.err, "rebuilding "+args[0])
				err := n.projections.Rebuild(ctx, args[0], bar.Set)
				bar.Finish()
				if err != nil {
					return err
				}
				fmt.Fprintln(a.out, "rebuilt", args[0])
				return nil
			})
		},
	}
}
