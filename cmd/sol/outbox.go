// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/outboxlist"
	"github.com/sol-assistenza/sol/sagas"
)

func (a *cli) outboxCommand() *cobra.Command {
	return commandGroup("outbox", "Inspect and retry outgoing messages", a.outboxList(), a.outboxRetry(), a.outboxDrop())
}

func (a *cli) outboxList() *cobra.Command {
	var asJSON, poisoned bool
	var topic string
	var limit int
	topics := []string{sagas.TopicNotify, sagas.TopicAskConnector, outboxlist.MailTopic}
	c := &cobra.Command{
		Use: "list", Short: "List waiting and poisoned messages, with counts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if topic != "" && !slices.Contains(topics, topic) {
				return fmt.Errorf("--topic %s: want one of %s", topic, strings.Join(topics, ", "))
			}
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				listing, err := outboxlist.Read(ctx, n.service.Messages, topic, poisoned, limit)
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(listing)
				}
				listing.Print(a.out)
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	c.Flags().StringVar(&topic, "topic", "", "only this topic: "+strings.Join(topics, ", "))
	c.Flags().BoolVar(&poisoned, "poison", false, "only poisoned messages")
	c.Flags().IntVar(&limit, "limit", 100, "maximum number")
	return c
}

func (a *cli) outboxRetry() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "retry ID... | --all", Short: "Requeue poisoned messages, and send mails that are uncertain after a restore",
		RunE: func(cmd *cobra.Command, ids []string) error {
			if all == (len(ids) > 0) {
				return errors.New("name the messages to retry, or use --all; sol outbox list --poison lists them")
			}
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				requeued, err := n.service.Messages.Retry(ctx, ids...)
				if err != nil {
					return err
				}
				if requeued == 0 {
					return errors.New("there are no such poisoned messages or uncertain mails; sol outbox list lists them")
				}
				fmt.Fprintf(a.out, "%d requeued\n", requeued)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "all poisoned messages")
	return c
}

func (a *cli) outboxDrop() *cobra.Command {
	return &cobra.Command{
		Use: "drop ID...", Short: "Do not send mails that are uncertain after a restore", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				dropped, err := n.service.Messages.DropMails(ctx, ids...)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "%d of %d dropped; sol outbox list --topic mail lists uncertain mails\n", dropped, len(ids))
				return nil
			})
		},
	}
}
