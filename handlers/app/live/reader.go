// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

const (
	debounce    = 50 * time.Millisecond // changes within it are read together
	pollDelay   = time.Second           // longest time between two reads of the feed, in case a wake-up is lost
	readTimeout = 5 * time.Second       // for one round of reads
	pageSize    = 500                   // rows of one read of the feed
)

// errEpoch ends a reader when the log was restored: positions of its streams are of the earlier epoch.
var errEpoch = errors.New("the log has a new epoch")

// reader is the goroutine that reads for all streams, and its state. A hub starts a new one after a failure.
type reader struct {
	hub      *Hub
	ctx      context.Context // ends with the last user or the first error
	cancel   context.CancelCauseFunc
	ready    chan struct{} // closed when the first state has been read
	ended    chan struct{} // closed when the goroutine has ended
	poke     chan struct{} // holds a value while a stream waits for an answer
	catchUps chan struct{} // a semaphore: streams that catch up from the database take turns
	reported atomic.Bool   // a stream has returned the error that ended the reader
	users    int           // streams, and callers of StartPosition; guarded by hub.mu

	// Of the goroutine alone.
	notificationsAfter time.Time // earliest time of the next read of notifications

	mu       sync.Mutex
	position eventstore.Position // rows and counts hold all events up to it
	ring     ring
	held     []*lists.ChangeRow // rows that somebody may know of only after settled
	settled  time.Time          // the settled time that held was compared with
	counts   map[lists.Scope]lists.Counts
	streams  map[lists.Scope]map[*Stream]struct{}
	wanted   [kinds]map[*Stream]struct{} // streams that wait for an answer, by its kind
}

func newReader(h *Hub) *reader {
	r := &reader{
		hub: h, ready: make(chan struct{}), ended: make(chan struct{}), poke: make(chan struct{}, 1), catchUps: make(chan struct{}, 1),
		counts: map[lists.Scope]lists.Counts{}, streams: map[lists.Scope]map[*Stream]struct{}{},
	}
	for k := range r.wanted {
		r.wanted[k] = map[*Stream]struct{}{}
	}
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	return r
}

// run reads until ctx ends or a read fails.
func (r *reader) run() {
	defer close(r.ended)
	err := r.load()
	if err == nil {
		close(r.ready)
		err = r.loop()
	}
	r.cancel(err)
}

// load reads the first state: the last rows of the feed, and the earlier ones that are still held.
func (r *reader) load() error {
	ctx, cancel := context.WithTimeout(r.ctx, readTimeout)
	defer cancel()
	first := min(pageSize, r.hub.RememberedRows) // few: where one person works, each page starts a reader
	latest, held, err := r.hub.Lists.LatestFeed(ctx, first)
	if err != nil {
		return err
	}
	r.settled = r.hub.Store.SettledTime(ctx) // after the read, so that held lacks no row that is held at this time
	r.position = latest.Position
	r.ring = newRing(latest.Rows, len(latest.Rows) < first, r.hub.RememberedRows)
	for _, row := range append(held, latest.Rows...) {
		if row.HeldUntil().After(r.settled) {
			r.held = append(r.held, row)
		}
	}
	return nil
}

// loop reads whenever the lists have changed, a stream waits for an answer or a held change is due. A round that fails is repeated once,
// on another connection.
func (r *reader) loop() error {
	for {
		changed := r.hub.Lists.Changed() // before the read, so that no change is lost in between
		err := r.round()
		if err != nil && r.ctx.Err() == nil && !errors.Is(err, errEpoch) {
			err = r.round()
		}
		if err != nil {
			return err
		}
		wait := min(pollDelay, r.untilDue())
		pause := time.NewTimer(debounce)
		select {
		case <-pause.C:
		case <-r.ctx.Done():
			pause.Stop()
			return r.ctx.Err()
		}
		timer := time.NewTimer(wait - debounce)
		select {
		case <-changed:
		case <-r.poke:
		case <-timer.C:
		case <-r.ctx.Done():
			timer.Stop()
			return r.ctx.Err()
		}
		timer.Stop()
	}
}

// round reads everything that is new or wanted. Sessions come first, so that nothing new reaches a session that has ended. Those of the streams
// to which something is to be sent are checked again after it was read: a session that ended meanwhile, by whatever means, gets nothing.
func (r *reader) round() error {
	ctx, cancel := context.WithTimeout(r.ctx, readTimeout)
	defer cancel()
	for _, read := range []func(context.Context) error{r.readRights, r.readFeed, r.readRights, r.readPresence, r.readNotifications, r.readRights} {
		if err := read(ctx); err != nil {
			return err
		}
	}
	r.releaseHeld(ctx)
	return r.readRights(ctx)
}

