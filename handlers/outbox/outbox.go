// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package outbox carries the outbox's messages to the doors that they are for: one Watermill router, with retries, a
// circuit breaker, a throttle and a poison queue around every handler.
package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wmsql "github.com/ThreeDotsLabs/watermill-sql/v4/pkg/sql"
	"github.com/ThreeDotsLabs/watermill/components/metrics"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// Message is what a handler gets. It is delivered at least once: a handler goes by the ID.
type Message struct {
	ID       string // a UUID, derived from what caused it
	Ticket   ticket.ID
	Saga     string
	Position string // EPOCH.POSITION of the event that caused it
	Payload  []byte
}

// Handler takes the messages of one topic. An error is tried again, a panic too: what it met may have passed, and to put a
// message aside takes it out of its ticket's order and costs a person's attention. Retries over, or at once if Permanent
// made the error, the message goes to the poison queue. While the door is away nothing is counted: the message waits.
type Handler struct {
	Name      string
	Topic     string
	Handle    func(ctx context.Context, m Message) error
	Workers   int   // messages at a time; those of one ticket stay in order; 0: 1
	PerSecond int64 // at most; 0: no limit
}

// Config is what a bus is made of.
type Config struct {
	Pool           *pgxpool.Pool // as sol_worker; handlers may use it too, for what messages are taken with comes from elsewhere
	Handlers       []Handler
	MaxRetries     int           // before a message goes to the poison queue; 0: 8, over about a minute
	RetryDelay     time.Duration // pause before the first retry, then doubled up to 30 s; 0: 250 ms
	BreakerTimeout time.Duration // how long a door that failed five times in a row is left alone; 0: 10 s
	PollInterval   time.Duration // how often an empty outbox is looked at; 0: 500 ms
	Deadline       time.Duration // for one message, its retries included; 0: 5 min
	Log            *slog.Logger
	Metrics        prometheus.Registerer // nil: none
}

// Router runs the handlers.
type Router struct{ Config }

// New checks the configuration.
func New(c Config) (*Router, error) {
	if c.Pool == nil {
		return nil, errors.New("outbox: Pool is required")
	}
	seen := map[string]bool{}
	for i, h := range c.Handlers {
		if h.Name == "" || h.Topic == "" || h.Topic == poisonTopic || h.Handle == nil || h.Workers < 0 || seen[h.Topic] {
			return nil, fmt.Errorf("outbox: handler %q: want a name, a topic of its own and what to do", h.Name)
		}
		seen[h.Topic] = true
		c.Handlers[i].Workers = max(1, h.Workers)
	}
	c.RetryDelay = cmp.Or(c.RetryDelay, 250*time.Millisecond)
	c.BreakerTimeout = cmp.Or(c.BreakerTimeout, 10*time.Second)
	c.PollInterval = cmp.Or(c.PollInterval, 500*time.Millisecond)
	c.Deadline = cmp.Or(c.Deadline, 5*time.Minute)
	c.MaxRetries = cmp.Or(c.MaxRetries, 8)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Router{c}, nil
}

// closeTimeout is how long Run waits for messages in hand: longer than a door's longest step, a mail under way to a server that
// hangs (twice 30 s), so that the store is not closed under it.
const closeTimeout = 75 * time.Second

// Run takes messages until ctx ends; what is in hand then is finished or left for the next start. While the database is
// away it waits.
func (b *Router) Run(ctx context.Context) error {
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: closeTimeout}, b.logger())
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	if b.Metrics != nil {
		builder := metrics.NewPrometheusMetricsBuilder(b.Metrics, "sol", "outbox")
		builder.AddPrometheusRouterMetrics(router)
	}
	poison, err := b.poisonQueue()
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	router.AddMiddleware(poison, middleware.CorrelationID)
	taking, err := b.newSubscriberPool(ctx)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	defer taking.Close()
	for _, h := range b.Handlers {
		if err := b.addHandler(router, taking, h); err != nil {
			return fmt.Errorf("outbox: handler %s: %w", h.Name, err)
		}
	}
	if err := router.Run(ctx); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// newSubscriberPool is what messages are taken with: a message in hand holds a connection until it is carried. They are as many as the
// workers and nobody else's, so that however many are in hand, whoever carries one never waits for a connection that
// another message holds.
func (b *Router) newSubscriberPool(ctx context.Context) (*pgxpool.Pool, error) {
	c := b.Pool.Config()
	c.MaxConns = 0
	for _, h := range b.Handlers {
		c.MaxConns += int32(h.Workers)
	}
	c.MaxConns = max(1, c.MaxConns)
	return pgxpool.NewWithConfig(ctx, c)
}

// addHandler gives the handler its workers. Their subscribers share nothing but the table.
func (b *Router) addHandler(router *message.Router, taking *pgxpool.Pool, h Handler) error {
	breaker, retry := b.newBreaker(h.Name), b.newRetry()
	for n := range h.Workers {
		subscriber, err := b.newSubscriber(taking, n, h.Workers)
		if err != nil {
			return err
		}
		on := router.AddConsumerHandler(fmt.Sprintf("%s-%d", h.Name, n), h.Topic, subscriber, func(m *message.Message) error {
			return h.Handle(m.Context(), Message{
				ID: m.UUID, Ticket: ticket.ID(m.Metadata.Get(runtime.MetadataTicket)), Saga: m.Metadata.Get(runtime.MetadataSaga),
				Position: m.Metadata.Get(runtime.MetadataPosition), Payload: m.Payload,
			})
		})
		on.AddMiddleware(retry.Middleware, b.waitWhileUnavailable, breaker.Middleware, middleware.Recoverer)
		if h.PerSecond > 0 {
			on.AddMiddleware(middleware.NewThrottle(h.PerSecond, time.Second*time.Duration(h.Workers)).Middleware)
		}
	}
	return nil
}

// newSubscriber takes, one at a time, the messages of its share of the tickets: watermill-sql 4.1.2 locks rows without
// skipping locked ones, so that two subscribers of the same rows would wait for one another.
func (b *Router) newSubscriber(taking *pgxpool.Pool, n, of int) (message.Subscriber, error) {
	schema := runtime.OutboxSchema()
	schema.GenerateWhereClause = func(p wmsql.GenerateWhereClauseParams) (string, []any) {
		return fmt.Sprintf(`metadata ->> 'topic' = $1 and abs(hashtext(metadata ->> 'ticket')::bigint) %% %d = %d`, of, n), []any{p.Topic}
	}
	return wmsql.NewSubscriber(wmsql.BeginnerFromPgx(taking), wmsql.SubscriberConfig{
		SchemaAdapter: schema, OffsetsAdapter: runtime.OutboxOffsets(), PollInterval: b.PollInterval, AckDeadline: &b.Deadline,
	}, b.logger())
}

func (b *Router) logger() watermill.LoggerAdapter {
	return watermill.NewSlogLoggerWithLevelMapping(b.Log, map[slog.Level]slog.Level{slog.LevelInfo: slog.LevelDebug})
}
