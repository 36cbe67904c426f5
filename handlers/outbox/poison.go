// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"

	"github.com/sol-assistenza/sol/eventstore/lease"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// poisonQueue returns the middleware that moves a message to the poison topic after its last retry.
func poisonQueue(c claims) (message.HandlerMiddleware, error) {
	return middleware.PoisonQueueWithFilter(poisonPublisher{c}, runtime.TopicPoison, func(err error) bool {
		// The service stops, the claim was lost, or the handler is unavailable: the message stays in its topic.
		return !errors.Is(err, context.Canceled) && !errors.Is(err, lease.ErrLost) && !isUnavailable(err)
	})
}

// poisonPublisher moves the row of a message that was received from a Subscriber to another topic, if its claim is still held. So no
// message is poisoned that another node has delivered.
type poisonPublisher struct{ claims }

func (p poisonPublisher) Publish(topic string, messages ...*message.Message) error {
	for _, m := range messages {
		held, ok := m.Context().Value(claimKey{}).(claim)
		if !ok {
			return fmt.Errorf("message %s has no claim", m.UUID)
		}
		m.Metadata.Set(runtime.MetadataTopic, topic)
		m.Metadata.Set(middleware.ReasonForPoisonedKey, shortenReason(m.Metadata.Get(middleware.ReasonForPoisonedKey)))
		if err := p.leave(m, held, 0); err != nil {
			return err
		}
	}
	return nil
}

// Close does nothing.
func (poisonPublisher) Close() error { return nil }

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
