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

// WaitForHead returns when the log has passed the position: woken by this node's appends, by another node's notice, or
// by polling behind both. It holds no connection.
func (s *Store) WaitForHead(ctx context.Context, after int64) error {
	return s.watermarks.wait(ctx, headWatermark, after)
}

// HeadChanged gives a channel that is closed when the log has a position after the one given. It may be closed too early.
func (s *Store) HeadChanged(after int64) <-chan struct{} {
	at, changed := s.watermarks.watch(headWatermark)
	if at > after {
		return closedChannel
	}
	return changed
}

// Subscribe gives a channel that is closed at the next Tell of a topic, on this node or another.
func (s *Store) Subscribe(topic string) <-chan struct{} {
	_, changed := s.watermarks.watch(topicWatermark(topic))
	return changed
}

// Publish wakes whoever waits for a topic, of which there are to be few. It is a hint: what two nodes tell within some
// milliseconds may wake only once, and what is told while a node cannot listen does not wake it.
func (s *Store) Publish(topic string) {
	name := topicWatermark(topic)
	s.notifier.enqueue(name, s.watermarks.bump(name, time.Now().UnixMicro()))
}

var closedChannel = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// topicWatermark is no consumer's mark: those end with a version.
func topicWatermark(topic string) string { return "topic/" + topic + "/" }

// headWatermark names the head among the marks; consumers are named by consumerMark.
const headWatermark = ""

func consumerWatermark(name string, version int) string { return fmt.Sprintf("%s/%d", name, version) }

// watermarks are the positions that this node knows of: the head's, the consumers' and the topics'. They only grow; they are used
// for waking up, never as the answer to what is stored.
type watermarks struct {
	mu     sync.Mutex
	byName map[string]*watermark
}

type watermark struct {
	value   int64
	changed chan struct{} // closed when at grows
}

func (m *watermarks) get(name string) *watermark {
	k, ok := m.byName[name]
	if !ok {
		if m.byName == nil {
			m.byName = make(map[string]*watermark)
		}
		k = &watermark{changed: make(chan struct{})}
		m.byName[name] = k
	}
	return k
}

// advance tells whether that was news.
func (m *watermarks) advance(name string, to int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.get(name)
	if to <= k.value {
		return false
	}
	k.value = to
	close(k.changed)
	k.changed = make(chan struct{})
	return true
}

// bump advances to a value, or by one where it is there already, and gives where that is.
func (m *watermarks) bump(name string, to int64) int64 {
	for {
		at, _ := m.watch(name)
		if to = max(to, at+1); m.advance(name, to) {
			return to
		}
	}
}

// watch gives the position and a channel that is closed when it grows.
func (m *watermarks) watch(name string) (int64, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.get(name)
	return k.value, k.changed
}

func (m *watermarks) wait(ctx context.Context, name string, after int64) error {
	for {
		at, changed := m.watch(name)
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

// publishHead says that this node moved the head: followers here wake now, those elsewhere by a notice.
func (s *Store) publishHead(head int64) {
	if s.watermarks.advance(headWatermark, head) {
		s.notifier.enqueue(headWatermark, head)
	}
}

const notifyChannel = "sol_log"

// notifier tells the other nodes how far marks have come, at most once every debounce. It does so outside the
// append's transaction: a NOTIFY inside takes a lock over the whole cluster at commit.
type notifier struct {
	store  *Store
	wake   chan struct{}
	mu     sync.Mutex
	unsent map[string]int64
}

const debounce = 20 * time.Millisecond

func newNotifier(s *Store) *notifier {
	return &notifier{store: s, wake: make(chan struct{}, 1), unsent: make(map[string]int64)}
}

func (n *notifier) enqueue(name string, at int64) {
	n.mu.Lock()
	n.unsent[name] = max(n.unsent[name], at)
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
	news := n.unsent
	n.unsent = make(map[string]int64)
	n.mu.Unlock()
	payload, err := json.Marshal(news)
	if err != nil {
		return fmt.Errorf("encode notice: %w", err)
	}
	// A notice lost in a crash is made good by polling: it need not wait for the disk.
	_, err = n.store.workerPool.Exec(ctx,
		`select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`, notifyChannel, string(payload))
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
		_ = pause(ctx, s.cfg.PollInterval) // ends with ctx, as the loop does
	}
}

func (s *Store) listenOnce(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, s.workerPool.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `listen `+notifyChannel); err != nil {
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
			s.watermarks.advance(name, at)
		}
	}
}

// pollHead looks at the head now and then, for when notices fail.
func (s *Store) pollHead(ctx context.Context) {
	for pause(ctx, s.cfg.PollInterval) == nil {
		head, _, err := s.Head(ctx)
		if err != nil {
			if ctx.Err() == nil {
				s.cfg.Log.Warn("the head could not be read", "error", err)
			}
			continue
		}
		s.watermarks.advance(headWatermark, head.N)
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
