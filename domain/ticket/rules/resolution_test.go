// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"testing"

	. "github.com/sol-assistenza/sol/domain/ticket"
)

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
			then(Resolved{Resolution: 2, EffectFrom: noon, Status: StatusResolved}, becomes(operator)),
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
			Update{DuplicateOf: &OriginalTicket{Ticket: "other", Person: "p1"}, Note: public("parole")}, operator,
			then(
				citizenNote(),
				MarkedDuplicate{Resolution: 1, Original: "other", Note: noteID, EffectFrom: heldUntil, Status: StatusResolved},
				becomes(operator),
			),
		},
		"the original must be of the same citizen": {
			given(opened()),
			Update{DuplicateOf: &OriginalTicket{Ticket: "other", Person: "p2"}, Note: public("parole")}, operator,
			invalidFields("duplicate_of"),
		},
		"two tickets without a tax code are not known to be of the same citizen": {
			given(by(citizen, Opened{Service: "assistenza-online", Entity: torino, Status: StatusNew})),
			Update{DuplicateOf: &OriginalTicket{Ticket: "other"}, Note: public("parole")}, operator,
			invalidFields("duplicate_of"),
		},
		"a courtesy does not reopen": {
			given(opened(), resolved(1)),
			Reply{ID: "r", Text: "parole", Courtesy: true}, citizen,
			then(replied(ReplyMessage, StatusResolved)),
		},
	})
}
