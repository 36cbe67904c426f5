// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wmsql "github.com/ThreeDotsLabs/watermill-sql/v4/pkg/sql"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// The metadata of every message, for routing and for finding where it came from.
const (
	MetadataTopic    = "topic"
	MetadataSaga     = "saga"
	MetadataTicket   = "ticket"
	MetadataPosition = "position" // EPOCH.POSITION of the event that caused it
)

const outboxTable = "saga.outbox"

// OutboxSchema reads and writes saga.outbox, which holds all topics. A subscriber takes one message at a time:
// watermill-sql 4.1.2 acknowledges a whole batch when part of it timed out.
func OutboxSchema() wmsql.PostgreSQLQueueSchema {
	return wmsql.PostgreSQLQueueSchema{
		SubscribeBatchSize:        1,
		GenerateMessagesTableName: func(string) string { return outboxTable },
		GenerateWhereClause: func(p wmsql.GenerateWhereClauseParams) (string, []any) {
			return `metadata ->> 'topic' = $1`, []any{p.Topic}
		},
	}
}

// OutboxOffsets marks what a subscriber has acknowledged and keeps it.
func OutboxOffsets() wmsql.PostgreSQLQueueOffsetsAdapter {
	return wmsql.PostgreSQLQueueOffsetsAdapter{GenerateMessagesTableName: func(string) string { return outboxTable }}
}

// outboxMessage is a message with where it comes from.
type outboxMessage struct {
	send   Send
	ticket ticket.ID
	cause  int64
	at     time.Time // of its cause, or when it was no longer to be held back
}

// maxNotificationAge is how long news are news. A saga that is new, or in a new version, goes through the log from its beginning: what
// it would have told then is noted as told, and told to nobody.
const maxNotificationAge = 5 * 24 * time.Hour

func (m outboxMessage) isStale(now time.Time) bool {
	return m.send.Topic == TopicNotify && now.Sub(m.at) > maxNotificationAge
}

// IDNamespace is the namespace of message ids.
var IDNamespace = uuid.MustParse("15abb5e1-4a63-5811-abb7-ffd412efc494")

// messageID is the same for the same cause, whoever derives it and when.
func messageID(saga string, m outboxMessage) uuid.UUID {
	return uuid.NewSHA1(IDNamespace, fmt.Appendf(nil, "%s\n%s\n%d\n%s\n%s", saga, m.ticket, m.cause, m.send.Topic, m.send.Key))
}

// publishMessages puts the messages into the outbox, inside tx, except those that their causes have sent before and those that are no
// news any more.
func publishMessages(ctx context.Context, tx pgx.Tx, id SagaID, messages []outboxMessage, now time.Time) error {
	if len(messages) == 0 {
		return nil
	}
	fresh, epoch, err := recordSent(ctx, tx, id, messages)
	if err != nil {
		return err
	}
	byTopic := make(map[string][]*message.Message)
	for _, m := range messages {
		mid := messageID(id.Name, m).String()
		if !fresh[mid] || m.isStale(now) {
			continue
		}
		delete(fresh, mid)
		w := message.NewMessageWithContext(ctx, mid, message.Payload(m.send.Payload))
		w.Metadata.Set(MetadataTopic, m.send.Topic)
		w.Metadata.Set(MetadataSaga, id.Name)
		w.Metadata.Set(MetadataTicket, string(m.ticket))
		w.Metadata.Set(MetadataPosition, eventstore.Position{Epoch: epoch, N: m.cause}.String())
		byTopic[m.send.Topic] = append(byTopic[m.send.Topic], w)
	}
	publisher, err := wmsql.NewPublisher(wmsql.TxFromPgx(tx), wmsql.PublisherConfig{SchemaAdapter: OutboxSchema()}, watermill.NopLogger{})
	if err != nil {
		return err
	}
	for topic, all := range byTopic {
		if err := publisher.Publish(topic, all...); err != nil {
			return err
		}
	}
	return publisher.Close()
}

// recordSent notes the messages as sent, for ever, and answers which of them had not been, with the log's epoch.
func recordSent(ctx context.Context, tx pgx.Tx, id SagaID, messages []outboxMessage) (map[string]bool, int, error) {
	var (
		ids, topics, tickets, keys []string
		causes                     []int64
		at                         []time.Time
	)
	for _, m := range messages {
		ids, topics, tickets = append(ids, messageID(id.Name, m).String()), append(topics, m.send.Topic), append(tickets, string(m.ticket))
		keys, causes, at = append(keys, m.send.Key), append(causes, m.cause), append(at, m.at)
	}
	rows, err := tx.Query(ctx, `
		insert into saga.sent (id, topic, saga, ticket, cause, key, at)
		select id::uuid, topic, $1, ticket::uuid, cause, key, at
		from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[])
			as m (id, topic, ticket, cause, key, at)
		on conflict do nothing
		returning id::text, (select epoch from log.logs)`, id.Name, ids, topics, tickets, causes, keys, at)
	if err != nil {
		return nil, 0, err
	}
	var (
		fresh = make(map[string]bool)
		mid   string
		epoch int
	)
	_, err = pgx.ForEachRow(rows, []any{&mid, &epoch}, func() error {
		fresh[mid] = true
		return nil
	})
	return fresh, epoch, err
}

// The topics of the outbox. Payloads are the JSON of the types below; they are contracts: a field is added, never
// changed. They hold references, never personal data.
const (
	TopicNotify       = "notify"        // Notification
	TopicAskConnector = "ask-connector" // Question
)
