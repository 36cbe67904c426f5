// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Retention is the time for which delivered messages are kept.
const Retention = 24 * time.Hour

// DeleteDelivered deletes delivered messages that were created longer ago than keep, and returns their number. The table saga.sent keeps
// for ever that a message was sent.
func DeleteDelivered(ctx context.Context, db *pgxpool.Pool, keep time.Duration) (int64, error) {
	tag, err := db.Exec(ctx, `delete from saga.outbox where acked and created_at < clock_timestamp() - $1::interval`, keep)
	if err != nil {
		return 0, fmt.Errorf("delete delivered messages: %w", err)
	}
	return tag.RowsAffected(), nil
}

// PendingMessage is a message that is not delivered yet.
type PendingMessage struct {
	Message
	Topic  string
	SentAt time.Time // when it was sent, by the log's clock
}

// ListPendingSince returns the undelivered messages that were sent after a moment, oldest first.
func ListPendingSince(ctx context.Context, db *pgxpool.Pool, after time.Time) ([]PendingMessage, error) {
	rows, err := db.Query(ctx, `
		select o.uuid, o.metadata ->> 'ticket', o.metadata ->> 'saga', o.metadata ->> 'position', convert_to(o.payload::text, 'UTF8'), s.topic, s.at
		from saga.outbox o join saga.sent s on s.id = o.uuid::uuid where not o.acked and s.at > $1 order by s.at, o."offset"`, after)
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (w PendingMessage, err error) {
		err = row.Scan(&w.ID, &w.Ticket, &w.Saga, &w.Position, &w.Payload, &w.Topic, &w.SentAt)
		return w, err
	})
}

const discardPage = 1000 // messages that one statement discards, so that it ends within the time limits of its pool

// Discard marks all undelivered messages as delivered, except those with the ids in but, and returns their number. The demo uses it so that
// messages of its generated past are not sent.
func Discard(ctx context.Context, db *pgxpool.Pool, but ...string) (discarded int64, err error) {
	for after := int64(0); ; {
		var last, n int64
		err := db.QueryRow(ctx, `
			with page as (select "offset", uuid from saga.outbox where not acked and "offset" > $2 order by "offset" limit $3),
				done as (
					update saga.outbox o set acked = true from page p where o."offset" = p."offset" and p.uuid <> all ($1::text[]) returning 1)
			select coalesce(max(p."offset"), 0), (select count(*) from done) from page p`,
			append([]string{}, but...), after, discardPage).Scan(&last, &n)
		if err != nil {
			return discarded, fmt.Errorf("discard the outbox: %w", err)
		}
		if last == 0 {
			return discarded, nil
		}
		after, discarded = last, discarded+n
	}
}
