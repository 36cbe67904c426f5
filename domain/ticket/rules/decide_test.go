// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"testing"

	. "github.com/sol-assistenza/sol/domain/ticket"
)

func TestAssignment(t *testing.T) { // FAQ 2.3
	checkDecisions(t, engine, map[string]decision{
		"an operator takes the ticket": {
			given(opened()),
			setStatus(StatusInProgress), operator,
			then(Taken{Assignee: Assignee{Operator: operator.ID}, Status: StatusInProgress}),
		},
		"an operator assigns a colleague": {
			given(opened()),
			Update{Assignee: to(colleague)}, operator,
			then(Assigned{Assignee: Assignee{Operator: colleague.ID}}),
		},
		"an operator starts work for a colleague": {
			given(opened()),
			Update{UpdateFields: UpdateFields{Status: StatusInProgress}, Assignee: to(colleague)}, operator,
			then(Taken{Assignee: Assignee{Operator: colleague.ID}, Status: StatusInProgress}),
		},
		"an operator assigns the supervisors": {
			given(opened()),
			Update{Assignee: &AssigneeInput{Supervisors: true}}, operator,
			then(Assigned{Assignee: Assignee{Supervisors: true}}),
		},
		"an operator of another entity cannot be assigned": {
			given(opened()),
			Update{Assignee: to(neighbour)}, operator,
			invalidFields("assignee"),
		},
		"an operator without an entity cannot be assigned": {
			given(opened()),
			Update{Assignee: &AssigneeInput{Operator: "x"}}, operator,
			invalidFields("assignee"),
		},
		"assigning the present assignee changes nothing": {
			given(opened(), taken(operator)),
			Update{Assignee: to(operator)}, colleague,
			then(),
		},
		"an operator removes the assignee": {
			given(opened(), taken(operator)),
			Update{Assignee: &AssigneeInput{}}, colleague,
			then(Unassigned{}),
		},
		"the Region in the menu hands over": {
			given(opened()),
			Update{Assignee: &AssigneeInput{Region: true}, Note: public("parole")}, operator,
			then(typedRegionalNote(1, torino), Escalated{Handover: 1, From: torino, Note: noteID, Status: StatusHandedOver}),
		},
		"the Region in the menu needs a note": {
			given(opened()),
			Update{Assignee: &AssigneeInput{Region: true}}, operator,
			invalidFields("note"),
		},
	})
}

func TestQuestions(t *testing.T) { // FAQ 2.4
	checkDecisions(t, engine, map[string]decision{
		"an operator asks the citizen": {
			given(opened(), taken(operator)),
			setStatusWith(StatusWaiting, public("parole")), operator,
			then(citizenNote(), CitizenAsked{Note: noteID, Status: StatusWaiting}),
		},
		"a second question restarts the wait": {
			given(opened(), taken(operator), citizenAsked("n")),
			setStatusWith(StatusWaiting, public("parole")), operator,
			then(citizenNote(), CitizenAsked{Note: noteID, Status: StatusWaiting}),
		},
		"an internal note asks nothing": {
			given(opened(), citizenAsked("n")),
			setStatusWith(StatusWaiting, internal("parole")), operator,
			then(InternalNote{Note: noteID, Entity: torino, Personal: sampleText}),
		},
		"a question needs a note": {given(opened()), setStatus(StatusWaiting), operator, invalidFields("note")},
		"a question needs a public note": {
			given(opened()),
			setStatusWith(StatusWaiting, internal("parole")), operator,
			invalidFields("note"),
		},
		"an answer ends the wait": {
			given(opened(), citizenAsked("n")),
			reply(), citizen,
			then(replied(ReplyAnswer, StatusInProgress)),
		},
		"an answer by the personal link ends the wait": {
			given(opened(), citizenAsked("n")),
			reply(), linkHolder,
			then(replied(ReplyAnswer, StatusInProgress)),
		},
		"a reply to a new ticket leaves the status": {
			given(opened()),
			reply(), citizen,
			then(replied(ReplyAnswer, StatusNew)),
		},
		"a courtesy answers a question": {
			given(opened(), citizenAsked("n")),
			Reply{ID: "r", Text: "parole", Courtesy: true}, citizen,
			then(replied(ReplyAnswer, StatusInProgress)),
		},
		"an answer needs a text":                  {given(opened()), Reply{ID: "r"}, citizen, invalidFields("text")},
		"another citizen does not see the ticket": {given(opened()), reply(), stranger, notVisible()},
		"resuming needs a reason": {
			given(opened(), citizenAsked("n")),
			setStatus(StatusInProgress), operator,
			invalidFields("reason"),
		},
		"an operator resumes work": {
			given(opened(), citizenAsked("n")),
			setStatusFor(StatusInProgress, "parole"), operator,
			then(Resumed{Status: StatusInProgress, Personal: sampleText}),
		},
	})
}