// readFeed reads new rows, with the counts of the scopes that they concern and of new streams, and gives them to the streams.
func (r *reader) readFeed(ctx context.Context) error {
	for more := true; more; {
		asking := r.take(wantCounts)
		feed, err := r.hub.Lists.ReadFeed(ctx, r.at().N, pageSize, func(rows []*lists.ChangeRow) []lists.Scope { return r.concerned(rows, asking) })
		if err != nil {
			r.want(wantCounts, asking...)
			return err
		}
		if feed.Position.Epoch != r.at().Epoch {
			return errEpoch
		}
		r.apply(ctx, feed, asking)
		more = len(feed.Rows) == pageSize
	}
	return nil
}

// concerned returns the scopes with streams that rows concern, and those of the streams that ask for their first counts.
func (r *reader) concerned(rows []*lists.ChangeRow, asking []*Stream) []lists.Scope {
	found := map[lists.Scope]bool{}
	for _, s := range asking {
		found[s.scope] = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, row := range rows {
		for _, scope := range row.Scopes() {
			if len(r.streams[scope]) > 0 {
				found[scope] = true
			}
		}
	}
	scopes := make([]lists.Scope, 0, len(found))
	for scope := range found {
		scopes = append(scopes, scope)
	}
	return scopes
}

// apply makes a part of the feed the reader's state and wakes the streams that it concerns.
func (r *reader) apply(ctx context.Context, feed lists.Feed, asking []*Stream) {
	settled := r.settled
	for _, row := range feed.Rows {
		if row.HeldUntil().After(settled) {
			settled = r.hub.Store.SettledTime(ctx)
			break
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.held) == 0 { // otherwise releaseHeld moves it, and wakes the streams
		r.settled = settled
	}
	r.position = feed.Position
	for scope, counts := range feed.Counts {
		if len(r.streams[scope]) > 0 {
			r.counts[scope] = counts
		}
	}
	for _, row := range feed.Rows {
		r.ring.add(row)
		if row.HeldUntil().After(r.settled) {
			r.held = append(r.held, row)
		}
		for _, scope := range row.Scopes() {
			for s := range r.streams[scope] {
				s.add(row)
				r.checkBeforeSending(s)
			}
		}
	}
	for _, s := range asking {
		s.wake()
	}
}

// releaseHeld wakes the streams for which the moment of a held change has come.
func (r *reader) releaseHeld(ctx context.Context) {
	due := r.nextMoment()
	if due.IsZero() || due.After(r.hub.Store.Now()) {
		return // a time is settled only when a change waits for it
	}
	now := r.hub.Store.SettledTime(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.settled
	r.settled = now
	kept := r.held[:0]
	for _, row := range r.held {
		if passed(row.EntitiesFrom, before, now) || passed(row.CitizenFrom, before, now) {
			for _, scope := range row.Scopes() {
				for s := range r.streams[scope] {
					r.checkBeforeSending(s)
					s.wake()
				}
			}
		}
		if row.HeldUntil().After(now) {
			kept = append(kept, row)
		}
	}
	clear(r.held[len(kept):])
	r.held = kept
}

// passed reports whether a moment lies after before and not after now.
func passed(moment, before, now time.Time) bool { return moment.After(before) && !moment.After(now) }

// nextMoment returns the next moment at which a held change is due, zero if none is held.
func (r *reader) nextMoment() (next time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, row := range r.held {
		for _, from := range []time.Time{row.EntitiesFrom, row.CitizenFrom} {
			if from.After(r.settled) && (next.IsZero() || from.Before(next)) {
				next = from
			}
		}
	}
	return next
}

// untilDue returns the time until the next held change is due, or until notifications may be read again; a long time if there is neither.
// It ignores notifications that wait for the lists, which wake the reader themselves.
func (r *reader) untilDue() time.Duration {
	wait := time.Hour
	if next := r.nextMoment(); !next.IsZero() {
		wait = next.Sub(r.hub.Store.Now())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.wanted[wantNotifications] {
		if s.askedHead <= r.position.N {
			wait = min(wait, time.Until(r.notificationsAfter))
			break
		}
	}
	return max(wait, debounce)
}

// at returns the position that the state has.
func (r *reader) at() eventstore.Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.position
}

// beforeHeld returns the position before the first row up to a position that is still held from a viewer, or else the position.
func (r *reader) beforeHeld(v ticketview.Viewer, position int64) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	upTo := position
	for _, row := range r.held {
		if from, ok := row.VisibleFrom(v); ok && row.Position <= upTo && isHeld(from, row.At, r.settled) {
			position = min(position, row.Position-1)
		}
	}
	return position
}

// isHeld reports whether a change that a viewer may know of from a moment on is still held from them. A change that was never held is not:
// its event is stored, and nothing can come before it any more.
func isHeld(from, at, settled time.Time) bool { return from.After(at) && from.After(settled) }

// failure returns the error that ended the reader: to one stream the error itself, to all others ErrStopped.
func (r *reader) failure() error {
	if r.reported.Swap(true) {
		return ErrStopped
	}
	return fmt.Errorf("live updates: %w", context.Cause(r.ctx))
}
