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
)

// OutboxMessages processes the messages that the sagas wrote during the simulation. Notifications of the last week are delivered with
// their simulated time, questions about open tickets stay in the outbox for the connected systems, and all others are discarded. It sends
// no mail.
type OutboxMessages struct {
	Pool          *pgxpool.Pool // as sol_worker
	Dispatcher    *app.TicketDispatcher
	Notifications *notification.Store
}

// recentPeriod is the time before the end of the simulation whose messages are kept.
const recentPeriod = week

// Deliver processes all messages of the outbox and marks most notifications as read. A repetition changes nothing.
func (n OutboxMessages) Deliver(ctx context.Context, p Params, accounts []Account) error {
	recent, err := outbox.ListPendingSince(ctx, n.Pool, p.Until.Add(-recentPeriod))
	if err != nil {
		return err
	}
	var (
		mu   sync.Mutex
		kept []string
	)
	g, groupCtx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, m := range recent {
		g.Go(func() error {
			keep, err := n.deliverMessage(groupCtx, m)
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
		readUntil := p.Until.Add(-time.Hour - randomDuration(r, day)) // the time at which the person last read notifications
		for _, placement := range a.Placements {
			if err := n.Notifications.MarkReadUntil(ctx, person.Actor{ID: a.ID, Role: placement.Role, Entity: placement.Entity},
				readUntil); err != nil {
				return err
			}
		}
	}
	_, err = outbox.Discard(ctx, n.Pool, kept...)
	return err
}

// deliverMessage delivers a notification, and reports whether the message must stay in the outbox.
func (n OutboxMessages) deliverMessage(ctx context.Context, m outbox.PendingMessage) (keep bool, err error) {
	switch m.Topic {
	case sagas.TopicNotify:
		var s sagas.Notification
		if err := json.Unmarshal(m.Payload, &s); err != nil {
			return false, err
		}
		return false, n.Notifications.DeliverAt(ctx, m.ID, m.Ticket, s, m.SentAt)
	case sagas.TopicAskConnector:
		s, _, err := n.Dispatcher.State(ctx, m.Ticket)
		return s.Status == ticket.StatusNew || s.Status == ticket.StatusInProgress || s.Status == ticket.StatusWaiting, err
	}
	return false, nil
}