func TestOtherCommands(t *testing.T) {
	checkDecisions(t, engine, map[string]decision{
		"an update without fields is refused": {given(opened()), Update{}, operator, invalidFields("status")},
		"the present status changes nothing":  {given(opened()), setStatus(StatusNew), operator, then()},
		"an unknown status is refused": {
			given(opened()),
			Update{UpdateFields: UpdateFields{Status: "aperto"}}, operator,
			invalidFields("status"),
		},
		"an operator writes an internal note": {
			given(opened()),
			Update{Note: internal("parole")}, operator,
			then(InternalNote{Note: noteID, Entity: torino, Personal: sampleText}),
		},
		"an operator writes a public note": {
			given(opened()),
			Update{Note: public("parole")}, operator,
			then(citizenNote(), becomes(operator)),
		},
		"a note needs a text": {
			given(opened()),
			Update{Note: public("  ")}, operator,
			invalidFields("note.text"),
		},
		"an operator changes the problem": {
			given(opened()),
			Update{UpdateFields: UpdateFields{Problem: "mancato-pagamento"}}, operator,
			then(Reclassified{Service: "ritiro-documenti", Problem: "mancato-pagamento"}),
		},
		"an unknown problem is refused": {
			given(opened()),
			Update{UpdateFields: UpdateFields{Problem: "x"}}, operator,
			invalidFields("problem"),
		},
		"a ticket of a ceased entity goes to the successor": {
			given(opened(), taken(operator)),
			TransferToSuccessor{From: torino, To: to3}, system,
			then(TransferredToSuccessor{From: torino, To: to3}, Unassigned{}),
		},
		"a ticket of another entity stays when an entity ceases": {
			given(opened()),
			TransferToSuccessor{From: to3, To: torino}, system,
			then(),
		},
		"a ticket loses the assignee whose placement ended": {
			given(opened(), taken(operator)),
			Release{Operator: operator.ID}, system,
			then(Unassigned{}),
		},
		"a ticket keeps an assignee when another placement ended": {
			given(opened(), taken(operator)),
			Release{Operator: colleague.ID}, system,
			then(),
		},
		"an administrator erases the personal data": {
			given(opened()),
			Erase{}, administrator,
			then(PersonalDataErased{}),
		},
		"a second erasure changes nothing": {given(opened(), erased()), Erase{}, administrator, then()},
		"a supervisor cannot erase":        {given(opened()), Erase{}, supervisor, forbidden()},
		"an erased ticket can be discarded": {
			given(opened(), erased()),
			setStatusFor(StatusResolved, "prova"), supervisor,
			then(Discarded{Resolution: 1, Why: TestOnly, EffectFrom: noon, Status: StatusResolved}),
		},
		"an erased ticket can be resolved without a note": {
			given(opened(), erased()),
			setStatus(StatusResolved), operator,
			then(Resolved{Resolution: 1, EffectFrom: noon, Status: StatusResolved}, becomes(operator)),
		},
		"an erased ticket can be taken": {
			given(opened(), erased()),
			setStatus(StatusInProgress), operator,
			then(Taken{Assignee: Assignee{Operator: operator.ID}, Status: StatusInProgress}),
		},
		"the citizen of an erased ticket cannot be asked": {
			given(opened(), erased()),
			setStatus(StatusWaiting), operator,
			notAllowed(MoveAsk, StatusNew),
		},
		"an assignment takes no reason": {
			given(opened()),
			Update{Assignee: to(colleague), UpdateFields: UpdateFields{Reason: "ferie"}}, operator,
			invalidFields("reason"),
		},
		"a resolution with a note takes no reason": {
			given(opened()),
			Update{UpdateFields: UpdateFields{Status: StatusResolved, Reason: "perché"}, Note: public("parole")}, operator,
			invalidFields("reason"),
		},
		"spam takes no note to the citizen": {
			given(opened()),
			Update{UpdateFields: UpdateFields{Status: StatusResolved, Reason: "spam"}, Note: public("parole")}, supervisor,
			invalidFields("reason"),
		},
		"a duplicate cannot be handed over in the same update": {
			given(opened()),
			Update{
				DuplicateOf: &OriginalTicket{Ticket: "other", Person: "p1"},
				Assignee:    &AssigneeInput{Region: true},
				Note:        public("parole"),
			}, operator,
			invalidFields("duplicate_of"),
		},
		"taking needs an assignee": {
			given(opened()),
			Update{UpdateFields: UpdateFields{Status: StatusInProgress}, Assignee: &AssigneeInput{}}, operator,
			invalidFields("assignee"),
		},
		"a ticket that a colleague took cannot be taken": {
			given(opened(), taken(operator)),
			setStatus(StatusInProgress), colleague,
			notAllowed(MoveTake, StatusInProgress),
		},
		"taking a ticket twice changes nothing": {
			given(opened(), taken(operator)),
			setStatus(StatusInProgress), operator,
			then(),
		},
		"an erased ticket takes no note": {
			given(opened(), erased()),
			Update{Note: public("parole")}, operator,
			notAllowed(MoveNote, StatusNew),
		},
		"a ticket that does not exist is not visible": {
			State{},
			setStatus(StatusInProgress), operator,
			notVisible(),
		},
	})
}
