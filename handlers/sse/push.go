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

// push checks the session and sends everything that changed since the last push. It returns the time after which to push again.
func (f *subscriber) push(ctx context.Context) (delay time.Duration, err error) {
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
	if delay, err = f.pushPresence(ctx); err != nil {
		return 0, err
	}
	changed := false
	for more := true; more; {
		changes, err := f.App.Lists.Changes(ctx, f.client.Viewer(), f.resumeAt.N, pageSize)
		if err != nil {
			return 0, err
		}
		if err := f.pushTickets(changes); err != nil {
			return 0, err
		}
		if !changes.HeldUntil.IsZero() {
			delay = min(delay, max(changes.HeldUntil.Sub(f.App.Store.SettledTime(ctx)), debounce))
		}
		more, changed = len(changes.Items) >= pageSize, changed || len(changes.Items) > 0
	}
	if !changed && time.Since(f.countsReadAt) < f.Heartbeat {
		return delay, nil
	}
	return delay, f.pushCounts(ctx)
}

// pushNotifications sends the number of unread notifications and the newest of them, if they differ from those sent last on this stream.
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
	// Subscribe before the read, so that no change is lost in between.
	f.notificationsReadAt, f.notificationsChanged = time.Now(), f.App.Notifications.Changed(f.client.Actor)
	page, err := f.App.Notifications.List(ctx, f.client.Actor, true, "", 1)
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

// pushPresence sends the other readers of the client's open ticket, if they differ from those sent last. It returns the time after which to
// read them again, since nothing is published when a reader expires.
func (f *subscriber) pushPresence(ctx context.Context) (delay time.Duration, err error) {
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
	f.presenceChanged = f.App.Presence.Changed(f.client.OpenTicket) // before the read, so that no change is lost in between
	now, err := f.readPresence(ctx)
	if err != nil {
		return 0, err
	}
	delay = f.Heartbeat
	if len(now.Readers) > 0 {
		delay = min(delay, presence.RefreshInterval)
	}
	f.presenceDueAt = time.Now().Add(delay)
	if reflect.DeepEqual(&now, f.present) {
		return delay, nil
	}
	f.present = &now
	return delay, f.send("presence", now)
}

// readPresence returns the other readers of the client's open ticket; none if the client may not see the ticket.
func (f *subscriber) readPresence(ctx context.Context) (Presence, error) {
	id, now := f.client.OpenTicket, Presence{Ticket: f.client.OpenTicket, Readers: []Reader{}}
	others, err := f.App.Presence.Others(ctx, id, f.client.Actor)
	if err != nil || len(others) == 0 {
		return now, err
	}
	var notVisible *ticket.NotVisibleError
	if err := f.App.CheckVisible(ctx, f.client.Caller, id); errors.As(err, &notVisible) || errors.Is(err, eventstore.ErrNotFound) {
		return now, nil
	} else if err != nil {
		return now, err
	}
	for _, o := range others {
		now.Readers = append(now.Readers, Reader{o.Account, o.Name, o.Entity, o.Writing})
	}
	return now, nil
}

// pushCounts sends the counts if they differ from those sent last, and otherwise a comment that keeps the connection open.
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

// pushTickets sends changes. The event id advances after the last of them only, so a client that disconnects before gets all of them again.
// It skips changes that were sent before, while an earlier change was still held.
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
