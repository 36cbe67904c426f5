// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/sagas/runtime"
)

func (a *cli) sagasCommand() *cobra.Command {
	return commandGroup("sagas", "Inspect and simulate sagas", a.sagasList(), a.sagasExplain(), a.sagasSimulate())
}

func (a *cli) sagasList() *cobra.Command {
	var asJSON bool
	var timers int
	c := &cobra.Command{
		Use: "list", Short: "Show position, lag and next timers of every saga", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				list, err := runtime.ListSagas(ctx, n.store.Pools().Read)
				if err != nil {
					return err
				}
				next, err := runtime.ListTimers(ctx, n.store.Pools().Read, timers)
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(map[string]any{"sagas": list, "timers": next})
				}
				for _, s := range list {
					fmt.Fprintf(a.out, "%-13s version %d, at %d, %d events behind, %d tickets, %d timers, %d failing",
						s.Saga, s.Version, s.Position, s.Lag, s.Instances, s.Timers, s.Failing)
					if s.Skipped > 0 {
						fmt.Fprintf(a.out, ", %d streams wait for a newer release", s.Skipped)
					}
					fmt.Fprintln(a.out)
				}
				for _, t := range next {
					state, _, err := n.service.State(ctx, t.Ticket)
					if err != nil {
						return err
					}
					fmt.Fprintf(a.out, "%s  %s: %s\n", state.Number, t.Saga, t)
				}
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	c.Flags().IntVar(&timers, "timers", 10, "number of next timers")
	return c
}

func (a *cli) sagasExplain() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "explain NUMBER", Short: "Explain a ticket's timers and past decisions", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				id, err := a.findTicket(ctx, cmd, n, args[0])
				if err != nil {
					return err
				}
				x, err := runtime.Explain(ctx, n.store.Pools().Read, id)
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(x)
				}
				for _, d := range x.Decisions {
					fmt.Fprintf(a.out, "%s  %s\n", d.Saga, d)
				}
				for _, t := range x.Timers {
					fmt.Fprintf(a.out, "%s  %s\n", t.Saga, t)
				}
				if len(x.Timers) == 0 {
					fmt.Fprintln(a.out, "no pending timers")
				}
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}
