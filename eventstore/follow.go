// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Wait returns when the log has passed the position: woken by this node's appends, by another node's notice, or
// by polling behind both. It holds no connection.
func (s *Store) Wait(ctx context.Context, after int64) error {
	return s.marks.wait(ctx, headMark, after)
}

// Grown gives a channel that is closed when the log has a position after the one given. It may be closed too early.
func (s *Store) Grown(after int64) <-chan struct{} {
	at, changed := s.marks.look(headMark)
	if at > after {
		return closed
	}
	return changed
}

// Told gives a channel that is closed at the next Tell of a topic, on this node or another.
func (s *Store) Told(topic string) <-chan struct{} {
	_, changed := s.marks.look(topicMark(topic))
	return changed
}

// Tell wakes whoever waits for a topic, of which there are to be few. It is a hint: what two nodes tell within some
// milliseconds may wake only once, and what is told while a node cannot listen does not wake it.
func (s *Store) Tell(topic string) {
	name := topicMark(topic)
	s.notify.send(name, s.marks.raise(name, time.Now().UnixMicro()))
}

var closed = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// topicMark is no consumer's mark: those end with a version.
func topicMark(topic string) string { return "topic/" + topic + "/" }

// headMark names the head among the marks; consumers are named by consumerMark.
const headMark = ""

func consumerMark(name string, version int) string { return fmt.Sprintf("%s/%d", name, version) }

// marks are the positions that this node knows of: the head's, the consumers' and the topics'. They only grow; they are used
// for waking up, never as the answer to what is stored.
type marks struct {
	mu sync.Mutex
	m  map[string]*mark
}

type mark struct {
	at      int64
	changed chan struct{} // closed when at grows
}

func (m *marks) get(name string) *mark {
	k, ok := m.m[name]
	if !ok {
		if m.m == nil {
			m.m = make(map[string]*mark)
		}
		k = &mark{changed: make(chan struct{})}
		m.m[name] = k
	}
	return k
}

// advance tells whether that was news.
func (m *marks) advance(name string, to int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.get(name)
	if to <= k.at {
		return false
	}
	k.at = to
	close(k.changed)
	k.changed = make(chan struct{})
	return true
}

// raise advances to a value, or by one where it is there already, and gives where that is.
func (m *marks) raise(name string, to int64) int64 {
	for {
		at, _ := m.look(name)
		if to = max(to, at+1); m.advance(name, to) {
			return to
		}
	}
}

// look gives the position and a channel that is closed when it grows.
func (m *marks) look(name string) (int64, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.get(name)
	return k.at, k.changed
}

func (m *marks) wait(ctx context.Context, name string, after int64) error {
	for {
		at, changed := m.look(name)
		if at > after {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for position after %d: %w", after, context.Cause(ctx))
		}
	}
}

// advanced says that this node moved the head: followers here wake now, those elsewhere by a notice.
func (s *Store) advanced(head int64) {
	if s.marks.advance(headMark, head) {
		s.notify.send(headMark, head)
	}
}

const channel = "sol_log"

// notifier tells the other nodes how far marks have come, at most once every debounce. It does so outside the
// append's transaction: a NOTIFY inside takes a lock over the whole cluster at commit.
type notifier struct {
	store *Store
	wake  chan struct{}
	mu    sync.Mutex
	news  map[string]int64
}

const debounce = 20 * time.Millisecond

func newNotifier(s *Store) *notifier {
	return &notifier{store: s, wake: make(chan struct{}, 1), news: make(map[string]int64)}
}

func (n *notifier) send(name string, at int64) {
	n.mu.Lock()
	n.news[name] = max(n.news[name], at)
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default: // it will find this when it wakes
	}
}

func (n *notifier) run(ctx context.Context) {
	for {
		select {
		case <-n.wake:
		case <-ctx.Done():
			return
		}
		if err := n.flush(ctx); err != nil && ctx.Err() == nil {
			n.store.cfg.Log.Warn("other nodes were not told; they poll", "error", err)
		}
		if pause(ctx, debounce) != nil {
			return
		}
	}
}

func (n *notifier) flush(ctx context.Context) error {
	n.mu.Lock()
	news := n.news
	n.news = make(map[string]int64)
	n.mu.Unlock()
	payload, err := json.Marshal(news)
	if err != nil {
		return fmt.Errorf("encode notice: %w", err)
	}
	// A notice lost in a crash is made good by polling: it need not wait for the disk.
	_, err = n.store.worker.Exec(ctx,
		`select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`, channel, string(payload))
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// listen takes the other nodes' notices, on a connection of its own.
func (s *Store) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := s.listenOnce(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Log.Warn("listening for other nodes failed; polling meanwhile", "error", err)
		}
		_ = pause(ctx, s.cfg.Poll) // ends with ctx, as the loop does
	}
}

func (s *Store) listenOnce(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, s.worker.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `listen `+channel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	for {
		notice, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for notices: %w", err)
		}
		var news map[string]int64
		if err := json.Unmarshal([]byte(notice.Payload), &news); err != nil {
			continue // not ours; polling is behind
		}
		for name, at := range news {
			s.marks.advance(name, at)
		}
	}
}

// poll looks at the head now and then, for when notices fail.
func (s *Store) poll(ctx context.Context) {
	for pause(ctx, s.cfg.Poll) == nil {
		head, _, err := s.Head(ctx)
		if err != nil {
			if ctx.Err() == nil {
				s.cfg.Log.Warn("the head could not be read", "error", err)
			}
			continue
		}
		s.marks.advance(headMark, head.N)
	}
}

// pause waits, or returns the context's error.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
