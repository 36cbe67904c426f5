// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox

import (
	"context"
	"errors"
	"strings"

	wmsql "github.com/ThreeDotsLabs/watermill-sql/v4/pkg/sql"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"

	"github.com/sol-assistenza/sol/sagas/runtime"
)

// poisonQueue returns the middleware that moves a message to the poison topic after its last retry.
func (r *Router) poisonQueue() (message.HandlerMiddleware, error) {
	publisher, err := wmsql.NewPublisher(wmsql.BeginnerFromPgx(r.Pool), wmsql.PublisherConfig{SchemaAdapter: runtime.OutboxSchema()}, r.logger())
	if err != nil {
		return nil, err
	}
	return middleware.PoisonQueueWithFilter(poisonPublisher{publisher}, runtime.TopicPoison, func(err error) bool {
		return !errors.Is(err, context.Canceled) && !isUnavailable(err) // the service stops, or the handler is unavailable: the message stays in its topic
	})
}

// poisonPublisher sets the topic in a message's metadata, where the outbox reads it, and shortens the reason.
type poisonPublisher struct{ message.Publisher }

func (a poisonPublisher) Publish(topic string, messages ...*message.Message) error {
	for _, m := range messages {
		m.Metadata.Set(runtime.MetadataTopic, topic)
		m.Metadata.Set(middleware.ReasonForPoisonedKey, shortenReason(m.Metadata.Get(middleware.ReasonForPoisonedKey)))
	}
	return a.Publisher.Publish(topic, messages...)
}

// shortenReason returns the first line of a reason, at most maxReason characters, without NUL characters: a panic's reason holds its stack,
// which is in the log, and Postgres cannot read JSON with a NUL.
func shortenReason(reason string) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(reason, "\x00", ""), "\n")
	if r := []rune(first); len(r) > maxReason {
		first = string(r[:maxReason]) + "…"
	}
	return first
}

const maxReason = 300 // characters
