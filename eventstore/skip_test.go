// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// newerAppend returns an append of one event of a newer release.
func newerAppend(stream string, expected int) eventstore.Append {
	a := newAppend(stream, expected, "x")
	a.Events[0].Type = "talk.sung.v1"
	return a
}

// knowsTalk reports whether an older release knows the type of a record.
func knowsTalk(r eventstore.Record) bool { return r.Type == "talk.said.v1" }

// positions returns the positions in the table tally, in their order.
func positions(t *testing.T, db *storetest.DB) []int64 {
	t.Helper()
	rows, err := storetest.Connect(t, db.URL).Query(t.Context(), `select position from tally order by position`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestUnknownTypeStopsItsStreamAlone runs a consumer of an older release over events of a newer one. It leaves their streams, goes on with
// all others, says so once, and after a restart too. A node of the newer release handles what was left, each event once.
func TestUnknownTypeStopsItsStreamAlone(t *testing.T) {
	log := &storetest.LogBuffer{}
	registry := prometheus.NewRegistry()
	db := newTallyDB(t, useShortIntervals, func(c *eventstore.Config) { c.Log, c.Metrics = slog.New(slog.NewTextHandler(log, nil)), registry })
	s := db.Store
	left, other, leftLater := newID(), newID(), newID()
	mustAppend(t, s, newAppend(left, 0, "1", "2"))
	mustAppend(t, s, newerAppend(left, 2)) // 3
	mustAppend(t, s, newAppend(other, 0, "4"))
	last := mustAppend(t, s, newAppend(left, 3, "5")).Position.N // known, after the unknown one

	older := eventstore.Consumer{Name: "tally", Version: 1, BatchSize: 2, Handle: writeTally, Knows: knowsTalk}
	wait := func(to int64) {
		t.Helper()
		if err := s.WaitForConsumer(t.Context(), "tally", 1, to); err != nil {
			t.Fatal(err)
		}
	}
	stop := startConsumer(t, s, older)
	wait(last)
	storetest.Eventually(t, "the metric counts the stream", func() bool {
		skipped, ok := gaugeValue(t, registry, "sol_consumer_skipped_streams")
		return ok && skipped == 1
	})
	stop()
	stop = startConsumer(t, s, older)
	mustAppend(t, s, newAppend(left, 4, "6")) // skipped after the restart too
	mustAppend(t, s, newerAppend(leftLater, 0))
	last = mustAppend(t, s, newAppend(other, 1, "8")).Position.N
	wait(last)
	stop()
	if got := positions(t, db); !slices.Equal(got, []int64{1, 2, 4, 8}) {
		t.Errorf("older release: got positions %v handled, want 1, 2, 4 and 8", got)
	}
	if status := firstConsumer(t, s); status.Skipped != 2 || status.Failures != 0 || status.Lag != 0 {
		t.Errorf("older release: got status %+v, want two skipped streams", status)
	}
	if n := strings.Count(log.String(), "level=WARN"); n != 2 || strings.Count(log.String(), "type=talk.sung.v1") != 2 {
		t.Errorf("got %d warnings, want one for each of two streams:\n%s", n, log)
	}

	newer := older
	newer.Knows = func(eventstore.Record) bool { return true }
	stop = startConsumer(t, s, newer)
	storetest.Eventually(t, "the newer release handles what was left", func() bool { return firstConsumer(t, s).Skipped == 0 })
	last = mustAppend(t, s, newAppend(left, 5, "9")).Position.N
	wait(last)
	stop()
	assertTally(t, db, last)
}

// TestSkippedStreamThatFailsStopsNothing lets a newer release fail at one of two streams that were left. The other one continues, and so
// does the consumer.
func TestSkippedStreamThatFailsStopsNothing(t *testing.T) {
	db := newTallyDB(t, useShortIntervals)
	bad, good := newID(), newID()
	mustAppend(t, db.Store, newerAppend(bad, 0))
	last := mustAppend(t, db.Store, newerAppend(good, 0)).Position.N
	c := eventstore.Consumer{Name: "tally", Version: 1, Handle: writeTally, Knows: knowsTalk}
	stop := startConsumer(t, db.Store, c)
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, last); err != nil {
		t.Fatal(err)
	}
	stop()
	c.Knows, c.Handle = nil, func(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
		if err := writeTally(ctx, tx, records); err != nil {
			return err
		}
		if records[0].Stream == bad {
			return errors.New("handler failed")
		}
		return nil
	}
	stop = startConsumer(t, db.Store, c)
	last = mustAppend(t, db.Store, newAppend(newID(), 0, "x")).Position.N
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, last); err != nil {
		t.Fatal(err)
	}
	stop()
	if got := positions(t, db); !slices.Equal(got, []int64{2, 3}) {
		t.Errorf("got positions %v handled, want 2 and 3", got)
	}
	if status := firstConsumer(t, db.Store); status.Skipped != 1 || status.Failures != 0 {
		t.Errorf("got status %+v, want one skipped stream", status)
	}
}
