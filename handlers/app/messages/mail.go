// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package messages

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Delivery is a mail that needs attention: it waits, was refused, came back or may have arrived twice.
type Delivery struct {
	ID        string    `json:"id"`
	Ticket    ticket.ID `json:"ticket"`
	Kind      string    `json:"kind"`
	State     string    `json:"state"`
	Uncertain bool      `json:"uncertain"`
	Attempts  int       `json:"attempts"`
	Error     string    `json:"error,omitempty"`
}

// String describes the state of the delivery in English.
func (d Delivery) String() string {
	text := d.State
	if d.State == StateUncertain {
		return text + ": it was perhaps sent before the service was restored; sol outbox retry sends it, sol outbox drop does not"
	}
	if d.Uncertain {
		text += ", uncertain: it may have arrived twice"
	}
	if d.Error != "" {
		text += ": " + d.Error
	}
	return text
}

// NeedsDecision reports whether a person must decide whether the mail is sent.
func (d Delivery) NeedsDecision() bool { return d.State == StateUncertain }

// StateUncertain is the state of a mail that was perhaps sent before a restore of the log. A person decides whether to send it.
const StateUncertain = "uncertain"

// retryMails lets the uncertain mails with the ids be sent, and returns their number. They are tried for as long as new ones: the decision may
// come after the time for which a mail is tried.
func (s *Store) retryMails(ctx context.Context, ids []string) (int64, error) {
	tag, err := s.db.Exec(ctx, `
		update mail.deliveries set state = 'waiting', next_at = clock_timestamp(), created_at = clock_timestamp(), error = ''
		where state = $2 and id::text = any ($1::text[])`, ids, StateUncertain)
	if err != nil {
		return 0, fmt.Errorf("retry mails: %w", err)
	}
	return tag.RowsAffected(), nil
}

// DropMails ends the uncertain mails with the ids without sending them, and returns their number.
func (s *Store) DropMails(ctx context.Context, ids ...string) (int64, error) {
	tag, err := s.db.Exec(ctx, `
		update mail.deliveries set state = 'void', uncertain = false, ended_at = clock_timestamp(), error = 'not sent after the restore, a person decided'
		where state = $2 and id::text = any ($1::text[])`, ids, StateUncertain)
	if err != nil {
		return 0, fmt.Errorf("drop mails: %w", err)
	}
	return tag.RowsAffected(), nil
}

// The conditions of the queries imply those of indexes, so they do not read the sent mails, which stay for ever.
const (
	listMailsQuery = `
		select id::text, ticket::text, kind, state, uncertain, attempts, error from mail.deliveries
		where state not in ('sent', 'void') or uncertain order by created_at desc limit $1`
	countMailsQuery = `
		select state, count(*) from mail.deliveries
		where state not in ('sent', 'void') group by state
		union all
		select state, count(*) from mail.deliveries
		where state in ('sent', 'void') and ended_at > statement_timestamp() - $1::interval group by state`
)

// RecentMails is the time for which CountMails counts a mail that was sent or needs not be sent.
const RecentMails = 24 * time.Hour

// ListMails returns at most limit mails that were not simply sent, the newest first.
func (s *Store) ListMails(ctx context.Context, limit int) ([]Delivery, error) {
	rows, err := s.db.Query(ctx, listMailsQuery, limit)
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Delivery])
}

// CountMails returns the number of mails by state: of «sent» and «void» those of the last RecentMails, of the other states all.
func (s *Store) CountMails(ctx context.Context) (map[string]int, error) {
	rows, err := s.db.Query(ctx, countMailsQuery, RecentMails)
	if err != nil {
		return nil, fmt.Errorf("count mails: %w", err)
	}
	counts, state, n := map[string]int{}, "", 0
	_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error {
		counts[state] = n
		return nil
	})
	return counts, err
}
