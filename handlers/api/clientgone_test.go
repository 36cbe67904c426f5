// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestRequestsOfClientsWhoHaveGoneAreNoErrors: a request that was given up because its client closed the connection is in the request log
// with the status 499, and nothing is logged as an error: neither a command that waits for its commit nor a read that waits for a session.
func TestRequestsOfClientsWhoHaveGoneAreNoErrors(t *testing.T) {
	for name, c := range map[string]struct{ method, path, lock string }{
		"command": {http.MethodPost, "/undo", `select from log.allocator for update`},
		"read":    {http.MethodGet, "", `lock table identity.sessions`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			anna := w.logIn("anna", person.ASROperator, torino)
			id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
			anna.update(id, fields{"note": public("Testo")}).want(200)
			tx, err := w.connectAsOwner().Begin(t.Context())
			w.must(err)
			_, err = tx.Exec(t.Context(), c.lock)
			w.must(err)
			ctx, closeConnection := context.WithCancel(t.Context())
			r, err := http.NewRequestWithContext(ctx, c.method, w.server.Address+"/api/v1/tickets/"+id+c.path, nil)
			w.must(err)
			r.Header.Set("Authorization", "Bearer "+anna.token)
			ended := make(chan error, 1)
			go func() {
				answer, err := http.DefaultClient.Do(r)
				if err == nil {
					_ = answer.Body.Close()
				}
				ended <- err
			}()
			storetest.WaitUntilBlocked(t, w.database, 1)
			closeConnection()
			if err := <-ended; err == nil {
				t.Error("got an answer, want none")
			}
			w.eventually("the request is logged", func() bool { return strings.Contains(w.log.String(), `"status":499`) })
			if strings.Contains(w.log.String(), `"level":"ERROR"`) {
				t.Errorf("got an error in the log: %s", w.log)
			}
			w.must(tx.Rollback(context.WithoutCancel(t.Context())))
		})
	}
}
