// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package messages lists outbox messages and mails for administrators and the command line, and retries poisoned messages. It only
// reads and writes tables; handlers/outbox delivers.
package messages

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// Store reads and changes the tables of messages. It is safe for concurrent use.
type Store struct{ db *pgxpool.Pool }

// New returns the messages of a database, which it reads as role sol_worker.
func New(db *pgxpool.Pool) *Store { return &Store{db} }

// Entry is a message in the outbox that is not delivered yet: it waits, or it failed and is in the poison queue.
type Entry struct {
	ID       string    `json:"id"`
	Topic    string    `json:"topic"`
	Saga     string    `json:"saga"`
	Ticket   ticket.ID `json:"ticket"`
	Position string    `json:"position"`
	Since    time.Time `json:"since"`
	Poisoned bool      `json:"poisoned"`
	Reason   string    `json:"reason,omitempty"` // of the failure, or why it waits for a node of a newer release
}

// List returns at most limit messages that wait or failed, the oldest first: of one topic, or of all topics if topic is "".
func (s *Store) List(ctx context.Context, topic string, poisonedOnly bool, limit int) ([]Entry, error) {
	rows, err := s.db.Query(ctx, `
		select uuid, coalesce(metadata ->> 'topic_poisoned', metadata ->> 'topic'), metadata ->> 'saga', metadata ->> 'ticket',
			metadata ->> 'position', created_at, metadata ->> 'topic' = $4, coalesce(metadata ->> 'reason_poisoned', metadata ->> 'newer', '')
		from saga.outbox where not acked and (metadata ->> 'topic' = $4 or not $1)
			and $3 in ('', coalesce(metadata ->> 'topic_poisoned', metadata ->> 'topic'))
		order by "offset" limit $2`, poisonedOnly, limit, topic, runtime.TopicPoison)
	if err != nil {
		return nil, fmt.Errorf("list the outbox: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Entry])
	for i := range all {
		all[i].Since = all[i].Since.UTC()
	}
	return all, err
}

// Count holds the number of messages of a topic by state.
type Count struct {
	Topic     string `json:"topic"`
	Waiting   int    `json:"waiting"`
	Poisoned  int    `json:"put_aside"`
	Delivered int    `json:"carried"` // and not deleted by the cleanup yet
}

// Counts counts all messages of the outbox by topic.
func (s *Store) Counts(ctx context.Context) ([]Count, error) {
	rows, err := s.db.Query(ctx, `
		select topic, count(*) filter (where waits), count(*) filter (where aside and not waits), count(*) filter (where not waits and not aside)
		from (
			select coalesce(metadata ->> 'topic_poisoned', metadata ->> 'topic') as topic,
				bool_or(not acked and metadata ->> 'topic' <> $1) as waits, bool_or(not acked and metadata ->> 'topic' = $1) as aside
			from saga.outbox group by 1, uuid -- a poisoned message has two rows
		) m group by topic order by topic`, runtime.TopicPoison)
	if err != nil {
		return nil, fmt.Errorf("count the outbox: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Count])
}

// Retry moves messages from the poison queue back to their topics, lets uncertain mails be sent, and returns their number. Without ids it
// moves all poisoned messages; an uncertain mail is sent only by its id.
func (s *Store) Retry(ctx context.Context, ids ...string) (int64, error) {
	tag, err := s.db.Exec(ctx, `
		update saga.outbox set metadata = ((metadata::jsonb - 'reason_poisoned' - 'topic_poisoned' - 'handler_poisoned' - 'subscriber_poisoned')
			|| jsonb_build_object('topic', metadata ->> 'topic_poisoned'))::json
		where not acked and metadata ->> 'topic' = $2 and (cardinality($1::text[]) = 0 or uuid = any ($1::text[]))`,
		append([]string{}, ids...), runtime.TopicPoison)
	if err != nil {
		return 0, fmt.Errorf("retry: %w", err)
	}
	mails, err := s.retryMails(ctx, ids)
	return tag.RowsAffected() + mails, err
}
