// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outboxlist

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/handlers/app/messages"
	"github.com/sol-assistenza/sol/sagas"
)

// Commands makes the commands sol outbox. All fields are required.
type Commands struct {
	Out       io.Writer
	PrintJSON func(any) error
	With      func(cmd *cobra.Command, do func(context.Context, *messages.Store) error) error // runs do on a node of its own
}

// List returns the command sol outbox list.
func (a Commands) List() *cobra.Command {
	var asJSON, poisoned bool
	var topic string
	var limit int
	topics := []string{sagas.TopicNotify, sagas.TopicAskConnector, MailTopic}
	c := &cobra.Command{
		Use: "list", Short: "List waiting and poisoned messages, with counts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if topic != "" && !slices.Contains(topics, topic) {
				return fmt.Errorf("--topic %s: want one of %s", topic, strings.Join(topics, ", "))
			}
			return a.With(cmd, func(ctx context.Context, store *messages.Store) error {
				listing, err := Read(ctx, store, topic, poisoned, limit)
				if err != nil {
					return err
				}
				if asJSON {
					return a.PrintJSON(listing)
				}
				listing.Print(a.Out)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, for scripts")
	c.Flags().StringVar(&topic, "topic", "", "only this topic: "+strings.Join(topics, ", "))
	c.Flags().BoolVar(&poisoned, "poison", false, "only poisoned messages")
	c.Flags().IntVar(&limit, "limit", 100, "maximum number")
	return c
}

// Retry returns the command sol outbox retry.
func (a Commands) Retry() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "retry ID... | --all", Short: "Requeue poisoned messages, and send mails that are uncertain after a restore",
		RunE: func(cmd *cobra.Command, ids []string) error {
			if all == (len(ids) > 0) {
				return errors.New("name the messages to retry, or use --all; sol outbox list --poison lists them")
			}
			return a.With(cmd, func(ctx context.Context, store *messages.Store) error {
				requeued, err := store.Retry(ctx, ids...)
				if err != nil {
					return err
				}
				if requeued == 0 {
					return errors.New("there are no such poisoned messages or uncertain mails; sol outbox list lists them")
				}
				fmt.Fprintf(a.Out, "%d requeued\n", requeued)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "all poisoned messages")
	return c
}

// Drop returns the command sol outbox drop.
func (a Commands) Drop() *cobra.Command {
	return &cobra.Command{
		Use: "drop ID...", Short: "Do not send mails that are uncertain after a restore", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.With(cmd, func(ctx context.Context, store *messages.Store) error {
				dropped, err := store.DropMails(ctx, ids...)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.Out, "%d of %d dropped; sol outbox list --topic mail lists uncertain mails\n", dropped, len(ids))
				return nil
			})
		},
	}
}
