// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	wmsql "github.com/ThreeDotsLabs/watermill-sql/v4/pkg/sql"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// TestPubSub runs Watermill's own tests of a Pub/Sub on the outbox: the publisher of watermill-sql, as sagas use it, and our Subscriber.
//
// These features are off:
//   - ConsumerGroups: each topic has one handler; whoever wants all events reads the log.
//   - ExactlyOnceDelivery: a message whose node dies before its acknowledgement is stored is delivered again.
//   - NewSubscriberReceivesOldMessages: an acknowledged message is done for all.
//   - ContextPreserved: a message goes through a table.
//   - RestartServiceCommand: the test of a database that goes away and comes back is TestUnavailableDatabasePoisonsNothing.
func TestPubSub(t *testing.T) {
	db := storetest.New(t, func(c *eventstore.Config) {
		c.Pools = append(c.Pools, func(s *pgpool.Spec) { s.Conns = 40 })
	}).Store.Pools().Outbox
	features := tests.Features{
		GuaranteedOrder: true, // among messages of one ticket, whoever takes them
		Persistent:      true,
		ForceShort:      true, // numbers of messages for brokers that flush each commit
	}
	tests.TestPubSub(t, features, func(t *testing.T) (message.Publisher, message.Subscriber) {
		publisher, err := wmsql.NewPublisher(wmsql.BeginnerFromPgx(db), wmsql.PublisherConfig{SchemaAdapter: runtime.OutboxSchema()}, nil)
		if err != nil {
			t.Fatal(err)
		}
		subscriber, err := outbox.NewSubscriber(outbox.SubscriberConfig{
			Pool: db, PollInterval: 20 * time.Millisecond, RetryDelay: time.Millisecond, CloseTimeout: 10 * time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := subscriber.Close(); err != nil {
				t.Error(err)
			}
		})
		return outboxPublisher{publisher}, &decodingSubscriber{Subscriber: subscriber, closed: make(chan struct{})}
	}, nil)
}

// decodingSubscriber decodes the payloads of a subscriber. Watermill's decorator would wait for ever when a message comes after the suite has
// stopped reading and before it closes the subscriber.
type decodingSubscriber struct {
	message.Subscriber
	closed    chan struct{}
	closeOnce sync.Once
	running   sync.WaitGroup
}

func (s *decodingSubscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	in, err := s.Subscriber.Subscribe(ctx, topic)
	if err != nil {
		return nil, err
	}
	out := make(chan *message.Message)
	s.running.Go(func() {
		defer close(out)
		for m := range in {
			decodePayload(m)
			select {
			case out <- m:
			case <-s.closed: // nobody reads it: it is delivered again
			}
		}
	})
	return out, nil
}

// Close returns when the channels of the subscriptions are closed, as the suite wants it.
func (s *decodingSubscriber) Close() error {
	s.closeOnce.Do(func() { close(s.closed) })
	err := s.Subscriber.Close()
	s.running.Wait()
	return err
}

// outboxPublisher publishes the suite's messages as the outbox needs them: with the topic in the metadata, and the payload as JSON. The
// ticket is the payload, because the suite wants the messages with the same payload in order.
type outboxPublisher struct{ message.Publisher }

func (p outboxPublisher) Publish(topic string, messages ...*message.Message) error {
	var all []*message.Message
	for _, m := range messages {
		encoded := m.Copy()
		encoded.Metadata.Set(runtime.MetadataTopic, topic)
		encoded.Metadata.Set(runtime.MetadataTicket, string(m.Payload))
		encoded.Payload, _ = json.Marshal(string(m.Payload)) // a string has no error
		all = append(all, encoded)
	}
	return p.Publisher.Publish(topic, all...)
}

// decodePayload reverses the encoding of outboxPublisher.
func decodePayload(m *message.Message) {
	var text string
	if err := json.Unmarshal(m.Payload, &text); err == nil {
		m.Payload = []byte(text)
	}
}
