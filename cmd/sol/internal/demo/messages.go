// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// OutboxMessages is what becomes of what the sagas of a simulated past had to say: notices of the last week are delivered as of then,
// questions about tickets that are still worked on are left for the connected systems, and the rest is dropped. No mail
// of the past leaves.
type OutboxMessages struct {
	Pool          *pgxpool.Pool // as sol_worker
	Dispatcher    *app.Dispatcher
	Notifications *notification.Store
}

const recentPeriod = week

// Deliver deals with everything that the outbox holds. Doing it again gives the same.
func (n OutboxMessages) Deliver(ctx context.Context, p Params, accounts []Account) error {
	recent, err := outbox.ListPendingSince(ctx, n.Pool, p.Until.Add(-recentPeriod))
	if err != nil {
		return err
	}
	var (
		mu   sync.Mutex
		kept []string
	)
	g, carrying := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, m := range recent {
		g.Go(func() error {
			keep, err := n.deliverMessage(carrying, m)
			if keep {
				mu.Lock()
				kept = append(kept, m.ID)
				mu.Unlock()
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("demo: news: %w", err)
	}
	for i, a := range accounts {
		r := rand.New(rand.NewPCG(p.Seed, uint64(i)))
		looked := p.Until.Add(-time.Hour - randomDuration(r, day)) // at what there was to read
		for _, in := range a.Placements {
			if err := n.Notifications.MarkReadUntil(ctx, person.Actor{ID: a.ID, Role: in.Role, Entity: in.Entity}, looked); err != nil {
				return err
			}
		}
	}
	_, err = outbox.Discard(ctx, n.Pool, kept...)
	return err
}

// deliverMessage delivers a notice, and tells whether a message is to wait for the real present.
func (n OutboxMessages) deliverMessage(ctx context.Context, m outbox.PendingMessage) (keep bool, err error) {
	switch m.Topic {
	case runtime.TopicNotify:
		var s sagas.Notification
		if err := json.Unmarshal(m.Payload, &s); err != nil {
			return false, err
		}
		return false, n.Notifications.DeliverAt(ctx, m.ID, m.Ticket, s, m.SentAt)
	case runtime.TopicAskConnector:
		s, _, err := n.Dispatcher.State(ctx, m.Ticket)
		return s.Status == ticket.New || s.Status == ticket.InProgress || s.Status == ticket.Waiting, err
	}
	return false, nil
}
