// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sse

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/presence"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/lists"
)

// push sends what is new, after looking whether the client may still see it. It tells when to look again.
func (f *subscriber) push(ctx context.Context) (again time.Duration, err error) {
	if f.client.Link == "" {
		s, err := f.App.Identity.CheckSession(ctx, f.client.Token)
		if err != nil {
			return 0, err
		}
		if !identity.Allows(s.Actor.Role, identity.SubscribeToChanges) {
			return 0, identity.ErrNoSession
		}
	}
	if err := f.pushNotifications(ctx); err != nil {
		return 0, err
	}
	if again, err = f.pushPresence(ctx); err != nil {
		return 0, err
	}
	news := false
	for more := true; more; {
		changes, err := f.App.Lists.Changes(ctx, f.client.Viewer(), f.resumeAt.N, pageSize)
		if err != nil {
			return 0, err
		}
		if err := f.pushTickets(changes); err != nil {
			return 0, err
		}
		if !changes.HeldUntil.IsZero() {
			again = min(again, max(changes.HeldUntil.Sub(f.App.Store.SettledTime()), debounce))
		}
		more, news = len(changes.Items) >= pageSize, news || len(changes.Items) > 0
	}
	if !news && time.Since(f.countsReadAt) < f.Heartbeat {
		return again, nil
	}
	return again, f.pushCounts(ctx)
}

// pushNotifications sends how many notices wait, if they are others than those sent last. Whoever comes back is told anew.
func (f *subscriber) pushNotifications(ctx context.Context) error {
	if f.client.Link != "" || !identity.Allows(f.client.Actor.Role, identity.ReadNotifications) {
		return nil
	}
	select {
	case <-f.notificationsChanged:
	default:
		if time.Since(f.notificationsReadAt) < f.Heartbeat {
			return nil
		}
	}
	f.notificationsReadAt, f.notificationsChanged = time.Now(), f.Notifications.Changed(f.client.Actor) // before it looks, so that nothing falls in between
	page, err := f.Notifications.List(ctx, f.client.Actor, true, "", 1)
	if err != nil {
		return err
	}
	now := Notifications{Unread: page.Unread}
	if len(page.Items) > 0 {
		now.Latest = &page.Items[0]
	}
	if reflect.DeepEqual(&now, f.notifications) {
		return nil
	}
	f.notifications = &now
	return f.send("notification", now)
}

// pushPresence sends who else has the ticket open that the client has open, if they are others than those sent last, and tells when to
// look again: nobody says that they fell silent.
func (f *subscriber) pushPresence(ctx context.Context) (again time.Duration, err error) {
	if f.client.OpenTicket == "" || !f.client.Actor.Role.Operates() {
		return f.Heartbeat, nil
	}
	select {
	case <-f.presenceChanged:
	default:
		if left := time.Until(f.presenceDueAt); left > 0 {
			return left, nil
		}
	}
	f.presenceChanged = f.App.Presence.Changed(f.client.OpenTicket) // before it looks, so that nothing falls in between
	now, err := f.readPresence(ctx)
	if err != nil {
		return 0, err
	}
	again = f.Heartbeat
	if len(now.Readers) > 0 {
		again = min(again, presence.RefreshInterval)
	}
	f.presenceDueAt = time.Now().Add(again)
	if reflect.DeepEqual(&now, f.present) {
		return again, nil
	}
	f.present = &now
	return again, f.send("presence", now)
}

// readPresence is nobody where the ticket is not, or no longer, the client's to see.
func (f *subscriber) readPresence(ctx context.Context) (Presence, error) {
	on, now := f.client.OpenTicket, Presence{Ticket: f.client.OpenTicket, Readers: []Reader{}}
	others, err := f.App.Presence.Others(ctx, on, f.client.Actor)
	if err != nil || len(others) == 0 {
		return now, err
	}
	var notYours *ticket.NotVisibleError
	if err := f.App.CheckVisible(ctx, f.client.Caller, on); errors.As(err, &notYours) || errors.Is(err, eventstore.ErrNotFound) {
		return now, nil
	} else if err != nil {
		return now, err
	}
	for _, o := range others {
		now.Readers = append(now.Readers, Reader{o.Account, o.Name, o.Entity, o.Writing})
	}
	return now, nil
}

// pushCounts sends the counts if they are others than those sent last, and else a sign of life.
func (f *subscriber) pushCounts(ctx context.Context) error {
	queues, at, err := f.App.Lists.Queues(ctx, f.client.Viewer())
	if err != nil {
		return err
	}
	f.countsReadAt = time.Now()
	if f.counts != nil && slices.Equal(queues, f.counts) {
		return f.writer.write(": here\n\n")
	}
	f.counts = queues
	return f.send("counts", Counts{queues, at.String()})
}

// pushTickets sends changes. The id moves on with the last of them only: a client that goes in between gets them all again.
func (f *subscriber) pushTickets(c lists.Changes) error {
	for _, item := range c.Items {
		if f.sent[item.Position] {
			continue
		}
		at := eventstore.Position{Epoch: f.resumeAt.Epoch, N: item.Position}
		if err := f.send("ticket", Ticket{item.Ticket, item.Type, item.At, item.VisibleFrom, at.String()}); err != nil {
			return err
		}
		f.sent[item.Position] = true
	}
	maps.DeleteFunc(f.sent, func(position int64, _ bool) bool { return position <= c.Next.N })
	if c.Next.N == f.resumeAt.N {
		return nil
	}
	f.resumeAt.N = c.Next.N
	return f.writer.write("id: " + f.resumeAt.String() + "\n\n")
}

func (f *subscriber) send(name string, data any) error {
	return f.writer.writeEvent(name, f.resumeAt.String(), data)
}
