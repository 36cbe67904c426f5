// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package simulator_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/handlers/outbox/connector/simulator"
)

// The simulator accepts valid data of a person and refuses all other data; it never stores data that it cannot use.
func TestPutAcceptsOnlyValidPeople(t *testing.T) {
	s := simulator.New(simulator.Config{})
	for answer, want := range map[string]int{
		`{"facts": {"found": true}, "evidence": {"identifier": "REF-1"}, "delay": "2s"}`: http.StatusNoContent,
		`{"status": 503}`:            http.StatusNoContent,
		`{"status": 99}`:             http.StatusUnprocessableEntity,
		`{"status": 1000}`:           http.StatusUnprocessableEntity,
		`{"facts": {"fuond": true}}`: http.StatusUnprocessableEntity,
		`{"delay": "soon"}`:          http.StatusUnprocessableEntity,
		`{"fact": {}}`:               http.StatusUnprocessableEntity,
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/_people/RSSMRA85T10A562S", strings.NewReader(answer)))
		if w.Code != want {
			t.Errorf("%s: got %d %s, want %d", answer, w.Code, w.Body, want)
		}
	}
}
