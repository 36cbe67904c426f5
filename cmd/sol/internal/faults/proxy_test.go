// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package faults_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/cmd/sol/internal/faults"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestMain(m *testing.M) { storetest.Run(m) }

func TestStalledProxyKeepsConnectionsAndLosesNothing(t *testing.T) {
	p, err := faults.NewProxy(storetest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	conn, err := pgx.Connect(t.Context(), p.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	ask := func() error {
		var one int
		return conn.QueryRow(t.Context(), `select 1`).Scan(&one)
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	p.Stall()
	answered := make(chan error, 1)
	go func() { answered <- ask() }()
	soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := pgx.Connect(soon, p.URL()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("connect by a stalled proxy: got %v, want no answer", err)
	}
	select {
	case err := <-answered:
		t.Errorf("stalled: got an answer (%v), want none", err)
	default:
	}
	p.Restore()
	if err := <-answered; err != nil {
		t.Errorf("restored: got %v, want the answer", err)
	}
	p.Slow(50 * time.Millisecond)
	start := time.Now()
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 100*time.Millisecond {
		t.Errorf("slow: got an answer after %v, want at least 50 ms each way", took)
	}
}
