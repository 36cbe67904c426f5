// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/handlertest"
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
			r, err := http.NewRequestWithContext(t.Context(), c.method, w.server.Address+"/api/v1/tickets/"+id+c.path, nil)
			w.must(err)
			r.Header.Set("Authorization", "Bearer "+anna.token)
			handlertest.ExpectGivenUp(t, http.DefaultClient, r, w.database, w.log)
			w.must(tx.Rollback(context.WithoutCancel(t.Context())))
		})
	}
}
