// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/eventstore/lease"
	"github.com/sol-assistenza/sol/eventstore/notify"
)

// Config configures a Forwarder. Pool, Receiver and Epoch are required.
type Config struct {
	Pool     *pgxpool.Pool // connections as role sol_worker
	Receiver Receiver
	Epoch    func() int // of the log
	Log      *slog.Logger
	Metrics  prometheus.Registerer

	PollInterval time.Duration // pause between two looks for events; 0: 1 s
	Lease        time.Duration // after which another node forwards in place of one that is silent; 0: 30 s
	AddUp        time.Duration // how long a log-in record that grows waits until it is sent again; 0: 1 min
	RetryDelay   time.Duration // pause after the first failure, doubled up to 30 s; 0: 1 s
}

const batchSize = 500 // events

// source is a place in the database where events are recorded.
type source interface {
	name() string
	// begin is called once, in the transaction that makes a node the first with a receiver: what is older is not sent.
	begin(ctx context.Context, tx pgx.Tx) error
	// waiting returns the oldest events that the receiver does not have, at most limit, and the function that stores that it has them. A source
	// may return none and a function, to store that it looked.
	waiting(ctx context.Context, limit int) ([]Event, ackFunc, error)
}

type ackFunc func(ctx context.Context, tx pgx.Tx) error

// Forwarder sends events to a receiver while it holds the lease. On each node with a receiver one runs.
type Forwarder struct {
	Config
	node     uuid.UUID
	sources  []source
	receiver receiver
	counts   counts
}

// New checks the configuration and sets its defaults.
func New(c Config) (*Forwarder, error) {
	if c.Pool == nil || !c.Receiver.IsSet() || c.Epoch == nil {
		return nil, errors.New("securityevents: Pool, Receiver and Epoch are required")
	}
	c.PollInterval = cmp.Or(c.PollInterval, time.Second)
	c.Lease = cmp.Or(c.Lease, 30*time.Second)
	c.AddUp = cmp.Or(c.AddUp, time.Minute)
	c.RetryDelay = cmp.Or(c.RetryDelay, time.Second)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	node, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	return &Forwarder{Config: c, node: node, sources: []source{logins{c.Pool, c.AddUp}}, receiver: c.Receiver.dial(), counts: newCounts(c.Metrics)}, nil
}

// Run forwards until ctx ends, which is no error.
func (f *Forwarder) Run(ctx context.Context) error {
	failures := lease.NewFailures()
	defer f.release(context.WithoutCancel(ctx))
	for ctx.Err() == nil {
		err := f.forward(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			f.counts.failures.Inc()
			if failures.Add(); failures.Count == 1 {
				f.Log.Warn("security events wait: they could not be sent", "receiver", f.Receiver.String(), "error", err)
			}
		case failures.Count > 0:
			f.Log.Info("security events are sent again", "receiver", f.Receiver.String(), "failures", failures.Count)
			failures.Reset()
		}
		notify.Sleep(ctx, max(failures.Delay, f.PollInterval))
	}
	return nil
}

// forward sends all events that wait, if this node leads.
func (f *Forwarder) forward(ctx context.Context) error {
	sequence, leads, err := f.lead(ctx)
	if err != nil || !leads {
		return err
	}
	for _, s := range f.sources {
		for {
			n, err := f.sendBatch(ctx, s, &sequence)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name(), err)
			}
			if n < batchSize {
				break
			}
		}
	}
	if err := f.receiver.send(ctx, nil); err != nil {
		return err
	}
	_, err = f.Pool.Exec(ctx, `update security.forwarder set current_at = clock_timestamp() where holder = $1`, f.node)
	return err
}

// errLostLease: another node forwards.
var errLostLease = errors.New("another node forwards security events now")

// sendBatch sends the next events of a source and stores that the receiver has them. sequence is the number of the last event.
func (f *Forwarder) sendBatch(ctx context.Context, s source, sequence *int64) (int, error) {
	events, ack, err := s.waiting(ctx, batchSize)
	if err != nil || ack == nil {
		return 0, err
	}
	if err := f.addUsernames(ctx, events); err != nil {
		return 0, err
	}
	next := *sequence
	for i := range events {
		next++
		events[i].Sequence, events[i].Epoch, events[i].Time = next, f.Epoch(), events[i].Time.UTC()
	}
	if len(events) > 0 {
		if err := f.receiver.send(ctx, events); err != nil {
			return 0, err
		}
	}
	err = pgx.BeginFunc(ctx, f.Pool, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `
			update security.forwarder set sequence = $2, lease_until = clock_timestamp() + $3::interval where holder = $1 and sequence = $4`,
			f.node, next, f.Lease, *sequence)
		if err == nil && done.RowsAffected() == 0 {
			err = errLostLease
		}
		if err != nil {
			return err
		}
		return ack(ctx, tx)
	})
	if err != nil {
		return 0, err
	}
	*sequence = next
	for _, e := range events {
		f.counts.sent.WithLabelValues(string(e.Kind)).Inc()
	}
	return len(events), nil
}

// addUsernames fills in the user names of accounts.
func (f *Forwarder) addUsernames(ctx context.Context, events []Event) error {
	var ids []string
	for _, e := range events {
		if e.Account != "" {
			ids = append(ids, e.Account)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := f.Pool.Query(ctx, `select id::text, username from identity.accounts where id::text = any ($1)`, ids)
	if err != nil {
		return fmt.Errorf("read user names: %w", err)
	}
	names := map[string]string{}
	var id, name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	for i := range events {
		events[i].Username = names[events[i].Account]
	}
	return err
}
