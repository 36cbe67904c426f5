// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package live

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/files"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/app/presence"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

const (
	maxPending      = 1000            // rows that wait for a slow stream; a stream that has more catches up later
	rightsTolerance = 5 * time.Second // how much older than a heartbeat a checked session may be
)

// Client is the client of a stream.
type Client struct {
	Actor      person.Actor
	Token      string        // of the session; "" for the holder of a personal link, which does not end
	OpenTicket ticket.ID     // the ticket whose readers the client is told; "": none
	Heartbeat  time.Duration // longest time between two updates; the session is checked as often
}

// Update is one update of a client. Nil fields have not changed since the last update.
type Update struct {
	Notifications *notification.Summary
	Readers       []presence.Reader // of the open ticket, without the client; empty, but not nil, when the last one has gone
	Files         bool              // a file of the open ticket, or of another one, was scanned
	Changes       []lists.Change
	ResumeAt      eventstore.Position // from which a client resumes that has got this update
	Queues        []lists.Queue
	QueuesAt      eventstore.Position // position that Queues contains
}

// Stream is one open stream. Next must be called from one goroutine.
type Stream struct {
	reader *reader
	client Client
	viewer ticketview.Viewer
	scope  lists.Scope
	woken  chan struct{} // holds a value while there may be something new

	// Guarded by reader.mu.
	pending       []*lists.ChangeRow // rows since the last call of collect that may concern the client
	missed        bool               // pending lacks rows: the stream must catch up from read
	revoked       bool               // the session has ended
	unsure        bool               // rights may have been revoked: nothing is sent before the answer
	validUntil    time.Time          // until then the session counts as valid
	readers       []presence.Reader
	readersAreNew bool // since the last call of collect
	notifications *notification.Summary
	askedAt       time.Time // when it asked for notifications
	askedHead     int64     // head of the log then: a notification shows once the lists hold its ticket
	closed        bool

	// Of the goroutine of Next alone.
	openedAt time.Time      // by the clock of the log
	from     int64          // position at which the stream began
	read     int64          // all changes up to it are sent, in backlog or in held
	backlog  []lists.Change // to be sent now, in order
	held     []lists.Change // to be sent when their moment comes
	sent     Update         // the last values
	begun    bool           // the first update was sent

	filesScanned bool // since the last update

	rightsChanged, notificationsChanged, presenceChanged, filesChanged <-chan struct{}
	presenceTimer, heartbeatTimer                                      *time.Timer
}

// Open opens a stream that begins after a position of StartPosition. The caller must close it.
func (h *Hub) Open(ctx context.Context, c Client, from eventstore.Position) (*Stream, error) {
	r := h.acquire()
	if err := r.waitUntilReady(ctx); err != nil {
		r.release()
		return nil, err
	}
	if at := r.at(); at.Epoch != from.Epoch {
		r.release()
		return nil, errEpoch
	}
	viewer := ticketview.Viewer{Actor: c.Actor} // a personal link gives no access to lists
	s := &Stream{
		reader: r, client: c, viewer: viewer, scope: lists.ScopeOf(viewer), woken: make(chan struct{}, 1),
		openedAt: h.Store.Now(), missed: true, from: from.N, read: from.N, presenceTimer: time.NewTimer(time.Hour), heartbeatTimer: time.NewTimer(c.Heartbeat),
	}
	s.sent.ResumeAt = from
	s.presenceTimer.Stop()
	r.mu.Lock()
	if r.streams[s.scope] == nil {
		r.streams[s.scope] = map[*Stream]struct{}{}
	}
	r.streams[s.scope][s] = struct{}{}
	_, counted := r.counts[s.scope]
	r.mu.Unlock()
	h.metrics.streams.Inc()

	if !counted {
		r.want(wantCounts, s)
	}
	if c.Token != "" {
		s.askRights()
	}
	if s.hasNotifications() {
		s.askNotifications()
	}
	if s.hasPresence() {
		s.askPresence()
		s.filesChanged = files.Changed(h.Store, c.OpenTicket)
	}
	r.pokeNow()
	return s, nil
}

// Close ends the stream. The last stream that closes ends the reader.
func (s *Stream) Close() {
	r := s.reader
	r.mu.Lock()
	s.closed = true
	delete(r.streams[s.scope], s)
	if len(r.streams[s.scope]) == 0 {
		delete(r.streams, s.scope)
		delete(r.counts, s.scope)
	}
	for k := range r.wanted {
		delete(r.wanted[k], s)
	}
	r.mu.Unlock()
	r.hub.metrics.streams.Dec()
	s.presenceTimer.Stop()
	s.heartbeatTimer.Stop()
	r.release()
}

