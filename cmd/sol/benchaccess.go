// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/accesses"
	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

func (a *cli) benchAccess() *cobra.Command {
	b := accesses.Bench{Out: a.out, Err: a.err}
	c := a.newBench("access", "Fill the access log with a year of records and measure the answers from it", func(ctx context.Context, c config.Config, own *embedpg.Server) error {
		clock := &demo.Clock{}
		c.Sessions.CitizenPasswords = true // as in the demo
		n, err := newNode(ctx, c, config.NewQuietLogger(a.err, c.Log), database.Trusted(own.URL("sol")), clock.Now, withPools(pgpool.WithoutDiskWait))
		if err != nil {
			return err
		}
		defer n.close()
		return b.Run(ctx, n.service, clock, own.URL("sol"))
	})
	c.Flags().IntVar(&b.Records, "records", 1_000_000, "number of records")
	c.Flags().IntVar(&b.Tickets, "tickets", 20_000, "number of tickets")
	c.Flags().IntVar(&b.Rounds, "rounds", 30, "number of answers to the citizen")
	return c
}
