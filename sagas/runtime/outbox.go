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

// Names of the metadata of every message. They serve for routing and for finding the message's cause.
const (
	MetadataTopic    = "topic"
	MetadataSaga     = "saga"
	MetadataTicket   = "ticket"
	MetadataPosition = "position" // EPOCH.POSITION of the event that caused it
	MetadataNewer    = "newer"    // what a node did not know of a message of a newer release; set by the router
)

// TopicPoison is the topic of poisoned messages. It has no subscriber: a person decides about them.
const TopicPoison = "poison"

const outboxTable = "saga.outbox"

// OutboxSchema returns the Watermill schema adapter for publishing to saga.outbox, which holds all topics. handlers/outbox takes the messages.
func OutboxSchema() wmsql.PostgreSQLQueueSchema {
	return wmsql.PostgreSQLQueueSchema{GenerateMessagesTableName: func(string) string { return outboxTable }}
}

// TopicOutbox is the topic of eventstore.Store.Publish when messages were published to the outbox.
const TopicOutbox = "outbox"

// outboxMessage is a message with its ticket and cause.
type outboxMessage struct {
	send   Send
	ticket ticket.ID
	cause  int64
	at     time.Time // time of its cause or, for SendLater, its due time
}

// isStale reports whether the message is older than the maximum age of its topic.
func (m outboxMessage) isStale(maxAge map[string]time.Duration, now time.Time) bool {
	limit, limited := maxAge[m.send.Topic]
	return limited && now.Sub(m.at) > limit
}

// IDNamespace is the UUID namespace of message ids and of ids that sagas derive.
var IDNamespace = uuid.MustParse("15abb5e1-4a63-5811-abb7-ffd412efc494")

// messageID returns the id of a message. It depends on saga, ticket, cause, topic and key only, so a repetition gets the same id. epoch is
// that of the cause: after a restore another event has the position of a lost one, whose message may have been mailed.
func messageID(saga string, epoch int, m outboxMessage) uuid.UUID {
	name := fmt.Appendf(nil, "%s\n%s\n%d\n%s\n%s", saga, m.ticket, m.cause, m.send.Topic, m.send.Key)
	if epoch > 1 {
		name = fmt.Appendf(name, "\nepoch %d", epoch)
	}
	return uuid.NewSHA1(IDNamespace, name)
}

// messageID returns the id of a message of a saga of this log.
func (r *Runner) messageID(id SagaID, m outboxMessage) string {
	return messageID(id.Name, r.Store.EpochOf(m.cause), m).String()
}

// publishMessages writes the messages to the outbox in tx, except those that were sent before and stale ones.
func (r *Runner) publishMessages(ctx context.Context, tx pgx.Tx, id SagaID, messages []outboxMessage, now time.Time) error {
	if len(messages) == 0 {
		return nil
	}
	fresh, err := r.recordSent(ctx, tx, id, messages)
	if err != nil {
		return err
	}
	byTopic := make(map[string][]*message.Message)
	for _, m := range messages {
		mid := r.messageID(id, m)
		if !fresh[mid] || m.isStale(r.MaxMessageAge, now) {
			continue
		}
		delete(fresh, mid)
		out := message.NewMessageWithContext(ctx, mid, message.Payload(m.send.Payload))
		out.Metadata.Set(MetadataTopic, m.send.Topic)
		out.Metadata.Set(MetadataSaga, id.Name)
		out.Metadata.Set(MetadataTicket, string(m.ticket))
		out.Metadata.Set(MetadataPosition, eventstore.Position{Epoch: r.Store.EpochOf(m.cause), N: m.cause}.String())
		byTopic[m.send.Topic] = append(byTopic[m.send.Topic], out)
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

// recordSent records the messages as sent, for ever. It returns the ids of those that were not recorded before.
func (r *Runner) recordSent(ctx context.Context, tx pgx.Tx, id SagaID, messages []outboxMessage) (map[string]bool, error) {
	var (
		ids, topics, tickets, keys []string
		causes                     []int64
		at                         []time.Time
	)
	for _, m := range messages {
		ids, topics, tickets = append(ids, r.messageID(id, m)), append(topics, m.send.Topic), append(tickets, string(m.ticket))
		keys, causes, at = append(keys, m.send.Key), append(causes, m.cause), append(at, m.at)
	}
	rows, err := tx.Query(ctx, `
		insert into saga.sent (id, topic, saga, ticket, cause, key, at)
		select id::uuid, topic, $1, ticket::uuid, cause, key, at
		from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[])
			as m (id, topic, ticket, cause, key, at)
		order by 1 -- two versions of a saga may write the same ids
		on conflict do nothing
		returning id::text`, id.Name, ids, topics, tickets, causes, keys, at)
	if err != nil {
		return nil, err
	}
	fresh, mid := make(map[string]bool), ""
	_, err = pgx.ForEachRow(rows, []any{&mid}, func() error {
		fresh[mid] = true
		return nil
	})
	return fresh, err
}
