// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package bench measures the throughput of the log, and compares it with plain inserts into Postgres in the same run and with the
// same database settings.
package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
)

// Config is the configuration of a benchmark. URL and MasterKey are required. The database must be migrated; it keeps the events of
// the benchmark, because the log never deletes events.
type Config struct {
	URL           string
	MasterKey     []byte
	Writers       []int         // numbers of concurrent writers; nil: 1, 32 and 256
	Duration      time.Duration // per figure; 0: 10 s
	Pgbench       string        // path of pgbench, as FindPgbench returns it; empty: no comparison
	DataBytes     int           // size of NewEvent.Data in bytes; 0: 200
	PersonalBytes int           // size of NewEvent.Personal in bytes; 0: none, like most events
}

// setDefaults sets the defaults that the comments of the fields name.
func (c *Config) setDefaults() {
	if c.Writers == nil {
		c.Writers = []int{1, 32, 256}
	}
	c.Duration = cmp.Or(c.Duration, 10*time.Second)
	c.DataBytes = cmp.Or(c.DataBytes, 200)
}

// Figure is one measurement: a line of the output.
type Figure struct {
	Name    string  `json:"name"`
	Value   float64 `json:"figure"`
	Unit    string  `json:"unit"`
	Against string  `json:"against"` // the measurement that Ratio compares with, as text
	Ratio   float64 `json:"ratio"`   // Value divided by the compared value; 0 without a comparison
}

// Append measures durable appends of one event with an expected version, by concurrent writers. It compares them with pgbench, which
// inserts similar rows one by one with the same number of clients, 32 at most: with more clients plain inserts only get slower. It
// writes one Figure a line, as JSON.
func Append(ctx context.Context, w io.Writer, cfg Config) error {
	cfg.setDefaults()
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

// durabilitySettings returns the settings of the database that decide how durable a commit is.
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

// actor is the author of the benchmark's events.
var actor = eventstore.Actor{ID: "bench", Role: "sistema"}