func (s *Stream) hasNotifications() bool {
	return s.client.Token != "" && policy.May(s.client.Actor, policy.ReadNotifications)
}

func (s *Stream) hasPresence() bool {
	return s.client.OpenTicket != "" && s.client.Actor.Role.Operates()
}

// The streams subscribe before they ask, so that nothing that changes in between is lost.

func (s *Stream) askRights() {
	s.rightsChanged = s.reader.hub.Identity.RightsChanged(s.client.Actor.ID)
	s.reader.mu.Lock()
	s.unsure = true
	s.reader.mu.Unlock()
	s.reader.want(wantRights, s)
}

func (s *Stream) askNotifications() {
	s.notificationsChanged = s.reader.hub.Notifications.Changed(s.client.Actor)
	s.reader.mu.Lock()
	if _, waits := s.reader.wanted[wantNotifications][s]; !waits {
		s.askedAt = time.Now()
	}
	s.askedHead = s.reader.hub.Store.KnownHead()
	s.reader.mu.Unlock()
	s.reader.want(wantNotifications, s)
}

func (s *Stream) askPresence() {
	s.presenceChanged = s.reader.hub.Presence.Changed(s.client.OpenTicket)
	s.reader.want(wantPresence, s)
}

// add gives the stream a row that may concern it. The caller holds reader.mu.
func (s *Stream) add(row *lists.ChangeRow) {
	switch {
	case s.missed:
	case len(s.pending) == maxPending:
		s.pending, s.missed = nil, true
	default:
		s.pending = append(s.pending, row)
	}
	s.wake()
}

// wake makes Next look for something new.
func (s *Stream) wake() {
	select {
	case s.woken <- struct{}{}:
	default: // it is going to look
	}
}

// Next returns the next update. At a heartbeat it returns an update even if nothing has changed. Errors: identity.ErrNoSession when the session has
// ended; ErrStopped, or the error of a read, when the hub has stopped; the error of ctx.
func (s *Stream) Next(ctx context.Context) (Update, error) {
	for due := false; ; {
		u, ready, err := s.collect(ctx, due)
		if err != nil {
			return u, err
		}
		if ready {
			s.reader.hub.metrics.observe(u.Changes, s.openedAt, s.reader.hub.Store.Now())
			return u, nil
		}
		select {
		case <-s.woken:
		case <-s.rightsChanged:
			s.askRights()
			s.reader.pokeNow()
		case <-s.notificationsChanged:
			s.askNotifications()
			s.reader.pokeNow()
		case <-s.presenceChanged:
			s.askPresence()
			s.reader.pokeNow()
		case <-s.filesChanged:
			s.filesChanged, s.filesScanned = files.Changed(s.reader.hub.Store, s.client.OpenTicket), true
			if s.client.Token != "" {
				s.askRights()
				s.reader.pokeNow()
			}
		case <-s.presenceTimer.C:
			s.askPresence()
		case <-s.heartbeatTimer.C:
			due = true
			s.heartbeat()
		case <-s.reader.ctx.Done():
			return Update{}, s.reader.failure()
		case <-ctx.Done():
			return Update{}, fmt.Errorf("live updates: %w", context.Cause(ctx))
		}
	}
}

// heartbeat asks again for what may have changed unseen. Nobody waits for the answers.
func (s *Stream) heartbeat() {
	s.heartbeatTimer.Reset(s.client.Heartbeat)
	if s.client.Token != "" {
		s.reader.want(wantRights, s)
	}
	if s.hasNotifications() {
		s.reader.want(wantNotifications, s)
	}
	if s.hasPresence() {
		s.reader.want(wantPresence, s)
	}
}

// collect returns the next update if there is one, or if one is due anyway.
func (s *Stream) collect(ctx context.Context, due bool) (u Update, ready bool, err error) {
	for {
		select {
		case <-s.rightsChanged: // seen here too, so that nothing is sent after a revocation although more is ready
			s.askRights()
			s.reader.pokeNow()
		default:
		}
		u, ready, incomplete, err := s.collectFromMemory(due)
		if err != nil || !incomplete {
			return u, ready, err
		}
		if err := s.catchUp(ctx); err != nil {
			return Update{}, false, err
		}
	}
}

