// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keys

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

// Reindex returns the command sol persons reindex.
func (c CLI) Reindex() *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use: "reindex", Args: cobra.NoArgs,
		Short: "Enter the persons of all tickets in the directory; once after an upgrade, when all nodes have this release",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.WithSystem(cmd, func(ctx context.Context, s System) error {
				bar := c.Progress("re-indexing persons")
				result, err := s.Reindex(ctx, func(tickets int64) { bar.Set(tickets, tickets) })
				bar.Finish()
				if err != nil {
					return err
				}
				if asJSON {
					return c.PrintJSON(result)
				}
				fmt.Fprintf(c.Out, "%d tickets read, %d persons added\n", result.Streams, result.Added)
				if result.Left > 0 {
					fmt.Fprintf(c.Out, "%d persons have no hash by the newest key: no form holds their tax code\n", result.Left)
				}
				return nil
			})
		},
	}
	jsonFlag(command, &asJSON)
	return command
}
