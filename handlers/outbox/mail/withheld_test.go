// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// TestNoMailTellsWhatIsWithheld writes an answer while the representation is verified. Its mail waits until the check is corrected, and does not leave
// any more; a question of before the check does.
func TestNoMailTellsWhatIsWithheld(t *testing.T) {
	w := newFixture(t)
	id, open := newID(), tickettest.DeclaredOpenCommand("2026-0001234", "010301")
	open.Problem, open.Requester, open.Form.OnBehalfOf = "altro", ticket.ForDelegator, "Altra Finta"
	w.dispatch(id, person.Actor{Role: person.Anonymous}, open)
	question := w.write(id, ticket.StatusWaiting, "Ci mandi la delega.")
	evidence := ticket.RepresentationEvidence{Seen: "la delega", Act: "delega", Date: "2026-01-07"}
	w.dispatch(id, anna, ticket.CheckRepresentation{Kind: ticket.AsDelegate, Evidence: evidence})
	answer := w.write(id, "", "Il referto è pronto.")
	w.dispatch(id, anna, ticket.CheckRepresentation{Kind: ticket.AsDelegate, Refuse: true, Evidence: ticket.RepresentationEvidence{Reason: "la delega non è firmata"}})
	if state, _ := w.row(w.deliver(id, answer)); state != "void" {
		t.Errorf("the answer: got state %s, want void", state)
	}
	if state, _ := w.row(w.deliver(id, question)); state != "sent" {
		t.Errorf("the question: got state %s, want sent", state)
	}
	w.dispatch(id, anna, ticket.CheckRepresentation{Kind: ticket.AsDelegate, Evidence: evidence})
	if state, _ := w.row(w.deliver(id, answer)); state != "sent" {
		t.Errorf("the answer after a new check: got state %s, want sent", state)
	}
}
