// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// A page that was given up because its browser closed the connection is in the request log with the status 499, and nothing is logged as
// an error.
func TestPageOfABrowserThatHasGoneIsNoError(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, "010301")
	conn, err := pgx.Connect(t.Context(), w.Database)
	w.must(err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	tx, err := conn.Begin(t.Context())
	w.must(err)
	_, err = tx.Exec(t.Context(), `lock table identity.sessions`)
	w.must(err)
	ctx, closeConnection := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.server.Address+"/code/nuove", nil)
	w.must(err)
	ended := make(chan error, 1)
	go func() {
		answer, err := anna.client.Do(r)
		if err == nil {
			_ = answer.Body.Close()
		}
		ended <- err
	}()
	storetest.WaitUntilBlocked(t, w.Database, 1)
	closeConnection()
	if err := <-ended; err == nil {
		t.Error("got an answer, want none")
	}
	w.eventually("the request is logged", func() bool { return strings.Contains(w.log.String(), `"status":499`) })
	if strings.Contains(w.log.String(), `"level":"ERROR"`) {
		t.Errorf("got an error in the log: %s", w.log)
	}
}
