// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
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
	output, ended := &storetest.LogBuffer{}, make(chan int, 1)
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

// TestAnOrderlyStopLogsNoError stops a server by SIGTERM, twice, while people open tickets, write notes and follow live updates.
// Its log holds no record of level ERROR.
func TestAnOrderlyStopLogsNoError(t *testing.T) {
	t.Parallel()
	i := newInstallation(t, "SOL_LOG=json,info", "SOL_HOLD=0s", "SOL_AUTO_CLOSE_AFTER=1s")
	var operator demo.Identity
	for round := range 2 {
		s := i.serve()
		if round == 0 {
			operator = i.addUser("mela.prova", "supervisore_asr", "010301")
		}
		stop := make(chan struct{})
		load := &ticketLoad{by: apiClient{t: t, base: "http://" + i.address}, opened: map[int]string{}}
		load.tried.Store(int64(round) * 1_000_000) // keys that no other round has
		var people sync.WaitGroup
		people.Go(func() { load.run(stop) })
		for range 4 {
			by := load.by.login(operator)
			people.Go(func() { workUntil(stop, by) })
		}
		s.waitFor("40 tickets are acknowledged", func() bool { return load.acknowledged() >= 40 })
		code := s.stop()
		close(stop)
		people.Wait()
		if code != 0 {
			t.Errorf("got exit code %d, want 0", code)
		}
		for line := range strings.Lines(s.output.String()) {
			var record struct{ Level string }
			if err := json.Unmarshal([]byte(line), &record); err != nil || record.Level == "ERROR" {
				t.Errorf("round %d: got log line %s", round, line)
			}
		}
	}
}

// addUser creates an account with one placement, beside the server.
func (i *installation) addUser(username, role, entity string) demo.Identity {
	i.t.Helper()
	generated := i.run("user", "add", username, "--given-name", "Mela", "--family-name", "Prova", "--role", role, "--entity", entity,
		"--generate", "--permanent")
	fields := strings.Fields(generated) // password P PIN N added …
	return demo.Identity{Username: username, Password: fields[1], PIN: fields[3], Role: person.Role(role), Entity: catalog.EntityCode(entity)}
}

// workUntil resolves new tickets of the operator's queue and follows live updates until stop is closed. It ignores errors: the server
// stops meanwhile.
func workUntil(stop <-chan struct{}, by apiClient) {
	ctx, cancel := context.WithCancel(by.t.Context())
	defer cancel()
	var streaming sync.WaitGroup
	defer streaming.Wait()
	streaming.Go(func() { by.followStream(ctx) })
	for n := 0; ; n++ {
		select {
		case <-stop:
			cancel()
			return
		default:
		}
		listed, err := by.request(http.MethodGet, "/api/v1/tickets?queue=nuove&limit=20", nil)
		if err != nil {
			continue
		}
		items, _ := listed.body["items"].([]any)
		for _, item := range items {
			id, _ := item.(map[string]any)["id"].(string)
			_, _ = by.request(http.MethodPost, "/api/v1/tickets/"+id+"/updates", publicNoteBody("risolto", fmt.Sprintf("Fatto (%d).", n)))
		}
	}
}

// followStream reads live updates until the server or ctx ends them.
func (c apiClient) followStream(ctx context.Context) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/api/v1/stream", nil)
	if err != nil {
		c.t.Error(err)
		return
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return // the server has stopped
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, response.Body) // the end of the stream is the end of the server
}
