// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestServeLeavesNothing runs the server in this process: it answers 503 until it is ready, and none of its goroutines is left after the
// stop.
func TestServeLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	i := newInstallation(t)
	env := map[string]string{"SOL_DATA_DIR": i.dir, "SOL_ADDR": i.address, "SOL_LOG": "json,debug"}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	output, ended := &outputBuffer{}, make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve"}, func(name string) string { return env[name] }, output, output)
	}()
	var seen []int
	deadline, tick := time.After(waitTimeout), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for len(seen) == 0 || seen[len(seen)-1] != http.StatusOK {
		select {
		case <-tick.C:
		case code := <-ended:
			t.Fatalf("got exit code %d before it answered: %s", code, output)
		case <-deadline:
			t.Fatalf("got no 200 within %s: statuses %v, %s", waitTimeout, seen, output)
		}
		if response, err := http.Get("http://" + i.address + "/status"); err == nil {
			seen = append(seen, response.StatusCode)
			_ = response.Body.Close()
		}
	}
	if seen[0] != http.StatusServiceUnavailable {
		t.Errorf("first response: got status %d, want 503", seen[0])
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("got exit code %d, want 0: %s", code, output)
	}
	http.DefaultClient.CloseIdleConnections()
	if err := storetest.Leaks(before); err != nil {
		t.Error(err)
	}
}
