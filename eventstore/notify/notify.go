// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package notify wakes goroutines on all nodes that wait for the head of the log, for a consumer or for a topic. Nodes inform each
// other by Postgres NOTIFY messages; when a message is lost, polling finds a new head.
package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	channel  = "sol_log"             // name for LISTEN and NOTIFY
	debounce = 20 * time.Millisecond // minimum time between two NOTIFY messages of a node

	lastSendTimeout = time.Second // for the last NOTIFY message of a node that stops
)

// Config is the configuration of a Notifier. All fields are required.
type Config struct {
	Pool         *pgxpool.Pool                                // sends NOTIFY messages
	Connect      func(ctx context.Context) (*pgx.Conn, error) // opens the connection that listens
	Log          *slog.Logger
	PollInterval time.Duration                            // between two reads of the head, and before listening again
	Now          func() time.Time                         // the database's time, to number the calls of Publish on all nodes
	ReadHead     func(ctx context.Context) (int64, error) // reads the position of the last event from the database
}

// Notifier keeps the positions of the head and of the consumers, wakes the goroutines of this node that wait for them and informs
// the other nodes. Its methods may be called from any goroutine.
type Notifier struct {
	cfg        Config
	watermarks watermarks
	wake       chan struct{} // holds a value while unsent is not empty

	mu     sync.Mutex
	unsent map[string]int64 // values of watermarks that no NOTIFY message has carried yet
}

// New returns a notifier. It neither listens nor sends before Run.
func New(cfg Config) *Notifier {
	return &Notifier{cfg: cfg, wake: make(chan struct{}, 1), unsent: make(map[string]int64)}
}

// Run sends, listens and polls until ctx ends.
func (n *Notifier) Run(ctx context.Context) {
	var loops sync.WaitGroup
	loops.Go(func() { n.send(ctx) })
	loops.Go(func() { n.listen(ctx) })
	loops.Go(func() { n.poll(ctx) })
	loops.Wait()
}

// Head returns the position of the last event that this node knows of.
func (n *Notifier) Head() int64 {
	head, _ := n.watermarks.watch(headWatermark)
	return head
}

// SetHead records a head that was read from the database. It wakes waiting goroutines of this node only.
func (n *Notifier) SetHead(position int64) { n.watermarks.advance(headWatermark, position) }

// AdvanceHead records that this node has moved the head, and informs the other nodes.
func (n *Notifier) AdvanceHead(position int64) {
	if n.watermarks.advance(headWatermark, position) {
		n.enqueue(headWatermark, position)
	}
}

// WaitForHead returns when the head is above a position, or the context's error. It holds no connection.
func (n *Notifier) WaitForHead(ctx context.Context, after int64) error {
	return n.watermarks.wait(ctx, headWatermark, after)
}

// HeadChanged returns a channel that is closed when the head is above a position. It may be closed too early.
func (n *Notifier) HeadChanged(after int64) <-chan struct{} {
	head, changed := n.watermarks.watch(headWatermark)
	if head > after {
		return closedChannel
	}
	return changed
}

// AdvanceConsumer records that a consumer's checkpoint has moved, and informs the other nodes.
func (n *Notifier) AdvanceConsumer(name string, version int, position int64) {
	watermark := consumerWatermark(name, version)
	n.watermarks.advance(watermark, position)
	n.enqueue(watermark, position)
}

// ConsumerChanged returns a channel that is closed when the consumer's checkpoint moves.
func (n *Notifier) ConsumerChanged(name string, version int) <-chan struct{} {
	_, changed := n.watermarks.watch(consumerWatermark(name, version))
	return changed
}

// Subscribe returns a channel that is closed at the next Publish of a topic, on this node or another.
func (n *Notifier) Subscribe(topic string) <-chan struct{} {
	_, changed := n.watermarks.watch(topicWatermark(topic))
	return changed
}

// Publish wakes the subscribers of a topic on all nodes. It is a hint: two calls within some milliseconds may wake only once, and
// a node that is not listening at the time is not woken.
func (n *Notifier) Publish(topic string) {
	name := topicWatermark(topic)
	n.enqueue(name, n.watermarks.bump(name, n.cfg.Now().UnixMicro()))
}

var closedChannel = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// enqueue puts a watermark into the next NOTIFY message.
func (n *Notifier) enqueue(name string, value int64) {
	n.mu.Lock()
	n.unsent[name] = max(n.unsent[name], value)
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default: // send is already going to wake, and will find this value
	}
}

// send sends the enqueued watermarks to the other nodes, at most once in each debounce interval. When ctx ends it sends what is left: a
// command that revokes a session ends at once, and the other nodes must still hear of it.
func (n *Notifier) send(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-n.wake:
		case <-ctx.Done():
			continue
		}
		if err := n.flush(ctx); err != nil && ctx.Err() == nil {
			n.cfg.Log.Warn("NOTIFY message not sent; the other nodes poll", "error", err)
		}
		_ = Sleep(ctx, debounce) // ends with ctx, as the loop does
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastSendTimeout)
	defer cancel()
	if err := n.flush(last); err != nil {
		n.cfg.Log.Warn("the last NOTIFY message was not sent; the other nodes poll", "error", err)
	}
}

// flush sends one NOTIFY message, outside the transactions of appends: in one of them NOTIFY would take a lock of the whole
// database cluster at commit.
func (n *Notifier) flush(ctx context.Context) error {
	n.mu.Lock()
	values := n.unsent
	n.unsent = make(map[string]int64)
	n.mu.Unlock()
	if len(values) == 0 {
		return nil
	}
	payload, err := json.Marshal(values)
	if err != nil {
		return fmt.Errorf("encode NOTIFY message: %w", err)
	}
	// The message need not wait for the disk: polling replaces a message that a crash loses.
	_, err = n.cfg.Pool.Exec(ctx, `select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`, channel, string(payload))
	if err == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for name, value := range values { // the next message carries them
		n.unsent[name] = max(n.unsent[name], value)
	}
	return fmt.Errorf("notify: %w", err)
}

// listen receives the other nodes' NOTIFY messages, on a connection of its own.
func (n *Notifier) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := n.listenOnce(ctx); err != nil && ctx.Err() == nil {
			n.cfg.Log.Warn("listening for other nodes failed; polling meanwhile", "error", err)
		}
		_ = Sleep(ctx, n.cfg.PollInterval) // ends with ctx, as the loop does
	}
}

// listenOnce listens on one connection until it fails or ctx ends.
func (n *Notifier) listenOnce(ctx context.Context) error {
	conn, err := n.cfg.Connect(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `listen `+channel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	for {
		message, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for NOTIFY messages: %w", err)
		}
		n.receive([]byte(message.Payload))
	}
}

// receive raises the watermarks that a NOTIFY message carries. It ignores a message of another format.
func (n *Notifier) receive(payload []byte) {
	var values map[string]int64
	if err := json.Unmarshal(payload, &values); err != nil {
		return
	}
	for name, value := range values {
		n.watermarks.advance(name, value)
	}
}

// poll reads the head every PollInterval, in case NOTIFY messages are lost.
func (n *Notifier) poll(ctx context.Context) {
	for Sleep(ctx, n.cfg.PollInterval) == nil {
		head, err := n.cfg.ReadHead(ctx)
		if err != nil {
			if ctx.Err() == nil {
				n.cfg.Log.Warn("the head could not be read", "error", err)
			}
			continue
		}
		n.SetHead(head)
	}
}

// Sleep waits for d. It returns the context's error when ctx ends first.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
