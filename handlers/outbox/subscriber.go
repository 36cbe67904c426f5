// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/eventstore/lease"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// SubscriberConfig configures a Subscriber. Pool is required, the rest has defaults.
type SubscriberConfig struct {
	Pool      *pgxpool.Pool  // connections as role sol_worker whose commits are synchronous
	LeasePool *pgxpool.Pool  // connections for renewals; nil: Pool
	Workers   map[string]int // messages that a subscription has in hand at the same time, by topic; default: 1
	// Wake returns a channel that is closed when messages may have been published. Nil: the subscriber only polls.
	Wake          func() <-chan struct{}
	LeaseDuration time.Duration // after which another node takes over the messages of a silent one; 0: lease.Duration
	PollInterval  time.Duration // pause between two polls of an empty topic; 0: 500 ms
	RetryDelay    time.Duration // pause before a message that was not acknowledged is delivered again; 0: 250 ms
	CloseTimeout  time.Duration // how long the end of a subscription waits for the messages in hand; 0: 75 s
	Log           *slog.Logger
}

// Subscriber takes messages of the outbox from the table in which the sagas publish them: a Watermill message.Subscriber. It claims a
// message, delivers it and stores that it is delivered; between these it holds no transaction and no connection. Any node takes any
// message, at least once; those of one ticket and topic one after the other, in their order. The context of a message ends when the message
// is acknowledged, when the subscription ends, and when its claim was not renewed in time: another node may deliver it then.
type Subscriber struct {
	SubscriberConfig
	claims  claims
	keeper  *lease.Keeper[claim]
	running sync.WaitGroup

	mu     sync.Mutex
	closed chan struct{}
}

// closeTimeout is the time that the end of a Router waits for messages that are being handled. It is longer than the longest step of a
// handler, a mail to a server that hangs (twice 30 s), so that the store is not closed before the step ends.
const closeTimeout = 75 * time.Second

// NewSubscriber checks the configuration and sets its defaults.
func NewSubscriber(c SubscriberConfig) (*Subscriber, error) {
	if c.Pool == nil || min(c.LeaseDuration, c.PollInterval, c.RetryDelay, c.CloseTimeout) < 0 {
		return nil, errors.New("outbox: a subscriber needs a Pool, and no negative setting")
	}
	c.LeasePool = cmp.Or(c.LeasePool, c.Pool)
	c.LeaseDuration = cmp.Or(c.LeaseDuration, lease.Duration)
	c.PollInterval = cmp.Or(c.PollInterval, 500*time.Millisecond)
	c.RetryDelay = cmp.Or(c.RetryDelay, 250*time.Millisecond)
	c.CloseTimeout = cmp.Or(c.CloseTimeout, closeTimeout)
	if c.Wake == nil {
		c.Wake = func() <-chan struct{} { return nil }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Subscriber{SubscriberConfig: c, claims: claims{c.Pool, c.LeasePool}, closed: make(chan struct{})}
	s.keeper = lease.NewKeeper(c.LeaseDuration, s.claims.renew)
	return s, nil
}

// errClosed means that a subscription was asked of a closed subscriber.
var errClosed = errors.New("outbox: the subscriber is closed")

// Subscribe returns the messages of a topic until ctx ends or the subscriber is closed.
func (s *Subscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
		return nil, errClosed
	default:
	}
	ctx, cancel := context.WithCancel(ctx)
	workers := max(1, s.Workers[topic])
	sub := subscription{Subscriber: s, topic: topic, workers: workers, out: make(chan *message.Message), done: make(chan struct{}, workers)}
	s.running.Go(func() {
		defer cancel()
		sub.run(ctx)
	})
	s.running.Go(func() {
		defer cancel()
		select {
		case <-s.closed:
		case <-ctx.Done():
		}
	})
	return sub.out, nil
}

// Close ends all subscriptions and waits for the messages in hand, at most CloseTimeout.
func (s *Subscriber) Close() error {
	s.mu.Lock()
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	s.mu.Unlock()
	s.running.Wait()
	return nil
}

// subscription is one Subscribe.
type subscription struct {
	*Subscriber
	topic   string
	workers int // the largest number of messages in hand
	inHand  int
	out     chan *message.Message
	done    chan struct{} // gets a value for each message that is no longer in hand
}

// run claims and delivers messages until ctx ends, and then waits for those in hand.
func (s *subscription) run(ctx context.Context) {
	s.deliverUntil(ctx)
	close(s.out)
	for ; s.inHand > 0; s.inHand-- {
		<-s.done
	}
}

