// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/handlers/bus"
)

func (a *app) outboxCommand() *cobra.Command {
	return group("outbox", "Messages on their way out", a.outboxList(), a.outboxRetry())
}

func (a *app) outboxList() *cobra.Command {
	var asJSON, poisoned bool
	var limit int
	c := &cobra.Command{
		Use: "list", Short: "List the messages that wait, and those that were put aside", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				all, err := bus.List(ctx, n.store.Worker(), poisoned, limit)
				if err != nil {
					return err
				}
				mails, err := n.doors.mail.Unsettled(ctx, limit)
				if err != nil {
					return err
				}
				if asJSON {
					return a.json(map[string]any{"messages": all, "mails": mails})
				}
				for _, e := range all {
					state := "waits"
					if e.Poisoned {
						state = "put aside: " + e.Reason
					}
					fmt.Fprintf(a.out, "%s  %-13s %s  ticket %s, since %s: %s\n", e.ID, e.Topic, e.Saga, e.Ticket, e.Since.Format(time.RFC3339), state)
				}
				for _, m := range mails {
					fmt.Fprintf(a.out, "%s  mail          %s  ticket %s, %d attempts: %s\n", m.ID, m.Kind, m.Ticket, m.Attempts, m)
				}
				if len(all)+len(mails) == 0 {
					fmt.Fprintln(a.out, "nothing waits, and nothing was put aside")
				}
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	c.Flags().BoolVar(&poisoned, "poison", false, "only those that were put aside; mails are listed all the same")
	c.Flags().IntVar(&limit, "limit", 100, "how many at most")
	return c
}

func (a *app) outboxRetry() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "retry ID... | --all", Short: "Put messages that were put aside back on their way",
		RunE: func(cmd *cobra.Command, ids []string) error {
			if all == (len(ids) > 0) {
				return errors.New("name the messages to try again, or --all of them; sol outbox list --poison tells which there are")
			}
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				tried, err := bus.Retry(ctx, n.store.Worker(), ids...)
				if err != nil {
					return err
				}
				if tried == 0 {
					return errors.New("nothing of the sort was put aside")
				}
				fmt.Fprintf(a.out, "%d put back\n", tried)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "all that were put aside")
	return c
}
