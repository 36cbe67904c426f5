// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package follow

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/presence"
	"github.com/sol-assistenza/sol/projections"
)

// push sends what is new, after looking whether the client may still see it. It tells when to look again.
func (f *follower) push(ctx context.Context) (again time.Duration, err error) {
	if f.client.Link == "" {
		s, err := f.Cases.Identity.Check(ctx, f.client.Token)
		if err != nil {
			return 0, err
		}
		if !identity.Allows(s.Actor.Role, identity.FollowChanges) {
			return 0, identity.ErrNoSession
		}
	}
	if err := f.notify(ctx); err != nil {
		return 0, err
	}
	if again, err = f.read(ctx); err != nil {
		return 0, err
	}
	news := false
	for more := true; more; {
		changes, err := f.Cases.Reader.Changes(ctx, f.client.Viewer(), f.at.N, pageSize)
		if err != nil {
			return 0, err
		}
		if err := f.tickets(changes); err != nil {
			return 0, err
		}
		if !changes.HeldUntil.IsZero() {
			again = min(again, max(changes.HeldUntil.Sub(f.Cases.Store.Past()), settle))
		}
		more, news = len(changes.Items) >= pageSize, news || len(changes.Items) > 0
	}
	if !news && time.Since(f.counted) < f.Heartbeat {
		return again, nil
	}
	return again, f.count(ctx)
}

// notify sends how many notices wait, if they are others than those sent last. Whoever comes back is told anew.
func (f *follower) notify(ctx context.Context) error {
	if f.client.Link != "" || !identity.Allows(f.client.Actor.Role, identity.ReadNotices) {
		return nil
	}
	select {
	case <-f.changed:
	default:
		if time.Since(f.looked) < f.Heartbeat {
			return nil
		}
	}
	f.looked, f.changed = time.Now(), f.Notices.Changed(f.client.Actor) // before it looks, so that nothing falls in between
	page, err := f.Notices.List(ctx, f.client.Actor, true, "", 1)
	if err != nil {
		return err
	}
	now := Notices{Unread: page.Unread}
	if len(page.Items) > 0 {
		now.Latest = &page.Items[0]
	}
	if reflect.DeepEqual(&now, f.notices) {
		return nil
	}
	f.notices = &now
	return f.event("notification", now)
}

// read sends who else has the ticket open that the client has open, if they are others than those sent last, and tells when to
// look again: nobody says that they fell silent.
func (f *follower) read(ctx context.Context) (again time.Duration, err error) {
	if f.client.Open == "" || !f.client.Actor.Role.Operates() {
		return f.Heartbeat, nil
	}
	select {
	case <-f.moved:
	default:
		if left := time.Until(f.due); left > 0 {
			return left, nil
		}
	}
	f.moved = f.Presence.Changed(f.client.Open) // before it looks, so that nothing falls in between
	now, err := f.present(ctx)
	if err != nil {
		return 0, err
	}
	again = f.Heartbeat
	if len(now.Readers) > 0 {
		again = min(again, presence.Again)
	}
	f.due = time.Now().Add(again)
	if reflect.DeepEqual(&now, f.readers) {
		return again, nil
	}
	f.readers = &now
	return again, f.event("presence", now)
}

// present is nobody where the ticket is not, or no longer, the client's to see.
func (f *follower) present(ctx context.Context) (Presence, error) {
	on, now := f.client.Open, Presence{Ticket: f.client.Open, Readers: []Reader{}}
	others, err := f.Presence.Others(ctx, on, f.client.Actor)
	if err != nil || len(others) == 0 {
		return now, err
	}
	var notYours *ticket.NotYoursError
	if err := f.Cases.Sees(ctx, f.client.Caller, on); errors.As(err, &notYours) || errors.Is(err, eventstore.ErrNotFound) {
		return now, nil
	} else if err != nil {
		return now, err
	}
	for _, o := range others {
		now.Readers = append(now.Readers, Reader{o.Account, o.Name, o.Entity, o.Writing})
	}
	return now, nil
}

// count sends the counts if they are others than those sent last, and else a sign of life.
func (f *follower) count(ctx context.Context) error {
	queues, at, err := f.Cases.Reader.Queues(ctx, f.client.Viewer())
	if err != nil {
		return err
	}
	f.counted = time.Now()
	if f.counts != nil && slices.Equal(queues, f.counts) {
		return f.out.write(": here\n\n")
	}
	f.counts = queues
	return f.event("counts", Counts{queues, at.String()})
}

// tickets sends changes. The id moves on with the last of them only: a client that goes in between gets them all again.
func (f *follower) tickets(c projections.Changes) error {
	for _, item := range c.Items {
		if f.sent[item.Position] {
			continue
		}
		at := eventstore.Position{Epoch: f.at.Epoch, N: item.Position}
		if err := f.event("ticket", Ticket{item.Ticket, item.Type, item.At, item.From, at.String()}); err != nil {
			return err
		}
		f.sent[item.Position] = true
	}
	maps.DeleteFunc(f.sent, func(position int64, _ bool) bool { return position <= c.Next.N })
	if c.Next.N == f.at.N {
		return nil
	}
	f.at.N = c.Next.N
	return f.out.write("id: " + f.at.String() + "\n\n")
}

func (f *follower) event(name string, data any) error { return f.out.event(name, f.at.String(), data) }
