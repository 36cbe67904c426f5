// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"testing"

	. "github.com/sol-assistenza/sol/domain/ticket"
)

// The operator who asks, answers or resolves an unassigned ticket gets it. Operators can take any unassigned open ticket.
func TestOperatorOfUnassignedTicket(t *testing.T) {
	asked := []Event{citizenNote(), CitizenAsked{Note: noteID, Status: StatusWaiting}}
	nobody := &AssigneeInput{}
	checkDecisions(t, engine, map[string]decision{
		"who asks": {
			given(opened()), setStatusWith(StatusWaiting, public("parole")), operator,
			then(append(asked, becomes(operator))...),
		},
		"who asks on a page, which sends that nobody is assigned": {
			given(opened()),
			Update{UpdateFields: UpdateFields{Status: StatusWaiting}, Note: public("parole"), Assignee: nobody}, operator,
			then(append(asked, becomes(operator))...),
		},
		"a supervisor who asks": {
			given(opened()), setStatusWith(StatusWaiting, public("parole")), supervisor,
			then(append(asked, becomes(supervisor))...),
		},
		"who asks and assigns a colleague": {
			given(opened()),
			Update{UpdateFields: UpdateFields{Status: StatusWaiting}, Note: public("parole"), Assignee: to(colleague)}, operator,
			then(append(asked, becomes(colleague))...),
		},
		"who asks on a colleague's ticket": {
			given(opened(), taken(colleague)), setStatusWith(StatusWaiting, public("parole")), operator,
			then(asked...),
		},
		"who resolves": {
			given(opened()), setStatusWith(StatusResolved, public("parole")), operator,
			then(citizenNote(), Resolved{Resolution: 1, Note: noteID, EffectFrom: heldUntil, Status: StatusResolved}, becomes(operator)),
		},
		"who writes an internal note": {
			given(opened()), Update{Note: internal("parole")}, operator,
			then(InternalNote{Note: noteID, Entity: torino, Personal: sampleText}),
		},
		"who hands over": {
			given(opened()), setStatusWith(StatusHandedOver, public("parole")), operator,
			then(typedRegionalNote(1, torino), Escalated{Handover: 1, From: torino, Note: noteID, Status: StatusHandedOver}),
		},
		"who takes a ticket in lavorazione that nobody has": {
			given(opened(), resolved(1), reopened()), setStatus(StatusInProgress), operator,
			then(Taken{Assignee: Assignee{Operator: operator.ID}, Status: StatusInProgress}),
		},
		"who takes a ticket that waits for the citizen": {
			given(opened(), citizenAsked("n")), Update{Assignee: to(operator)}, operator,
			then(becomes(operator)),
		},
		"who takes a ticket that waits keeps the question open": {
			given(opened(), taken(colleague), citizenAsked("n")), setStatus(StatusWaiting), operator,
			then(),
		},
	})
}

// Desk case 10: the citizen's answer finds the ticket with the operator who asked from nuovo.
func TestAnswerReachesOperatorWhoAsked(t *testing.T) {
	asked := inOneAct("ask", noon, by(operator, citizenNote(), CitizenAsked{Note: noteID, Status: StatusWaiting}, becomes(operator)))
	s := given(opened(), asked)
	if s.Assignee.Operator != operator.ID || s.Status != StatusWaiting {
		t.Fatalf("got assignee %+v in %s, want the operator who asked", s.Assignee, s.Status)
	}
	events, err := engine.Decide(s, reply(), citizen, noon.AddDate(0, 0, 1))
	then(replied(ReplyAnswer, StatusInProgress))(t, events, err)
}
