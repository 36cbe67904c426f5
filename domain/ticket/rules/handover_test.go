// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"

	. "github.com/sol-assistenza/sol/domain/ticket"
)

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
