// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package live

import (
	"context"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/presence"
)

// kind is a kind of request of a stream to the reader. The reader answers all streams that make it with one query.
type kind int

const (
	wantRights        kind = iota // whether the session is still valid
	wantCounts                    // the first counts; later ones come with the changes
	wantPresence                  // the readers of the open ticket
	wantNotifications             // number and newest of the unread notifications
	kinds                         // the number of kinds
)

const (
	readersPerQuery    = 200             // of notifications in one query, so that changes need not wait long for the connection
	maxListDelay       = 2 * time.Second // for which notifications wait for the lists
	notificationsShare = 4               // notifications are read again only after so many times the time that their last read took
)

// want puts streams among those that ask for an answer.
func (r *reader) want(k kind, streams ...*Stream) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range streams {
		if !s.closed {
			r.wanted[k][s] = struct{}{}
		}
	}
}

// pokeNow wakes the reader for a stream that waits. Streams that only check from time to time do not call it: the next round answers them.
func (r *reader) pokeNow() {
	select {
	case r.poke <- struct{}{}:
	default: // the reader is going to take everything that is wanted
	}
}

// take returns the streams that ask for an answer. A stream that asks again meanwhile gets another answer.
func (r *reader) take(k kind) []*Stream {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]*Stream, 0, len(r.wanted[k]))
	for s := range r.wanted[k] {
		all = append(all, s)
	}
	clear(r.wanted[k])
	return all
}

// answer gives each stream its answer under the lock and wakes it.
func (r *reader) answer(streams []*Stream, set func(i int, s *Stream)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, s := range streams {
		set(i, s)
		s.wake()
	}
}

// readRights checks the sessions of the streams that ask.
func (r *reader) readRights(ctx context.Context) error {
	asking := r.take(wantRights)
	if len(asking) == 0 {
		return nil
	}
	tokens := make([]string, len(asking))
	for i, s := range asking {
		tokens[i] = s.client.Token
	}
	slices.Sort(tokens)
	valid, err := r.hub.Identity.CheckSessions(ctx, slices.Compact(tokens))
	if err != nil {
		r.want(wantRights, asking...)
		return err
	}
	now := time.Now()
	r.answer(asking, func(_ int, s *Stream) {
		v, ok := valid[s.client.Token]
		if !ok || v.Actor != s.client.Actor || !policy.May(v.Actor, policy.SubscribeToChanges) {
			s.revoked = true
			return
		}
		s.validUntil = now.Add(min(v.For, s.client.Heartbeat+rightsTolerance))
		if _, again := r.wanted[wantRights][s]; !again {
			s.unsure = false
		}
	})
	return nil
}

// checkBeforeSending makes a stream send nothing before its session was checked again. The caller holds the lock.
func (r *reader) checkBeforeSending(s *Stream) {
	if s.client.Token == "" || s.closed {
		return
	}
	s.unsure = true
	r.wanted[wantRights][s] = struct{}{}
}

// readPresence reads the readers of the tickets that streams have open. A reader who may not see the ticket gets none.
func (r *reader) readPresence(ctx context.Context) error {
	asking := r.take(wantPresence)
	if len(asking) == 0 {
		return nil
	}
	open := map[ticket.ID]bool{}
	for _, s := range asking {
		open[s.client.OpenTicket] = true
	}
	tickets := make([]ticket.ID, 0, len(open))
	for id := range open {
		tickets = append(tickets, id)
	}
	readers, err := r.hub.Presence.ReadersOf(ctx, tickets)
	var tags map[ticket.ID][]ticket.ReaderTag
	if err == nil {
		tags, err = r.hub.Lists.ReadersOf(ctx, tickets)
	}
	if err != nil {
		r.want(wantPresence, asking...)
		return err
	}
	r.answer(asking, func(_ int, s *Stream) {
		r.checkBeforeSending(s)
		id, by := s.client.OpenTicket, s.client.Actor
		s.readers, s.readersAreNew = []presence.Reader{}, true
		reads := func(tag ticket.ReaderTag) bool { return slices.Contains(tags[id], tag) }
		if by.Role.Operates() && slices.ContainsFunc(ticket.ViewerTags(by), reads) {
			for _, other := range readers[id] {
				if other.Account != by.ID {
					s.readers = append(s.readers, other)
				}
			}
		}
	})
	return nil
}

// readNotifications reads the unread notifications of the streams that ask. It leaves the connection to changes and rights most of the time.
func (r *reader) readNotifications(ctx context.Context) error {
	if time.Now().Before(r.notificationsAfter) {
		return nil
	}
	asking, early := r.take(wantNotifications), []*Stream{}
	r.mu.Lock()
	asking = slices.DeleteFunc(asking, func(s *Stream) bool {
		if s.askedHead <= r.position.N || time.Since(s.askedAt) > maxListDelay {
			return false
		}
		early = append(early, s)
		return true
	})
	r.mu.Unlock()
	r.want(wantNotifications, early...)
	if len(asking) == 0 {
		return nil
	}
	index := map[person.Actor]int{}
	var actors []person.Actor
	for i, s := range asking {
		if _, known := index[s.client.Actor]; known {
			continue
		}
		if len(actors) == readersPerQuery { // the rest in a later round
			r.want(wantNotifications, asking[i:]...)
			asking = asking[:i]
			break
		}
		index[s.client.Actor] = len(actors)
		actors = append(actors, s.client.Actor)
	}
	start := time.Now()
	summaries, err := r.hub.Notifications.Summaries(ctx, actors)
	r.notificationsAfter = time.Now().Add(notificationsShare * time.Since(start))
	if err != nil {
		r.notificationsAfter = time.Time{}
		r.want(wantNotifications, asking...)
		return err
	}
	r.answer(asking, func(_ int, s *Stream) {
		s.notifications = &summaries[index[s.client.Actor]]
		r.checkBeforeSending(s)
	})
	return nil
}
