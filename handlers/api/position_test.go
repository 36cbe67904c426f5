// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

func TestAllEndpointsReadPositionsTheSameWay(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	opened := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	calls := map[string]string{"a ticket": "/api/v1/tickets/" + opened.text("id"), "a list": "/api/v1/tickets", "queues": "/api/v1/queues"}
	for name, path := range calls {
		for _, position := range []string{"1.0", opened.text("position")} {
			if a := anna.get(path + "?after=" + position); a.status != 200 {
				t.Errorf("%s after %s: got %s, want 200", name, position, a.raw)
			}
		}
		for _, unreached := range []string{"1.99999", "2.0", "2.1"} {
			anna.get(path+"?after="+unreached).problem(422, "position-ahead")
		}
		for _, nonsense := range []string{"%2B1.%2B1", "1", "0.1", "1.-1", "1.1.1", "x"} {
			anna.get(path+"?after="+nonsense).problem(422, "invalid", `"field":"after"`)
		}
	}
	_, err := w.connectAsOwner().Exec(t.Context(), `update log.allocator set epoch = 2`) // as a restore does
	w.must(err)
	for _, path := range calls {
		anna.get(path+"?after="+opened.text("position")).problem(422, "position-ahead")
	}
}
