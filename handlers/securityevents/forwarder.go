// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
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
}

const (
	batchSize = 500 // events
	// batchesPerRound bounds what a source may send before the others have their turn.
	batchesPerRound = 20
)

// source is a place in the database where events are recorded.
type source interface {
	name() string
	// begin makes the source begin now, unless it has begun: what is older is not sent.
	begin(ctx context.Context, tx pgx.Tx) error
	// waiting returns the oldest events that the receiver does not have, at most limit, and the function that stores that it has them; nil if there
	// is nothing to store. A source may return a function and no events, to store that it looked.
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
	begun    bool // this node knows that all sources have begun
}

// New checks the configuration and sets its defaults.
func New(c Config) (*Forwarder, error) {
	if c.Pool == nil || !c.Receiver.IsSet() || c.Epoch == nil {
		return nil, errors.New("securityevents: Pool, Receiver and Epoch are required")
	}
	c.PollInterval = cmp.Or(c.PollInterval, time.Second)
	c.Lease = cmp.Or(c.Lease, 30*time.Second)
	c.AddUp = cmp.Or(c.AddUp, time.Minute)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	node, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	return &Forwarder{Config: c, node: node, sources: []source{logins{c.Pool, c.AddUp}, logEvents{c.Pool}, looks{c.Pool}, notes{c.Pool}}, receiver: c.Receiver.dial(), counts: newCounts(c.Metrics)}, nil
}

// Run forwards until ctx ends, which is no error.
func (f *Forwarder) Run(ctx context.Context) error {
	var watching sync.WaitGroup
	defer watching.Wait()
	watching.Go(func() { f.watchSessions(ctx) })
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
		f.measure(ctx, err != nil)
		_ = notify.Sleep(ctx, max(failures.Delay, f.PollInterval)) // the loop asks the context
	}
	return nil
}

// measure sets the gauges.
func (f *Forwarder) measure(ctx context.Context, failed bool) {
	s := state{}
	var err error
	if failed {
		s, err = f.readState(ctx)
	} else {
		err = f.Pool.QueryRow(ctx, `select coalesce(clock_timestamp() - current_at, '0'), dropped from security.forwarder`).Scan(&s.Late, &s.Dropped)
	}
	if err != nil {
		return // the gauges keep their values
	}
	f.counts.waiting.Set(float64(s.Waiting))
	f.counts.late.Set(s.Late.Seconds())
	f.counts.dropped.Set(float64(s.Dropped))
}

// forward sends all events that wait, if this node leads.
func (f *Forwarder) forward(ctx context.Context) error {
	sequence, leads, err := f.lead(ctx)
	if err != nil || !leads {
		return err
	}
	left := false
	for _, s := range f.sources {
		more := true
		for n := 0; more && n < batchesPerRound; n++ {
			if more, err = f.sendBatch(ctx, s, &sequence); err != nil {
				return fmt.Errorf("%s: %w", s.name(), err)
			}
		}
		left = left || more
	}
	if err := f.receiver.send(ctx, nil); err != nil {
		return err
	}
	if left {
		return nil
	}
	_, err = f.Pool.Exec(ctx, `update security.forwarder set current_at = clock_timestamp() where holder = $1`, f.node)
	return err
}

// errLostLease: another node forwards.
var errLostLease = errors.New("another node forwards security events now")

// sendBatch sends the next events of a source and stores that the receiver has them. sequence is the number of the last event. It returns false if
// there was nothing to send or to store.
func (f *Forwarder) sendBatch(ctx context.Context, s source, sequence *int64) (bool, error) {
	events, ack, err := s.waiting(ctx, batchSize)
	if err != nil || ack == nil {
		return false, err
	}
	if err := f.addUsernames(ctx, events); err != nil {
		return false, err
	}
	next := *sequence
	for i := range events {
		next++
		events[i].Sequence, events[i].Epoch, events[i].Time = next, f.Epoch(), events[i].Time.UTC()
	}
	if len(events) > 0 {
		if err := f.receiver.send(ctx, events); err != nil {
			return false, err
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
		return false, err
	}
	*sequence = next
	for _, e := range events {
		f.counts.sent.WithLabelValues(string(e.Kind)).Inc()
	}
	return true, nil
}

// addUsernames fills in the user names of accounts.
func (f *Forwarder) addUsernames(ctx context.Context, events []Event) error {
	var ids []string
	for _, e := range events {
		for _, id := range []string{e.Account, e.By} {
			if _, err := uuid.Parse(id); err == nil {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := f.Pool.Query(ctx, `select id::text, username from identity.accounts where id = any ($1::text[]::uuid[])`, ids)
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
		events[i].Username, events[i].ByUsername = names[events[i].Account], names[events[i].By]
	}
	return err
}
