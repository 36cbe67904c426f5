// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/handlers/app/messages"
	"github.com/sol-assistenza/sol/sagas"
)

func (a *cli) outboxCommand() *cobra.Command {
	return commandGroup("outbox", "Inspect and retry outgoing messages", a.outboxList(), a.outboxRetry(), a.outboxDrop())
}

// mailTopic selects the mail deliveries, which have a table of their own.
const mailTopic = "mail"

// outboxListing is the output of sol outbox list.
type outboxListing struct {
	Counts     []messages.Count    `json:"counts"` // by topic, of all messages
	MailCounts map[string]int      `json:"mail_counts"`
	Messages   []messages.Entry    `json:"messages"`
	Mails      []messages.Delivery `json:"mails"`
}

func (a *cli) outboxList() *cobra.Command {
	var asJSON, poisoned bool
	var topic string
	var limit int
	topics := []string{sagas.TopicNotify, sagas.TopicAskConnector, mailTopic}
	c := &cobra.Command{
		Use: "list", Short: "List waiting and poisoned messages, with counts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if topic != "" && !slices.Contains(topics, topic) {
				return fmt.Errorf("--topic %s: want one of %s", topic, strings.Join(topics, ", "))
			}
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				listing, err := n.listOutbox(ctx, topic, poisoned, limit)
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(listing)
				}
				a.printOutbox(listing)
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

// listOutbox reads the listing of one topic, or of all for "".
func (n *node) listOutbox(ctx context.Context, topic string, poisoned bool, limit int) (listing outboxListing, err error) {
	listing = outboxListing{MailCounts: map[string]int{}, Messages: []messages.Entry{}, Mails: []messages.Delivery{}}
	counts, err := n.service.Messages.Counts(ctx)
	listing.Counts = slices.DeleteFunc(counts, func(c messages.Count) bool { return topic != "" && c.Topic != topic })
	if err == nil && topic != mailTopic {
		listing.Messages, err = n.service.Messages.List(ctx, topic, poisoned, limit)
	}
	if err == nil && (topic == "" || topic == mailTopic) {
		if listing.Mails, err = n.service.Messages.ListMails(ctx, limit); err == nil {
			listing.MailCounts, err = n.service.Messages.CountMails(ctx)
		}
	}
	return listing, err
}

func (a *cli) printOutbox(listing outboxListing) {
	for _, e := range listing.Messages {
		state := "waiting"
		if e.Poisoned {
			state = "poisoned: " + e.Reason
		}
		fmt.Fprintf(a.out, "%s  %-13s %s  ticket %s, since %s: %s\n", e.ID, e.Topic, e.Saga, e.Ticket, e.Since.Format(time.RFC3339), state)
	}
	for _, m := range listing.Mails {
		fmt.Fprintf(a.out, "%s  mail          %s  ticket %s, %d attempts: %s\n", m.ID, m.Kind, m.Ticket, m.Attempts, m)
	}
	if len(listing.Messages)+len(listing.Mails) == 0 {
		fmt.Fprintln(a.out, "no waiting or poisoned messages")
	}
	for _, c := range listing.Counts {
		fmt.Fprintf(a.out, "%s: %d waiting, %d poisoned, %d delivered recently\n", c.Topic, c.Waiting, c.Poisoned, c.Delivered)
	}
	if len(listing.MailCounts) > 0 {
		var counts []string
		for _, state := range slices.Sorted(maps.Keys(listing.MailCounts)) {
			counts = append(counts, fmt.Sprintf("%d %s", listing.MailCounts[state], state))
		}
		fmt.Fprintf(a.out, "mail: %s\n", strings.Join(counts, ", "))
	}
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
