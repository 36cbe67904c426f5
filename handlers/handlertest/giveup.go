// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package handlertest

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// ExpectGivenUp sends a request that waits for a lock in the database with this URL, and closes its connection then. It checks that the request
// log has the request with the status 499, and that nothing is logged as an error.
func ExpectGivenUp(t *testing.T, client *http.Client, r *http.Request, database string, log *storetest.LogBuffer) {
	t.Helper()
	ctx, closeConnection := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		answer, err := client.Do(r.WithContext(ctx)) //nolint:gosec // G704: the test chose the address
		if err == nil {
			_ = answer.Body.Close()
		}
		ended <- err
	}()
	storetest.WaitUntilBlocked(t, database, 1)
	closeConnection()
	if err := <-ended; err == nil {
		t.Error("got an answer, want none")
	}
	storetest.Eventually(t, "the request is logged", func() bool { return strings.Contains(log.String(), `"status":499`) })
	if strings.Contains(log.String(), `"level":"ERROR"`) {
		t.Errorf("got an error in the log: %s", log)
	}
}
