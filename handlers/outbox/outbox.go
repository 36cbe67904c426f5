// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package outbox delivers the messages of the outbox to handlers: one Watermill router with retries, a circuit breaker, a rate limit and a
// poison queue for each handler. It delivers each message at least once, and the messages of one ticket in their order.
package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	wmsql "github.com/ThreeDotsLabs/watermill-sql/v4/pkg/sql"
	"github.com/ThreeDotsLabs/watermill/components/metrics"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// Message is a message of the outbox. It is delivered at least once: a handler recognises a repetition by the ID.
type Message struct {
	ID       string // a UUID derived from saga, ticket, causing event, topic and key
	Ticket   ticket.ID
	Saga     string // name of the saga that sent it
	Position string // EPOCH.POSITION of the event that caused it
	Payload  []byte
}

// Handler handles the messages of one topic. After an error or a panic the message is retried, since the cause can be temporary, and a
// poisoned message leaves its ticket's order and needs a person. After MaxRetries retries the message goes to the poison queue, or at once
// if the error was made by Permanent. While the handler's database is unavailable or its circuit breaker is open, the message waits and
// uses up no retries.
type Handler struct {
	Name      string
	Topic     string
	Handle    func(ctx context.Context, m Message) error
	Workers   int   // messages handled at the same time; the messages of one ticket stay in order; 0: 1
	PerSecond int64 // maximum messages a second of all workers together; 0: no limit
}

// Config configures a Router. Pool is required, the rest has defaults.
type Config struct {
	Pool           *pgxpool.Pool // connections as role sol_worker; handlers can share it, since subscribers have a pool of their own
	Handlers       []Handler
	MaxRetries     int           // retries before a message goes to the poison queue; 0: 8, over about a minute
	RetryDelay     time.Duration // pause before the first retry, then doubled up to 30 s; 0: 250 ms
	BreakerTimeout time.Duration // how long a handler's circuit breaker stays open after five consecutive failures; 0: 10 s
	PollInterval   time.Duration // pause between two polls of an empty outbox; 0: 500 ms
	Deadline       time.Duration // for one delivery of a message, with its retries; 0: 5 min
	Log            *slog.Logger
	Metrics        prometheus.Registerer // nil: none
}

// Router delivers the messages of the outbox to its handlers.
type Router struct {
	Config
	stopping <-chan struct{} // closed when the context of Run ends
}

// New checks the configuration and sets its defaults. It returns an error without a Pool, for an incomplete handler, and for two handlers
// of one topic.
func New(c Config) (*Router, error) {
	if c.Pool == nil {
		return nil, errors.New("outbox: Pool is required")
	}
	seen := map[string]bool{}
	for i, h := range c.Handlers {
		if h.Name == "" || h.Topic == "" || h.Topic == runtime.TopicPoison || h.Handle == nil || h.Workers < 0 || seen[h.Topic] {
			return nil, fmt.Errorf("outbox: handler %q: want Name, a Topic of its own, Handle and Workers >= 0", h.Name)
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
	return &Router{Config: c}, nil
}

// closeTimeout is the time that Run waits at the end for messages that are being handled. It is longer than the longest step of a handler,
// a mail to a server that hangs (twice 30 s), so that the store is not closed before the step ends.
const closeTimeout = 75 * time.Second

// Run delivers messages until ctx ends. A message that is being handled then is finished, or delivered again after the next start. While
// the database is unavailable, Run waits.
func (r *Router) Run(ctx context.Context) error {
	r.stopping = ctx.Done()
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: closeTimeout}, r.logger())
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	if r.Metrics != nil {
		builder := metrics.NewPrometheusMetricsBuilder(r.Metrics, "sol", "outbox")
		builder.AddPrometheusRouterMetrics(router)
	}
	poison, err := r.poisonQueue()
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	router.AddMiddleware(poison, middleware.CorrelationID)
	subscriberPool, err := r.newSubscriberPool(ctx)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	defer subscriberPool.Close()
	for _, h := range r.Handlers {
		if err := r.addHandler(router, subscriberPool, h); err != nil {
			return fmt.Errorf("outbox: handler %s: %w", h.Name, err)
		}
	}
	if err := router.Run(ctx); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// newSubscriberPool returns the connection pool of the subscribers. A message holds a connection until it is delivered. The pool has one
// connection for each worker and serves no one else, so that a handler never waits for a connection that another message holds.
func (r *Router) newSubscriberPool(ctx context.Context) (*pgxpool.Pool, error) {
	c := r.Pool.Config()
	c.MaxConns = 0
	for _, h := range r.Handlers {
		c.MaxConns += int32(h.Workers)
	}
	c.MaxConns = max(1, c.MaxConns)
	return pgxpool.NewWithConfig(ctx, c)
}

// addHandler adds the handler's workers to the router. Each has a subscriber of its own; they share the circuit breaker.
func (r *Router) addHandler(router *message.Router, subscriberPool *pgxpool.Pool, h Handler) error {
	breaker, retry := r.newBreaker(h.Name), r.newRetry()
	for n := range h.Workers {
		subscriber, err := r.newSubscriber(subscriberPool, n, h.Workers)
		if err != nil {
			return err
		}
		consumer := router.AddConsumerHandler(fmt.Sprintf("%s-%d", h.Name, n), h.Topic, subscriber, func(m *message.Message) error {
			return h.Handle(m.Context(), Message{
				ID: m.UUID, Ticket: ticket.ID(m.Metadata.Get(runtime.MetadataTicket)), Saga: m.Metadata.Get(runtime.MetadataSaga),
				Position: m.Metadata.Get(runtime.MetadataPosition), Payload: m.Payload,
			})
		})
		consumer.AddMiddleware(retry.Middleware, r.waitWhileUnavailable, breaker.Middleware, middleware.Recoverer)
		if h.PerSecond > 0 {
			consumer.AddMiddleware(middleware.NewThrottle(h.PerSecond, time.Second*time.Duration(h.Workers)).Middleware)
		}
	}
	return nil
}

// newSubscriber returns subscriber n of several. It reads, one at a time, the messages of its share of the tickets. The shares are
// disjoint, because watermill-sql 4.1.2 locks rows without skipping locked ones: two subscribers of the same rows would block each other.
func (r *Router) newSubscriber(subscriberPool *pgxpool.Pool, n, workers int) (message.Subscriber, error) {
	schema := runtime.OutboxSchema()
	schema.GenerateWhereClause = func(p wmsql.GenerateWhereClauseParams) (string, []any) {
		return fmt.Sprintf(`metadata ->> 'topic' = $1 and abs(hashtext(metadata ->> 'ticket')::bigint) %% %d = %d`, workers, n), []any{p.Topic}
	}
	return wmsql.NewSubscriber(wmsql.BeginnerFromPgx(subscriberPool), wmsql.SubscriberConfig{
		SchemaAdapter: schema, OffsetsAdapter: runtime.OutboxOffsets(), PollInterval: r.PollInterval, AckDeadline: &r.Deadline,
	}, r.logger())
}
