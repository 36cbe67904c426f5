// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package bench_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	figures "github.com/sol-assistenza/sol/eventstore/bench"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/sse/bench"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// TestStreamsWritesOneObjectPerLine checks the form of the figures only: their values on a test server mean nothing.
func TestStreamsWritesOneObjectPerLine(t *testing.T) {
	f := handlertest.New(t, handlertest.Options{})
	handler, err := api.New(api.Config{App: f.App, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	server := handlertest.Serve(t, handler, handler.EndStreams)
	accounts, err := bench.CreateOperators(t.Context(), f.Database, f.Store.KeyedHashes, catalog.Default(), 3, func(int64, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = bench.Streams(t.Context(), &out, bench.Config{
		Address: server.Address, URL: f.Database, Accounts: accounts, Streams: []int{0, 3}, Duration: time.Second, WritesPerSecond: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := json.NewDecoder(&out)
	for _, name := range []string{
		"streams-0-queues-p50", "streams-0-queues-p95", "streams-0-connections", "streams-3-queues-p50", "streams-3-queues-p95",
		"streams-3-change-p50", "streams-3-change-p95", "streams-3-connections",
	} {
		var line figures.Figure
		if err := lines.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line.Name != name || line.Value <= 0 {
			t.Errorf("got figure %+v, want %s with a positive value", line, name)
		}
	}
}