// collectFromMemory returns the next update from the reader's state. incomplete reports that the memory does not reach back to where the stream
// is, so it must read a part from the database first.
func (s *Stream) collectFromMemory(due bool) (u Update, ready, incomplete bool, err error) {
	r := s.reader
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case s.revoked:
		return u, false, false, identity.ErrNoSession
	case s.unsure || !s.begun && s.waitsForFirstAnswers():
		return u, false, false, nil
	case s.client.Token != "" && time.Now().After(s.validUntil):
		s.unsure = true
		r.wanted[wantRights][s] = struct{}{}
		r.pokeNow()
		return u, false, false, nil
	}
	if len(s.backlog) < pageSize {
		if s.missed {
			rows, ok := r.ring.after(s.read)
			if !ok {
				return u, false, true, nil
			}
			s.pending, s.missed = rows, false
		}
		for _, row := range s.pending {
			if row.Position <= s.read {
				continue
			}
			if c, ok := row.ChangeFor(s.viewer); ok {
				s.keep(c, r.settled)
			}
		}
		s.pending, s.read = nil, max(s.read, r.position.N)
	}
	s.collectHeld(r.settled)
	return s.update(due)
}

// waitsForFirstAnswers reports whether an answer is still missing that the first update holds.
func (s *Stream) waitsForFirstAnswers() bool {
	_, counted := s.reader.counts[s.scope]
	return !counted || s.hasNotifications() && s.notifications == nil || s.hasPresence() && s.readers == nil
}

// keep puts a change into the backlog, or among the held ones. A change up to where the stream began was sent before, unless it is held.
func (s *Stream) keep(c lists.Change, settled time.Time) {
	switch {
	case isHeld(c.VisibleFrom, c.At, settled):
		s.held = append(s.held, c)
	case c.Position > s.from:
		s.backlog = append(s.backlog, c)
	}
}

// collectHeld moves the held changes whose moment has come into the backlog.
func (s *Stream) collectHeld(settled time.Time) {
	if len(s.held) == 0 {
		return
	}
	before := len(s.backlog)
	s.held = slices.DeleteFunc(s.held, func(c lists.Change) bool {
		if isHeld(c.VisibleFrom, c.At, settled) {
			return false
		}
		s.backlog = append(s.backlog, c)
		return true
	})
	if len(s.backlog) > before {
		slices.SortFunc(s.backlog, func(a, b lists.Change) int { return cmp.Compare(a.Position, b.Position) })
	}
}

// update makes an update of the backlog and of what differs from the last update. The caller holds reader.mu.
func (s *Stream) update(due bool) (u Update, ready, incomplete bool, err error) {
	n := min(len(s.backlog), pageSize)
	u.Changes, s.backlog = s.backlog[:n:n], s.backlog[n:]
	if len(s.backlog) == 0 {
		s.backlog = nil
	}
	u.ResumeAt = eventstore.Position{Epoch: s.reader.position.Epoch, N: s.resumeAt(u.Changes)}
	if s.notifications != nil && !reflect.DeepEqual(s.notifications, s.sent.Notifications) {
		u.Notifications, s.sent.Notifications = s.notifications, s.notifications
	}
	if s.readers != nil && (s.sent.Readers == nil || !slices.Equal(s.readers, s.sent.Readers)) {
		u.Readers, s.sent.Readers = s.readers, s.readers
	}
	if counts, ok := s.reader.counts[s.scope]; ok {
		if queues := counts.Queues(s.viewer); !s.begun || !slices.Equal(queues, s.sent.Queues) {
			u.Queues, s.sent.Queues, u.QueuesAt = queues, queues, s.reader.position
		}
	}
	u.Files, s.filesScanned = s.filesScanned, false
	s.begun = true
	if s.readersAreNew && len(s.readers) > 0 {
		s.presenceTimer.Reset(presence.RefreshInterval) // nothing is published when a reader expires
	}
	s.readersAreNew = false
	return u, due || n > 0 || u.Files || u.Notifications != nil || u.Readers != nil || u.Queues != nil, false, nil
}

// resumeAt returns the position from which a client resumes that has got changes: before the first change that it has not got.
func (s *Stream) resumeAt(got []lists.Change) int64 {
	at := max(s.read, s.from)
	if len(s.backlog) > 0 && len(got) > 0 {
		at = got[len(got)-1].Position
	}
	for _, c := range s.held {
		at = min(at, c.Position-1)
	}
	return at
}

// catchUp reads the next part of what the stream has missed from the database. Streams take turns, so that the reader waits for one of
// them at most.
func (s *Stream) catchUp(ctx context.Context) error {
	r := s.reader
	select {
	case r.catchUps <- struct{}{}:
	case <-r.ctx.Done():
		return r.failure()
	case <-ctx.Done():
		return fmt.Errorf("live updates: %w", context.Cause(ctx))
	}
	defer func() { <-r.catchUps }()
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	part, err := r.hub.Lists.Changes(ctx, s.viewer, s.read, pageSize)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if part.Next.Epoch != r.position.Epoch {
		return errEpoch
	}
	for _, c := range part.Items {
		s.keep(c, r.settled)
	}
	s.read = part.Next.N
	return nil
}
