// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package messages

import (
	"context"
	"fmt"

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
	if d.Uncertain {
		text += ", uncertain: it may have arrived twice"
	}
	if d.Error != "" {
		text += ": " + d.Error
	}
	return text
}

// ListMails returns at most limit mails that were not simply sent, the newest first.
func (s *Store) ListMails(ctx context.Context, limit int) ([]Delivery, error) {
	rows, err := s.db.Query(ctx, `
		select id::text, ticket::text, kind, state, uncertain, attempts, error from mail.deliveries
		where state not in ('sent', 'void') or uncertain order by created_at desc limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Delivery])
}

// CountMails returns the number of mails by state.
func (s *Store) CountMails(ctx context.Context) (map[string]int, error) {
	rows, err := s.db.Query(ctx, `select state, count(*) from mail.deliveries group by state`)
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
