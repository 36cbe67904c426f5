// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package bench_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore/bench"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// TestAppendWritesOneObjectPerLine checks the form of the figures only: their values on a test server mean nothing.
func TestAppendWritesOneObjectPerLine(t *testing.T) {
	db := storetest.New(t)
	var out bytes.Buffer
	err := bench.Append(t.Context(), &out, bench.Config{
		URL: db.URL, MasterKey: storetest.MasterKey(), Writers: []int{1, 4}, Duration: time.Second,
		Pgbench: bench.FindPgbench(""), PersonalBytes: 40,
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := json.NewDecoder(&out)
	for _, name := range []string{"append-1", "append-4"} {
		var f bench.Figure
		if err := lines.Decode(&f); err != nil {
			t.Fatal(err)
		}
		if f.Name != name || f.Value <= 0 || f.Unit != "events/s" {
			t.Errorf("got figure %+v, want %s with a positive value in events/s", f, name)
		}
		if compared := strings.Contains(f.Against, "fsync off"); compared != (f.Ratio > 0) {
			t.Errorf("got comparison %q with ratio %v, want a ratio exactly when there is a comparison", f.Against, f.Ratio)
		}
	}
	head, _, err := db.Store.Head(t.Context())
	if err != nil || head.N == 0 {
		t.Errorf("got head %v, %v, want events in the log", head, err)
	}
}

func TestSnapshotComparesWithAppendsBefore(t *testing.T) {
	db := storetest.New(t)
	var out bytes.Buffer
	err := bench.Snapshot(t.Context(), &out, bench.Config{
		URL: db.URL, MasterKey: storetest.MasterKey(), Writers: []int{4}, Duration: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	var f bench.Figure
	if err := json.Unmarshal(out.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	if f.Name != "append-snapshot-4" || f.Value <= 0 || f.Ratio <= 0 || !strings.Contains(f.Against, "no open transaction") {
		t.Errorf("got figure %+v, want a rate and its ratio to that without a transaction", f)
	}
}
