// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// pollsPerFigure is the number of polls that are averaged for one figure.
const pollsPerFigure = 2000

// BenchmarkPolls measures a poll that finds no due timer, in µs, at 100,000 and then at 1,000,000 pending timers, and writes one JSON
// object a line. It fills the database of the log, which must be empty, with timers of the saga.
func BenchmarkPolls(ctx context.Context, w io.Writer, log eventstore.Config, saga Definition) error {
	store, err := eventstore.Open(ctx, log)
	if err != nil {
		return err
	}
	defer store.Close()
	refuse := func(context.Context, ticket.ID, ticket.Command, person.Actor, eventstore.CommandID, int64) error {
		return errors.New("no timer should be due")
	}
	r, err := New(Config{Store: store, Dispatch: refuse, Sagas: []Definition{saga}})
	if err != nil {
		return err
	}
	if err := r.activate(ctx, r.Sagas[0]); err != nil {
		return err
	}
	if _, err := store.Pools().Consumer.Exec(ctx, `update saga.sagas set live = true`); err != nil {
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

// fillTimers inserts the timers with the numbers from to to-1. Timer n is due one hour and n times 30 s from now.
func (r *Runner) fillTimers(ctx context.Context, from, to int) error {
	_, err := r.Store.Pools().Consumer.Exec(ctx, `
		insert into saga.timers (saga, version, ticket, key, once, due_at, next_at, command, data, why, cause)
		select $1, $2, gen_random_uuid(), 'close/1', false, t.at, t.at, 'close.v1', '{"resolution": 1}', 'to measure', 1
		from (select $3::timestamptz + interval '1 hour' + n * interval '30 seconds' as at from generate_series($4::integer, $5::integer - 1) n) t`,
		r.Sagas[0].ID().Name, r.Sagas[0].ID().Version, r.Store.Now(), from, to)
	if err != nil {
		return fmt.Errorf("fill timers: %w", err)
	}
	return nil
}

// pollOnce does what a node does at least once every PollInterval: dispatch due timers and read when the next is due. It returns an error
// if a timer was due.
func (r *Runner) pollOnce(ctx context.Context) error {
	n, err := r.poll(ctx)
	if err == nil && n > 0 {
		err = fmt.Errorf("%d were due", n)
	}
	r.untilNextTimer(ctx)
	return err
}

// measurePoll returns the mean duration of a poll in µs.
func (r *Runner) measurePoll(ctx context.Context) (float64, error) {
	for range pollsPerFigure / 10 { // warm up the caches
		if err := r.pollOnce(ctx); err != nil {
			return 0, err
		}
	}
	start := time.Now()
	for range pollsPerFigure {
		if err := r.pollOnce(ctx); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start).Microseconds()) / pollsPerFigure, nil
}
