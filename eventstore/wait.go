// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"fmt"
	"time"
)

// WaitForHead returns when the log has an event after the position, or the context's error. An append of this node, a NOTIFY
// message of another node or polling wakes it. It holds no connection.
func (s *Store) WaitForHead(ctx context.Context, after int64) error {
	return s.notifier.WaitForHead(ctx, after)
}

// HeadChanged returns a channel that is closed when the log has an event after the position. It may be closed too early.
func (s *Store) HeadChanged(after int64) <-chan struct{} { return s.notifier.HeadChanged(after) }

// KnownHead returns the position of the last event that this node knows of. The log may have later ones.
func (s *Store) KnownHead() int64 { return s.notifier.Head() }

// ConsumerChanged returns a channel that is closed when a consumer's checkpoint moves, on this node or another. It is a hint: the NOTIFY
// message of another node may be lost.
func (s *Store) ConsumerChanged(name string, version int) <-chan struct{} {
	return s.notifier.ConsumerChanged(name, version)
}

// Subscribe returns a channel that is closed at the next Publish of a topic, on this node or another.
func (s *Store) Subscribe(topic string) <-chan struct{} { return s.notifier.Subscribe(topic) }

// Publish wakes the subscribers of a topic on all nodes. There should be few topics. It is a hint: two calls within some
// milliseconds may wake only once, and a node that is not listening at the time is not woken.
func (s *Store) Publish(topic string) { s.notifier.Publish(topic) }

// WaitForConsumer returns when the consumer's checkpoint is at the position or after it, or when ctx ends. It holds no connection
// while it waits. Error: ErrBeyondHead, at once, when the log does not reach the position.
func (s *Store) WaitForConsumer(ctx context.Context, name string, version int, position int64) error {
	if position > s.notifier.Head() {
		head, _, err := s.Head(ctx)
		if err != nil {
			return err
		}
		if position > head.N {
			return fmt.Errorf("position %d, head %d: %w", position, head.N, ErrBeyondHead)
		}
	}
	for {
		changed := s.notifier.ConsumerChanged(name, version)
		var checkpoint int64
		err := s.pools.Read.QueryRow(ctx, `
			select coalesce((select position from log.consumers where name = $1 and version = $2), 0)`, name, version).Scan(&checkpoint)
		if err != nil {
			return fmt.Errorf("wait for consumer %s: %w", name, err)
		}
		if checkpoint >= position {
			return nil
		}
		poll := time.NewTimer(s.cfg.PollInterval / 4)
		select {
		case <-changed:
		case <-poll.C:
		case <-ctx.Done():
			poll.Stop()
			return fmt.Errorf("wait for consumer %s at %d: %w", name, position, context.Cause(ctx))
		}
		poll.Stop()
	}
}
