// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package bench measures what open streams of live updates cost: the time of another request, the time until a change reaches the streams,
// and the database connections.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/bench"
)

// Config is the configuration of a benchmark. The zero value of the last three fields means the default that their comments name.
type Config struct {
	Address  string    // of the API: http://host:port
	URL      string    // of the database, which only the node uses
	Accounts []Account // operators; each stream belongs to the next one

	Streams         []int         // numbers of open streams; nil: 0, 500 and 2000
	Duration        time.Duration // of each measurement; 0: 20 s
	WritesPerSecond int           // 0: 5
}

const (
	queuesInterval = 50 * time.Millisecond // between two requests for queues
	drainTime      = 3 * time.Second       // for the last changes to reach the streams
)

// Streams measures with each number of open streams and writes one bench.Figure a line, as JSON. Times of queues and the number of
// connections are compared with those of the first measurement.
func Streams(ctx context.Context, out io.Writer, c Config) error {
	if c.Streams == nil {
		c.Streams = []int{0, 500, 2000}
	}
	if c.Duration == 0 {
		c.Duration = 20 * time.Second
	}
	if c.WritesPerSecond == 0 {
		c.WritesPerSecond = 5
	}
	lines := json.NewEncoder(out)
	var first measurement
	for i, n := range c.Streams {
		m, err := c.measure(ctx, n)
		if err != nil {
			return fmt.Errorf("bench %d streams: %w", n, err)
		}
		if i == 0 {
			first = m
		}
		for _, f := range m.figures(n, first, c.Streams[0]) {
			if err := lines.Encode(f); err != nil {
				return fmt.Errorf("bench streams: %w", err)
			}
		}
	}
	return nil
}

// measurement holds the durations that were measured with one number of streams.
type measurement struct {
	queues      []time.Duration // of each request for queues, sorted
	delays      []time.Duration // from the start of each write to the event on each stream that it concerns, sorted
	connections int             // the largest number
	missing     int             // writes that reached no stream although some should have got them
}

// figures returns the lines of a measurement with n streams.
func (m measurement) figures(n int, first measurement, firstStreams int) []bench.Figure {
	var all []bench.Figure
	for _, p := range []int{50, 95} {
		value, against := milliseconds(percentile(m.queues, p)), milliseconds(percentile(first.queues, p))
		all = append(all, bench.Figure{
			Name: fmt.Sprintf("streams-%d-queues-p%d", n, p), Value: value, Unit: "ms",
			Against: fmt.Sprintf("%d streams: %.2f ms", firstStreams, against), Ratio: value / against,
		})
	}
	if n > 0 {
		for _, p := range []int{50, 95} {
			all = append(all, bench.Figure{
				Name: fmt.Sprintf("streams-%d-change-p%d", n, p), Value: milliseconds(percentile(m.delays, p)), Unit: "ms",
				Against: fmt.Sprintf("none; %d events received, %d writes missed", len(m.delays), m.missing),
			})
		}
	}
	return append(all, bench.Figure{
		Name: fmt.Sprintf("streams-%d-connections", n), Value: float64(m.connections), Unit: "connections",
		Against: fmt.Sprintf("%d streams: %d", firstStreams, first.connections), Ratio: float64(m.connections) / float64(first.connections),
	})
}

// percentile returns a percentile of sorted times, 0 without times.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// measure opens n streams, and then writes and asks for queues at the same time.
func (c Config) measure(ctx context.Context, n int) (m measurement, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	l, err := c.openStreams(ctx, n)
	if err != nil {
		return m, err
	}
	var running sync.WaitGroup
	var errs [3]error
	until := time.Now().Add(c.Duration)
	var writes []write
	running.Go(func() { writes, errs[0] = c.write(ctx, until) })
	running.Go(func() { m.queues, errs[1] = c.askForQueues(ctx, until) })
	running.Go(func() { m.connections, errs[2] = c.countConnections(ctx, until) })
	running.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return m, err
	}
	if n > 0 {
		select {
		case <-time.After(drainTime):
		case <-ctx.Done():
			return m, ctx.Err()
		}
	}
	stop()
	if err := l.wait(); err != nil {
		return m, err
	}
	m.delays, m.missing = l.delays(writes)
	slices.Sort(m.queues)
	slices.Sort(m.delays)
	return m, nil
}

// askForQueues requests the queues of one account after another, and returns the time of each request.
func (c Config) askForQueues(ctx context.Context, until time.Time) (took []time.Duration, err error) {
	tick := time.NewTicker(queuesInterval)
	defer tick.Stop()
	for i := 0; time.Now().Before(until); i++ {
		start := time.Now()
		if _, err := c.send(ctx, http.MethodGet, "/api/v1/queues", c.Accounts[i%len(c.Accounts)].Token, nil); err != nil {
			return nil, err
		}
		took = append(took, time.Since(start))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return took, nil
}

// countConnections returns the largest number of connections of the node that it sees.
func (c Config) countConnections(ctx context.Context, until time.Time) (largest int, err error) {
	conn, err := pgx.Connect(ctx, c.URL)
	if err != nil {
		return 0, fmt.Errorf("count connections: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for time.Now().Before(until) {
		var n int
		err := conn.QueryRow(ctx, `
			select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`).Scan(&n)
		if err != nil {
			return 0, fmt.Errorf("count connections: %w", err)
		}
		largest = max(largest, n)
		select {
		case <-time.After(time.Second / 2):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return largest, nil
}
