// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
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
			given(opened(), citizenAsked("n")),
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
		"a courtesy does not end the wait": {
			given(opened(), citizenAsked("n")),
			Reply{ID: "r", Text: "parole", Courtesy: true}, citizen,
			then(replied(ReplyMessage, StatusWaiting)),
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

func TestResolution(t *testing.T) { // FAQ 2.5
	no, yes := false, true
	checkDecisions(t, engine, map[string]decision{
		"an operator resolves the ticket": {
			given(opened(), taken(operator)),
			setStatusWith(StatusResolved, public("parole")), operator,
			then(citizenNote(), Resolved{Resolution: 1, Note: noteID, EffectFrom: heldUntil, Status: StatusResolved}),
		},
		"a resolution needs a note": {
			given(opened(), taken(operator)),
			setStatus(StatusResolved), operator,
			invalidFields("note"),
		},
		"a reopened ticket is resolved without a note": {
			given(opened(), resolved(1), reopened()),
			setStatus(StatusResolved), operator,
			then(Resolved{Resolution: 2, EffectFrom: noon, Status: StatusResolved}),
		},
		"an operator of another entity cannot learn that the ticket exists": {
			given(opened(), resolved(1)),
			setStatus(StatusClosed), neighbour,
			notVisible(),
		},
		"a person cannot close the ticket": {
			given(opened(), resolved(1)),
			setStatus(StatusClosed), supervisor,
			refuses(func(e *NotAllowedError) bool { return e.Move == MoveClose }),
		},
		"the system closes the ticket": {
			given(opened(), resolved(1)),
			Close{Resolution: 1}, system,
			then(AutoClosed{Resolution: 1, Status: StatusClosed}),
		},
		"a supervisor cannot close a resolution": {
			given(opened(), resolved(1)),
			Close{Resolution: 1}, supervisor,
			forbidden(),
		},
		"a timer does not close a later resolution": {
			given(opened(), resolved(1), reopened(), resolved(2)),
			Close{Resolution: 1}, system,
			notAllowed(MoveClose, StatusResolved),
		},
		"a timer does not close a reopened ticket": {
			given(opened(), resolved(1), reopened()),
			Close{Resolution: 1}, system,
			notAllowed(MoveClose, StatusInProgress),
		},
		"«not solved» reopens for the assignee": {
			given(opened(), taken(operator), resolved(1)),
			Reply{ID: "r", Text: "parole", Solved: &no}, citizen,
			then(
				replied(ReplyNotSolved, StatusResolved),
				Reopened{Assignee: Assignee{Operator: operator.ID}, Status: StatusInProgress},
			),
		},
		"a reply to a resolution reopens": {
			given(opened(), resolved(1)),
			reply(), citizen,
			then(replied(ReplyNotSolved, StatusResolved), Reopened{Status: StatusInProgress}),
		},
		"a reply to a held resolution is an answer and reopens": {
			given(
				opened(),
				inOneAct(
					"resolve",
					noon,
					by(
						operator,
						CitizenNote{Note: noteID, VisibleFrom: heldUntil},
						Resolved{Resolution: 1, Note: noteID, EffectFrom: heldUntil, Status: StatusResolved},
					),
				),
			),
			reply(), citizen,
			then(replied(ReplyAnswer, StatusResolved), Reopened{Status: StatusInProgress}),
		},
		"«only a message» does not reopen": {
			given(opened(), resolved(1)),
			Reply{ID: "r", Text: "parole", Solved: &yes}, citizen,
			then(replied(ReplyMessage, StatusResolved)),
		},
		"a closed ticket cannot be resumed": {
			given(opened(), resolved(1), closed(1)),
			setStatusFor(StatusInProgress, "parole"), operator,
			notAllowed(MoveResume, StatusClosed),
		},
		"a closed ticket takes no note": {
			given(opened(), resolved(1), closed(1)),
			Update{Note: internal("parole")}, operator,
			notAllowed(MoveNote, StatusClosed),
		},
		"a closed ticket takes no reply": {
			given(opened(), resolved(1), closed(1)),
			reply(), citizen,
			notAllowed(MoveAnswer, StatusClosed),
		},
		"an operator reopens the ticket": {
			given(opened(), resolved(1)),
			setStatusFor(StatusInProgress, "parole"), operator,
			then(Reopened{Status: StatusInProgress, Personal: sampleText}),
		},
		"reopening needs a reason": {
			given(opened(), resolved(1)),
			setStatus(StatusInProgress), operator,
			invalidFields("reason"),
		},
		"a supervisor discards spam": {
			given(opened()),
			setStatusFor(StatusResolved, "spam"), supervisor,
			then(Discarded{Resolution: 1, Why: Spam, EffectFrom: noon, Status: StatusResolved}),
		},
		"an operator cannot discard": {
			given(opened()),
			setStatusFor(StatusResolved, "spam"), operator,
			forbidden(),
		},
		"an operator marks a duplicate": {
			given(opened()),
			Update{DuplicateOf: &OriginalTicket{Ticket: "other", Subject: "s1"}, Note: public("parole")}, operator,
			then(
				citizenNote(),
				MarkedDuplicate{Resolution: 1, Original: "other", Note: noteID, EffectFrom: heldUntil, Status: StatusResolved},
			),
		},
		"the original must be of the same citizen": {
			given(opened()),
			Update{DuplicateOf: &OriginalTicket{Ticket: "other", Subject: "s2"}, Note: public("parole")}, operator,
			invalidFields("duplicate_of"),
		},
		"a courtesy does not reopen": {
			given(opened(), resolved(1)),
			Reply{ID: "r", Text: "parole", Courtesy: true}, citizen,
			then(replied(ReplyMessage, StatusResolved)),
		},
	})
}

func TestHandover(t *testing.T) { // FAQ 2.6
	traced := given(opened(), taken(operator), escalated())
	checkDecisions(t, engine, map[string]decision{
		"an operator hands over": {
			given(opened(), taken(operator)),
			setStatusWith(StatusHandedOver, public("parole")), operator,
			then(typedRegionalNote(1, torino), Escalated{Handover: 1, From: torino, Note: noteID, Status: StatusHandedOver}),
		},
		"a hand-over needs a note": {
			given(opened()),
			setStatus(StatusHandedOver), operator,
			invalidFields("note"),
		},
		"the Region cannot hand over to itself": {
			given(opened(), escalated(), taken(regional)),
			setStatusWith(StatusHandedOver, public("parole")), regional,
			forbidden(),
		},
		"an ASR with a trace cannot write a note": {
			traced,
			Update{Note: public("parole")}, operator,
			forbidden(),
		},
		"another ASR does not see the ticket": {
			traced,
			Update{Note: public("parole")}, neighbour,
			notVisible(),
		},
		"the Region takes the ticket": {
			traced,
			setStatus(StatusInProgress), regional,
			then(Taken{Assignee: Assignee{Operator: regional.ID}, Status: StatusInProgress}),
		},
		"the ASR recalls the ticket for its former assignee": {
			traced,
			setStatusFor(StatusInProgress, "parole"), colleague,
			then(Recalled{
				Handover: 1,
				Entity:   torino,
				Assignee: Assignee{Operator: operator.ID},
				Status:   StatusInProgress,
				Personal: sampleText,
			}),
		},
		"a recall needs a reason": {traced, setStatus(StatusInProgress), colleague, invalidFields("reason")},
		"a ticket that the Region took cannot be recalled": {
			given(opened(), taken(operator), escalated(), taken(regional)),
			setStatusFor(StatusInProgress, "parole"), colleague,
			forbidden(),
		},
		"the ASR sends the Region a message": {
			traced,
			Update{Note: note(Regional, "parole")}, operator,
			then(typedRegionalNote(1, torino)),
		},
		"a regional message needs a hand-over": {
			given(by(citizen, Opened{Entity: catalog.Region, Status: StatusNew})),
			Update{Note: note(Regional, "parole")}, regional,
			forbidden(),
		},
		"the ASR cannot reopen a resolution of the Region": {
			given(opened(), taken(operator), escalated(), by(regional, Resolved{Resolution: 1, Status: StatusResolved})),
			setStatusFor(StatusInProgress, "parole"), operator,
			forbidden(),
		},
		"the Region sends the ASR a message": {
			traced,
			Update{Note: note(Regional, "parole")}, regional,
			then(typedRegionalNote(1, torino)),
		},
		"the Region redirects to another ASR": {
			traced,
			Update{UpdateFields: UpdateFields{Entity: to3}, Note: public("parole")}, regional,
			then(
				typedRegionalNote(2, to3),
				Redirected{Handover: 2, To: to3, Assignee: Assignee{}, Note: noteID, Status: StatusNew},
			),
		},
		"the Region redirects to the former assignee": {
			traced,
			Update{UpdateFields: UpdateFields{Entity: torino}, Note: public("parole")}, regional,
			then(
				typedRegionalNote(2, torino),
				Redirected{
					Handover: 2,
					To:       torino,
					Assignee: Assignee{Operator: operator.ID},
					Note:     noteID,
					Status:   StatusNew,
				},
			),
		},
		"a redirect needs a note": {
			traced,
			Update{UpdateFields: UpdateFields{Entity: to3}}, regional,
			invalidFields("note"),
		},
		"a redirect needs a known entity": {
			traced,
			Update{UpdateFields: UpdateFields{Entity: "999999"}, Note: public("parole")}, regional,
			invalidFields("entity"),
		},
		"an ASR cannot redirect": {
			given(opened()),
			Update{UpdateFields: UpdateFields{Entity: to3}, Note: public("parole")}, operator,
			forbidden(),
		},
		"a reply during a hand-over leaves the status": {
			traced,
			reply(), citizen,
			then(replied(ReplyAnswer, StatusHandedOver)),
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
			then(citizenNote()),
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
			then(Resolved{Resolution: 1, EffectFrom: noon, Status: StatusResolved}),
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
				DuplicateOf: &OriginalTicket{Ticket: "other", Subject: "s1"},
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

func TestUndo(t *testing.T) {
	asked := inOneAct("ask", noon,
		by(operator, CitizenNote{Note: noteID, VisibleFrom: heldUntil}, CitizenAsked{Note: noteID, Status: StatusWaiting}))
	handed := heldHandover()
	withdrawn := func(act ID) Event {
		return ActWithdrawn{Act: act, Notes: []ID{noteID}, Service: "ritiro-documenti", Problem: "referto-non-trovato",
			Entity: torino, Assignee: Assignee{Operator: operator.ID}, Status: StatusInProgress}
	}
	for name, c := range map[string]struct {
		given State
		by    person.Actor
		at    time.Time
		then  expectation
	}{
		"an act can be undone while its note is held": {
			given(opened(), taken(operator), asked),
			operator, heldUntil.Add(-time.Microsecond),
			then(withdrawn("ask")),
		},
		"a hand-over can be undone while its note is held": {
			given(opened(), taken(operator), handed),
			operator, noon,
			then(withdrawn("hand")),
		},
		"an act cannot be undone once its note is visible": {
			given(opened(), taken(operator), asked),
			operator, heldUntil,
			notAllowed(MoveUndo, StatusWaiting),
		},
		"the act of a colleague cannot be undone": {
			given(opened(), taken(operator), asked),
			colleague, noon,
			notAllowed(MoveUndo, StatusWaiting),
		},
		"an act cannot be undone from another placement": {
			given(opened(), taken(operator), asked),
			person.Actor{ID: operator.ID, Role: person.ASROperator, Entity: to3}, noon,
			notVisible(),
		},
		"an act cannot be undone after a reply": {
			given(opened(), taken(operator), asked, by(citizen, CitizenReplied{Status: StatusInProgress})),
			operator, noon,
			notAllowed(MoveUndo, StatusInProgress),
		},
		"an act without a note cannot be undone": {
			given(opened(), taken(operator)),
			operator, noon,
			notAllowed(MoveUndo, StatusInProgress),
		},
		"an undo cannot be undone": {
			given(opened(), taken(operator), asked, by(operator, withdrawn("ask"))),
			operator, noon,
			notAllowed(MoveUndo, StatusInProgress),
		},
		"a citizen cannot undo": {
			given(opened(), by(citizen, CitizenReplied{Status: StatusNew})),
			citizen, noon,
			forbidden(),
		},
		"an operator of another entity does not see the ticket": {
			given(opened(), taken(operator), asked),
			neighbour, noon,
			notVisible(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := engine.Decide(c.given, Undo{}, c.by, c.at)
			c.then(t, events, err)
		})
	}
}

func TestUndoRestoresState(t *testing.T) {
	before := given(opened(), taken(operator))
	handed := heldHandover()
	undone := given(opened(), taken(operator), handed, by(operator, ActWithdrawn{Act: "hand"}))
	if !reflect.DeepEqual(undone.UndoableState, before.UndoableState) {
		t.Fatalf("got\n %+v\nwant\n %+v", undone.UndoableState, before.UndoableState)
	}
	if undone.Handovers != 1 {
		t.Fatalf("got %d hand-overs, want 1: a withdrawn hand-over keeps its number", undone.Handovers)
	}
}
