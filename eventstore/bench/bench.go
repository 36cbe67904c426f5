// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package bench measures the log beside what plain Postgres does in the same run, on the same database settings.
package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
)

// Config says what to measure and where. URL and MasterKey are required, and a migrated database that may keep
// what the benchmark writes: the log forgets nothing.
type Config struct {
	URL           string
	MasterKey     []byte
	Writers       []int         // nil: 1, 32 and 256
	Duration      time.Duration // per figure; 0: 10 s
	Pgbench       string        // path of pgbench, as FindPgbench returns it; empty: no comparison, ratio 0
	DataBytes     int           // bytes of an event's facts; 0: 200
	PersonalBytes int           // bytes of its sealed part; 0: none, as most events have
}

// Figure is one line of the answer.
type Figure struct {
	Name    string  `json:"name"`
	Value   float64 `json:"figure"`
	Unit    string  `json:"unit"`
	Against string  `json:"against"` // what Ratio compares with, and its own figure
	Ratio   float64 `json:"ratio"`   // figure / against; 0 when nothing was compared
}

// Append measures durable conditional single-event appends by concurrent writers beside pgbench's plain single-row
// INSERT of a similar row at as many clients (at most 32: beyond that plain inserts only get slower), and writes
// one JSON object a line.
func Append(ctx context.Context, w io.Writer, cfg Config) error {
	if cfg.Writers == nil {
		cfg.Writers = []int{1, 32, 256}
	}
	if cfg.Duration == 0 {
		cfg.Duration = 10 * time.Second
	}
	if cfg.DataBytes == 0 {
		cfg.DataBytes = 200
	}
	settings, err := durabilitySettings(ctx, cfg.URL)
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	for _, writers := range cfg.Writers {
		f := Figure{Name: fmt.Sprintf("append-%d", writers), Unit: "events/s", Against: "none"}
		if f.Value, err = measureAppends(ctx, cfg, writers); err != nil {
			return fmt.Errorf("bench append with %d writers: %w", writers, err)
		}
		if cfg.Pgbench != "" {
			clients := min(writers, 32)
			plain, err := measureInserts(ctx, cfg, clients)
			if err != nil {
				return fmt.Errorf("bench plain insert with %d clients: %w", clients, err)
			}
			f.Against = fmt.Sprintf("pgbench INSERT, %d clients: %.0f rows/s (%s)", clients, plain, settings)
			f.Ratio = f.Value / plain
		}
		if err := out.Encode(f); err != nil {
			return fmt.Errorf("bench append: %w", err)
		}
	}
	return nil
}

// durabilitySettings is what the figures of a database are worth.
func durabilitySettings(ctx context.Context, url string) (text string, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", fmt.Errorf("bench: %w", err)
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, `
		select format('fsync %s, synchronous_commit %s, full_page_writes %s', current_setting('fsync'),
			current_setting('synchronous_commit'), current_setting('full_page_writes'))`).Scan(&text)
	if err != nil {
		return "", fmt.Errorf("bench: %w", err)
	}
	return text, nil
}

// actor is who benchmarks.
var actor = eventstore.Actor{ID: "bench", Role: "sistema"}
