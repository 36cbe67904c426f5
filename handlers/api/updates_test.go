// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

func TestDuplicateIsNamedByItsExactNumber(t *testing.T) {
	w := newFixture(t)
	anna, bruna := w.logIn("anna", person.ASROperator, torino), w.logIn("bruna", person.ASROperator, novara)
	first := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	number := first.text("number")
	about := form(torino)
	about["description"] = "Come per la richiesta " + number
	var last apiResponse
	for range 51 { // more than a page of tickets that a search for the number finds
		last = w.anonymous().post("/api/v1/tickets", about).want(201)
	}
	anna.reached("/api/v1/tickets?limit=1&after=" + last.text("position"))
	again := fields{"duplicate_of": number, "note": public("È la stessa richiesta")}
	anna.update(last.text("id"), again).want(200)
	if got := anna.ticket(last.text("id")).want(200); got.text("duplicate_of") != first.text("id") {
		t.Fatalf("duplicate_of: got %v, want %s", got.at("duplicate_of"), first.text("id"))
	}

	novaraTicket := w.anonymous().post("/api/v1/tickets", form(novara)).want(201)
	bruna.reached("/api/v1/tickets?limit=1&after=" + novaraTicket.text("position"))
	for _, unknown := range []string{number, number[:len(number)-1], "2026-0000000001", "\x00"} { // bruna may not see the first one
		bruna.update(novaraTicket.text("id"), fields{"duplicate_of": unknown, "note": public("x")}).problem(422, "invalid", `"field":"duplicate_of"`)
	}
}
