// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// pollsPerFigure is how many looks make one figure.
const pollsPerFigure = 2000

// BenchmarkPolls measures a look with nothing due at a hundred thousand pending timers and at a million, in one run, and
// writes one JSON object a line. The runner's database is filled for it and holds nothing else.
func BenchmarkPolls(ctx context.Context, w io.Writer, c Config) error {
	r, err := New(c)
	if err != nil {
		return err
	}
	if err := r.activate(ctx, r.Sagas[0]); err != nil {
		return err
	}
	if _, err := c.Store.WorkerPool().Exec(ctx, `update saga.sagas set live = true`); err != nil {
		return err
	}
	out := json.NewEncoder(w)
	before, pending := 0.0, 0
	for _, n := range []int{100_000, 1_000_000} {
		if err := r.fillTimers(ctx, pending, n); err != nil {
			return err
		}
		took, err := r.measurePoll(ctx)
		if err != nil {
			return err
		}
		figure := struct {
			Name    string  `json:"name"`
			Figure  float64 `json:"figure"`
			Unit    string  `json:"unit"`
			Against string  `json:"against"`
			Ratio   float64 `json:"ratio"`
		}{Name: fmt.Sprintf("poll-%d", n), Figure: took, Unit: "µs a look with nothing due", Against: "none"}
		if pending > 0 {
			figure.Against, figure.Ratio = fmt.Sprintf("%d pending: %.0f µs", pending, before), took/before
		}
		if err := out.Encode(figure); err != nil {
			return err
		}
		before, pending = took, n
	}
	return nil
}

// fillTimers adds timers that are due over the coming year, up to a number of them.
func (r *Runner) fillTimers(ctx context.Context, from, to int) error {
	_, err := r.Store.WorkerPool().Exec(ctx, `
		insert into saga.timers (saga, version, ticket, key, once, due_at, next_at, command, data, why, cause)
		select $1, $2, gen_random_uuid(), 'close/1', false, t.at, t.at, 'close.v1', '{"resolution": 1}', 'to measure', 1
		from (select $3::timestamptz + interval '1 hour' + n * interval '30 seconds' as at from generate_series($4::integer, $5::integer - 1) n) t`,
		r.Sagas[0].ID().Name, r.Sagas[0].ID().Version, r.Store.Now(), from, to)
	if err != nil {
		return fmt.Errorf("fill timers: %w", err)
	}
	return nil
}

// pollOnce is what a node does at least once in Config.Every: send what is due, and find out when the next is.
func (r *Runner) pollOnce(ctx context.Context) error {
	n, err := r.poll(ctx)
	if err == nil && n > 0 {
		err = fmt.Errorf("%d were due", n)
	}
	r.untilNextTimer(ctx)
	return err
}

// measurePoll looks and answers how many microseconds one look takes.
func (r *Runner) measurePoll(ctx context.Context) (float64, error) {
	for range pollsPerFigure / 10 { // until everything is in memory
		if err := r.pollOnce(ctx); err != nil {
			return 0, err
		}
	}
	begun := time.Now()
	for range pollsPerFigure {
		if err := r.pollOnce(ctx); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(begun).Microseconds()) / pollsPerFigure, nil
}