// deliverUntil claims and delivers messages until ctx ends.
func (s *subscription) deliverUntil(ctx context.Context) {
	for ctx.Err() == nil {
		woken := s.Wake()
		if free := s.workers - s.inHand; free > 0 {
			s.deliverNext(ctx, free)
		}
		poll := time.NewTimer(s.PollInterval)
		select {
		case <-ctx.Done():
		case <-s.done: // the next message of its ticket may be waiting
			s.inHand--
		case <-woken:
		case <-poll.C:
		}
		poll.Stop()
	}
}

// deliverNext claims at most limit messages and sends them to the channel of the subscription.
func (s *subscription) deliverNext(ctx context.Context, limit int) {
	// An attempt that ctx interrupted could leave claims of which this node does not know; nor may it last longer than its claims.
	taking, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.LeaseDuration)
	defer cancel()
	claimedAt := time.Now()
	taken, err := s.claims.take(taking, s.topic, limit, s.LeaseDuration)
	if err != nil && ctx.Err() == nil {
		s.Log.ErrorContext(ctx, "outbox messages could not be taken, will retry", "topic", s.topic, "error", err)
	}
	s.inHand += len(taken)
	for i := range taken { // all of them before the first is sent, which may take its time
		// The claim outlives ctx: the result of a message in hand is stored also when the subscription ends.
		taken[i].held, taken[i].release = s.keeper.Hold(context.WithoutCancel(ctx), taken[i].claim, claimedAt)
	}
	for _, m := range taken {
		if s.send(ctx, m) {
			go s.await(ctx, m)
			continue
		}
		s.giveBack(m, 0)
		s.end(m)
	}
}

// end forgets a message that was in hand.
func (s *subscription) end(m claimedMessage) {
	m.release()
	s.done <- struct{}{}
}

// send sends a message to the channel of the subscription. It reports false when ctx or the claim ends before.
func (s *subscription) send(ctx context.Context, m claimedMessage) bool {
	messageCtx, cancel := context.WithCancelCause(context.WithValue(ctx, claimKey{}, m.claim))
	context.AfterFunc(m.held, func() { cancel(context.Cause(m.held)) })
	m.message.SetContext(messageCtx)
	select {
	case s.out <- m.message:
		return true
	case <-ctx.Done():
	case <-m.held.Done():
	}
	cancel(context.Canceled)
	return false
}

// claimKey is the key of a message's claim in its context.
type claimKey struct{}

// await waits for the acknowledgement of a message and stores it. When the subscription ends, it waits for CloseTimeout at most; the claim of
// a message that is still being handled then ends by itself.
func (s *subscription) await(ctx context.Context, m claimedMessage) {
	defer s.end(m)
	ending := ctx.Done()
	var timeout <-chan time.Time
	for {
		select {
		case <-m.message.Acked():
			left := m.message.Context().Value(leftKey{}) != nil
			if !left && m.message.Metadata.Get(runtime.MetadataTopic) == s.topic { // otherwise it was moved to the poison queue
				s.acknowledge(m)
			}
			return
		case <-m.message.Nacked():
			s.giveBack(m, s.RetryDelay)
			return
		case <-ending:
			ending, timeout = nil, time.After(s.CloseTimeout)
		case <-timeout:
			s.Log.WarnContext(ctx, "outbox message is still being handled, will be delivered again", "topic", s.topic, "message", m.message.UUID)
			return
		}
	}
}

// acknowledge stores that a message is delivered. It retries until the claim ends, and tries once after that: no other node may have come.
func (s *subscription) acknowledge(m claimedMessage) {
	for {
		err := s.store(m, func(ctx context.Context) error { return s.claims.acknowledge(ctx, m.claim) })
		if err == nil {
			return
		}
		if m.held.Err() != nil || errors.Is(err, errClaimLost) {
			s.Log.WarnContext(m.held, "outbox message was handled after its claim had ended, may be delivered again", "topic", s.topic,
				"message", m.message.UUID, "error", err)
			return
		}
		pause := time.NewTimer(s.RetryDelay)
		select {
		case <-pause.C:
		case <-m.held.Done():
		}
		pause.Stop()
	}
}

// giveBack releases a message. If that fails, the claim ends by itself.
func (s *subscription) giveBack(m claimedMessage, delay time.Duration) {
	err := s.store(m, func(ctx context.Context) error { return s.claims.release(ctx, m.claim, delay) })
	if err != nil && !errors.Is(err, errClaimLost) {
		s.Log.WarnContext(m.held, "outbox message could not be released, will be delivered again when its claim ends", "topic", s.topic,
			"message", m.message.UUID, "error", err)
	}
}

// store calls a statement that ends a claim, also when the claim has ended for this node, and not longer than a claim lasts.
func (s *subscription) store(m claimedMessage, end func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(m.held), s.LeaseDuration)
	defer cancel()
	return end(ctx)
}
