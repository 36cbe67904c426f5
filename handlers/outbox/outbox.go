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
// uses up no retries. After a *NewerError, and when its ticket holds an event of a newer release, it waits for another node.
type Handler struct {
	Name      string
	Topic     string
	Handle    func(ctx context.Context, m Message) error
	Workers   int   // messages handled at the same time; the messages of one ticket stay in order; 0: 1
	PerSecond int64 // maximum messages a second of all workers together; 0: no limit
}

// Config configures a Router. Pool is required, the rest has defaults.
type Config struct {
	Pool           *pgxpool.Pool // connections as role sol_worker whose commits are synchronous; no message in hand holds one
	LeasePool      *pgxpool.Pool // connections for the renewal of claims; nil: Pool
	Handlers       []Handler
	Wake           func() <-chan struct{} // returns a channel that is closed when messages may have been published; nil: only polls
	MaxRetries     int                    // retries before a message goes to the poison queue; 0: 8, over about a minute
	RetryDelay     time.Duration          // pause before the first retry, then doubled up to 30 s; 0: 250 ms
	BreakerTimeout time.Duration          // how long a handler's circuit breaker stays open after five consecutive failures; 0: 10 s
	PollInterval   time.Duration          // pause between two polls of an empty outbox; 0: 500 ms
	LeaseDuration  time.Duration          // after which another node takes over the messages of a silent one; 0: lease.Duration
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
	c.MaxRetries = cmp.Or(c.MaxRetries, 8)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Router{Config: c}, nil
}

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
	workers := map[string]int{}
	for _, h := range r.Handlers {
		workers[h.Topic] = h.Workers
	}
	subscriber, err := NewSubscriber(SubscriberConfig{
		Pool: r.Pool, LeasePool: r.LeasePool, Workers: workers, Wake: r.Wake, LeaseDuration: r.LeaseDuration, PollInterval: r.PollInterval,
		RetryDelay: r.RetryDelay, Log: r.Log,
	})
	if err != nil {
		return err
	}
	defer func() { _ = subscriber.Close() }() // waits for the results that are being stored; it has no error
	poison, err := poisonQueue(subscriber.claims)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	router.AddMiddleware(poison, middleware.CorrelationID)
	for _, h := range r.Handlers {
		r.addHandler(router, subscriber, subscriber.claims, h)
	}
	if err := router.Run(ctx); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// addHandler adds a handler to the router.
func (r *Router) addHandler(router *message.Router, subscriber message.Subscriber, c claims, h Handler) {
	breaker, retry := r.newBreaker(h.Name), r.newRetry()
	consumer := router.AddConsumerHandler(h.Name, h.Topic, subscriber, func(m *message.Message) error {
		err := h.Handle(m.Context(), Message{
			ID: m.UUID, Ticket: ticket.ID(m.Metadata.Get(runtime.MetadataTicket)), Saga: m.Metadata.Get(runtime.MetadataSaga),
			Position: m.Metadata.Get(runtime.MetadataPosition), Payload: m.Payload,
		})
		if _, newer := newerReason(err); newer {
			return Permanent(err)
		}
		return err
	})
	consumer.AddMiddleware(r.leaveNewer(c), retry.Middleware, r.waitWhileUnavailable, breaker.Middleware, middleware.Recoverer)
	if h.PerSecond > 0 {
		consumer.AddMiddleware(middleware.NewThrottle(h.PerSecond, time.Second).Middleware)
	}
}
