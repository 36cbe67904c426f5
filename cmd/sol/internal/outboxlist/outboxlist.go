// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package outboxlist holds the commands sol outbox: it lists, retries and drops outgoing messages.
package outboxlist

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/handlers/app/messages"
)

// MailTopic selects the mail deliveries, which have a table of their own.
const MailTopic = "mail"

// Listing is the output of sol outbox list.
type Listing struct {
	Counts     []messages.Count    `json:"counts"`      // by topic, of all messages
	MailCounts map[string]int      `json:"mail_counts"` // by state; see messages.CountMails
	Messages   []messages.Entry    `json:"messages"`
	Mails      []messages.Delivery `json:"mails"`
}

// Read reads the listing of one topic, or of all for "".
func Read(ctx context.Context, store *messages.Store, topic string, poisoned bool, limit int) (listing Listing, err error) {
	listing = Listing{MailCounts: map[string]int{}, Messages: []messages.Entry{}, Mails: []messages.Delivery{}}
	counts, err := store.Counts(ctx)
	listing.Counts = slices.DeleteFunc(counts, func(c messages.Count) bool { return topic != "" && c.Topic != topic })
	if err == nil && topic != MailTopic {
		listing.Messages, err = store.List(ctx, topic, poisoned, limit)
	}
	if err == nil && (topic == "" || topic == MailTopic) {
		if listing.Mails, err = store.ListMails(ctx, limit); err == nil {
			listing.MailCounts, err = store.CountMails(ctx)
		}
	}
	return listing, err
}

// Print writes the listing for people.
func (listing Listing) Print(out io.Writer) {
	for _, e := range listing.Messages {
		state := "waiting"
		if e.Poisoned {
			state = "poisoned"
		}
		if e.Reason != "" {
			state += ": " + e.Reason
		}
		fmt.Fprintf(out, "%s  %-13s %s  ticket %s, since %s: %s\n", e.ID, e.Topic, e.Saga, e.Ticket, e.Since.Format(time.RFC3339), state)
	}
	for _, m := range listing.Mails {
		fmt.Fprintf(out, "%s  mail          %s  ticket %s, %d attempts: %s\n", m.ID, m.Kind, m.Ticket, m.Attempts, m)
	}
	if len(listing.Messages)+len(listing.Mails) == 0 {
		fmt.Fprintln(out, "no waiting or poisoned messages")
	}
	for _, c := range listing.Counts {
		fmt.Fprintf(out, "%s: %d waiting, %d poisoned, %d delivered recently\n", c.Topic, c.Waiting, c.Poisoned, c.Delivered)
	}
	if len(listing.MailCounts) > 0 {
		var counts []string
		for _, state := range slices.Sorted(maps.Keys(listing.MailCounts)) {
			text := fmt.Sprintf("%d %s", listing.MailCounts[state], state)
			if state == "sent" || state == "void" {
				text += " recently"
			}
			counts = append(counts, text)
		}
		fmt.Fprintf(out, "mail: %s\n", strings.Join(counts, ", "))
	}
}
