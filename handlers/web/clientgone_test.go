// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// A page that was given up because its browser closed the connection is in the request log with the status 499, and nothing is logged as
// an error.
func TestPageOfABrowserThatHasGoneIsNoError(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, "010301")
	tx, err := storetest.Connect(t, w.Database).Begin(t.Context())
	w.must(err)
	_, err = tx.Exec(t.Context(), `lock table identity.sessions`)
	w.must(err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.Address+"/code/nuove", nil)
	w.must(err)
	handlertest.ExpectGivenUp(t, anna.client, r, w.Database, w.log)
}
