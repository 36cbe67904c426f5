// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package bench

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// eventsPerStream is the number of events that a writer appends to a stream before it begins another: about as many as a ticket has.
const eventsPerStream = 12

// measureAppends returns the number of acknowledged events per second. Every writer waits for each of its appends. An append has one
// event, a command id and an expected version.
func measureAppends(ctx context.Context, cfg Config, writers int) (float64, error) {
	store, err := eventstore.Open(ctx, eventstore.Config{Logins: pgpool.TrustedLogins(cfg.URL), MasterKey: cfg.MasterKey, Pools: []func(*pgpool.Spec){pgpool.Small}})
	if err != nil {
		return 0, err
	}
	defer store.Close()

	var all sync.WaitGroup
	counts, errs := make([]int, writers), make(chan error, writers)
	start := time.Now()
	for w := range writers {
		all.Go(func() {
			for time.Since(start) < cfg.Duration {
				n, err := appendToStream(ctx, store, cfg, start)
				counts[w] += n
				if err != nil {
					errs <- err
					return
				}
			}
		})
	}
	all.Wait()
	elapsed := time.Since(start)
	close(errs)
	if err := <-errs; err != nil {
		return 0, err
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / elapsed.Seconds(), nil
}

// appendToStream appends events to a new stream until it has eventsPerStream or the duration is over, and returns their number.
func appendToStream(ctx context.Context, store *eventstore.Store, cfg Config, start time.Time) (n int, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return 0, fmt.Errorf("stream id: %w", err)
	}
	event := eventstore.NewEvent{Type: "bench.written.v1", Data: bytes.Repeat([]byte("x"), cfg.DataBytes)}
	if cfg.PersonalBytes > 0 {
		event.Personal = bytes.Repeat([]byte("p"), cfg.PersonalBytes)
	}
	for n < eventsPerStream && time.Since(start) < cfg.Duration {
		_, err := store.Append(ctx, eventstore.Append{
			Stream: id.String(), Kind: "bench", ExpectedVersion: n, Events: []eventstore.NewEvent{event}, By: actor,
			Command: eventstore.CommandID{Actor: actor.ID, Key: fmt.Sprintf("%s-%d", id, n)}, RequestBody: event.Data,
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
