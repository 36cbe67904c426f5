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

	"github.com/sol-assistenza/sol/handlers/bus"
	"github.com/sol-assistenza/sol/handlers/mail"
	"github.com/sol-assistenza/sol/sagas"
)

func (a *app) outboxCommand() *cobra.Command {
	return group("outbox", "Messages on their way out", a.outboxList(), a.outboxRetry())
}

// mailTopic lists the mails, which the door for mail keeps itself once it has taken their messages on.
const mailTopic = "mail"

// outboxPage is what sol outbox list tells.
type outboxPage struct {
	Counts   []bus.Count     `json:"counts"` // by topic, of all messages
	Mailed   map[string]int  `json:"mail_counts"`
	Messages []bus.Entry     `json:"messages"`
	Mails    []mail.Delivery `json:"mails"`
}

func (a *app) outboxList() *cobra.Command {
	var asJSON, poisoned bool
	var topic string
	var limit int
	topics := []string{sagas.TopicNotify, sagas.TopicAsk, mailTopic}
	c := &cobra.Command{
		Use: "list", Short: "List the messages that wait, and those that were put aside, with how many there are", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if topic != "" && !slices.Contains(topics, topic) {
				return fmt.Errorf("--topic %s: want one of %s", topic, strings.Join(topics, ", "))
			}
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				p, err := n.outbox(ctx, topic, poisoned, limit)
				if err != nil {
					return err
				}
				if asJSON {
					return a.json(p)
				}
				a.outboxLines(p)
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	c.Flags().StringVar(&topic, "topic", "", "only this one: "+strings.Join(topics, ", "))
	c.Flags().BoolVar(&poisoned, "poison", false, "of the messages only those that were put aside")
	c.Flags().IntVar(&limit, "limit", 100, "how many at most")
	return c
}

func (n *node) outbox(ctx context.Context, topic string, poisoned bool, limit int) (p outboxPage, err error) {
	p = outboxPage{Mailed: map[string]int{}, Messages: []bus.Entry{}, Mails: []mail.Delivery{}}
	counts, err := bus.Counts(ctx, n.store.Worker())
	p.Counts = slices.DeleteFunc(counts, func(c bus.Count) bool { return topic != "" && c.Topic != topic })
	if err == nil && topic != mailTopic {
		p.Messages, err = bus.List(ctx, n.store.Worker(), topic, poisoned, limit)
	}
	if err == nil && (topic == "" || topic == mailTopic) {
		if p.Mails, err = n.doors.mail.Unsettled(ctx, limit); err == nil {
			p.Mailed, err = n.doors.mail.Counts(ctx)
		}
	}
	return p, err
}

func (a *app) outboxLines(p outboxPage) {
	for _, e := range p.Messages {
		state := "waits"
		if e.Poisoned {
			state = "put aside: " + e.Reason
		}
		fmt.Fprintf(a.out, "%s  %-13s %s  ticket %s, since %s: %s\n", e.ID, e.Topic, e.Saga, e.Ticket, e.Since.Format(time.RFC3339), state)
	}
	for _, m := range p.Mails {
		fmt.Fprintf(a.out, "%s  mail          %s  ticket %s, %d attempts: %s\n", m.ID, m.Kind, m.Ticket, m.Attempts, m)
	}
	if len(p.Messages)+len(p.Mails) == 0 {
		fmt.Fprintln(a.out, "nothing of the sort waits or was put aside")
	}
	for _, c := range p.Counts {
		fmt.Fprintf(a.out, "%s: %d waiting, %d put aside, %d carried lately\n", c.Topic, c.Waiting, c.Aside, c.Carried)
	}
	if len(p.Mailed) > 0 {
		var said []string
		for _, state := range slices.Sorted(maps.Keys(p.Mailed)) {
			said = append(said, fmt.Sprintf("%d %s", p.Mailed[state], state))
		}
		fmt.Fprintf(a.out, "mail: %s\n", strings.Join(said, ", "))
	}
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
					return errors.New("nothing of the sort was put aside; sol outbox list --poison tells what was")
				}
				fmt.Fprintf(a.out, "%d put back\n", tried)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "all that were put aside")
	return c
}
