// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// Tickets are no duplicates of each other, directly or in a circle: all would be resolved, and nobody would work on any.
func TestDuplicatesFormNoCircle(t *testing.T) {
	s := newService(t)
	tickets := []ticket.ID{s.open(), s.open(), s.open()}
	mark := func(id, main ticket.ID) error {
		_, err := s.App.Update(t.Context(), s.anna, id, app.UpdateRequest{
			DuplicateOf: string(main), Note: &app.NoteRequest{Text: "La seguiamo lì", Visibility: ticket.Public},
		}, app.Idempotency{})
		return err
	}
	for n, id := range tickets[:2] {
		if err := mark(id, tickets[n+1]); err != nil {
			t.Fatal(err)
		}
		var invalid *ticket.InvalidError
		if err := mark(tickets[n+1], tickets[0]); !errors.As(err, &invalid) || invalid.Fields[0].Reason.Code != refusal.DuplicateLoop {
			t.Errorf("ticket %d as a duplicate of the first: got %v, want refusal %s", n+2, err, refusal.DuplicateLoop)
		}
	}
	if err := mark(s.open(), tickets[0]); err != nil {
		t.Errorf("a duplicate of a duplicate: %v", err)
	}
}
