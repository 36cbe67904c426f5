// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	. "github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// TestOnlyForOfEveryEvent names the only readers of every type of event. A new type needs a line here.
func TestOnlyForOfEveryEvent(t *testing.T) {
	author, handover := []ReaderTag{"entity/010301"}, []ReaderTag{"entity/010301", "entity/regione"}
	run := handover
	var everybody []ReaderTag
	want := map[string][]ReaderTag{
		"Opened": everybody, "Assigned": everybody, "Unassigned": everybody, "Taken": everybody,
		"CitizenNote": everybody, "InternalNote": author, "RegionalNote": handover,
		"CitizenAsked": everybody, "Resumed": everybody, "CitizenReplied": everybody,
		"Escalated": everybody, "Recalled": everybody, "Redirected": everybody, "TransferredToSuccessor": everybody,
		"Resolved": everybody, "Discarded": everybody, "MarkedDuplicate": everybody, "Reopened": everybody,
		"ActWithdrawn": everybody, "AutoClosed": everybody, "Reclassified": everybody,
		"PlaybookStarted": run, "CheckAnswered": run, "CheckTried": run, "AnswersForgotten": run, "OutcomeCarriedOut": run, "PlaybookReminded": run,
		"HandoverWarned": everybody, "HandoverBreached": everybody, "PingPongNoticed": everybody, "CitizenReminded": everybody,
		"ContactFailed": everybody, "MailKept": everybody, "LinksRevoked": everybody, "ContactsCorrected": everybody,
		"CitizenInformed": everybody, "ReplyForwarded": everybody, "PersonalDataErased": everybody,
		"FormerViewEnded": author, "AccessRestricted": everybody, "RestrictionLifted": everybody,
		"RepresentationVerified": everybody, "RepresentationRefused": everybody,
	}
	s := State{UndoableState: UndoableState{Entity: to3, Traces: []catalog.EntityCode{torino}, Run: PlaybookRun{N: 1, Entity: torino}}}
	for _, e := range samples() {
		name := reflect.TypeOf(e).Name()
		tags, named := want[name]
		if got := OnlyFor(s, e); !named || !slices.Equal(got, tags) {
			t.Errorf("%s: got %q, want %q", name, got, tags)
		}
	}
}

func TestReadersFollowTheTicket(t *testing.T) {
	facts, escalated := tickettest.OpenedFacts(), tickettest.EscalatedFacts()
	redirected := tickettest.FactsBy(tickettest.Regional, Redirected{Handover: 2, To: to3, Note: noteID, Status: StatusNew})
	for name, c := range map[string]struct {
		state State
		want  []ReaderTag
	}{
		"no ticket": {State{}, nil},
		"opened":    {tickettest.StateAfter(facts), []ReaderTag{CitizenTag(tickettest.CitizenID), "entity/010301"}},
		"opened without an account": {
			tickettest.StateAfter(tickettest.FactsBy(tickettest.Stranger, Opened{Entity: torino, Person: "p1", Status: StatusNew})),
			[]ReaderTag{"entity/010301"},
		},
		"handed over": {
			tickettest.StateAfter(facts, escalated), []ReaderTag{CitizenTag(tickettest.CitizenID), "entity/010301", "entity/regione"},
		},
		"taken back": {
			tickettest.StateAfter(facts, escalated, tickettest.FactsBy(tickettest.Operator, Recalled{Handover: 1, Entity: torino, Status: StatusNew})),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), "entity/010301"},
		},
		"undone": {
			tickettest.StateAfter(facts, tickettest.InOneAct("escalation", noon, escalated),
				tickettest.FactsBy(tickettest.Operator, ActWithdrawn{Act: "escalation", Entity: torino, Status: StatusNew})),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), "entity/010301"},
		},
		"redirected to another ASR": {
			tickettest.StateAfter(facts, escalated, redirected),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), "entity/010203", "entity/010301", "entity/regione"},
		},
		"given to a successor": {
			tickettest.StateAfter(facts, tickettest.FactsBy(tickettest.System, TransferredToSuccessor{From: torino, To: to3})),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), "entity/010203"},
		},
		"accepted by another ASR, thirty days later": {
			tickettest.StateAfter(facts, escalated, redirected, tickettest.FactsBy(tickettest.System, FormerViewEnded{Entity: torino})),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), "entity/010203", "entity/regione", "trace/010301"},
		},
		"back at an ASR whose view had ended": {
			tickettest.StateAfter(facts, escalated, redirected, tickettest.FactsBy(tickettest.System, FormerViewEnded{Entity: torino}),
				tickettest.FactsBy(tickettest.Neighbour, Escalated{Handover: 3, From: to3}), tickettest.FactsBy(tickettest.Regional, Redirected{Handover: 4, To: torino})),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), "entity/010203", "entity/010301", "entity/regione"},
		},
		"restricted": {
			tickettest.StateAfter(facts, tickettest.TakenFacts(tickettest.Operator), tickettest.FactsBy(tickettest.Operator, AccessRestricted{})),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), OperatorTag(torino, tickettest.Operator.ID), "supervisor/010301"},
		},
		"restricted, with nobody": {
			tickettest.StateAfter(facts, tickettest.FactsBy(tickettest.Supervisor, AccessRestricted{})),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), "supervisor/010301"},
		},
		"restricted and handed over": {
			tickettest.StateAfter(facts, tickettest.FactsBy(tickettest.Supervisor, AccessRestricted{}), escalated),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), "supervisor/010301", "supervisor/regione"},
		},
		"restricted and ended": {
			tickettest.StateAfter(facts, escalated, redirected, tickettest.FactsBy(tickettest.System, FormerViewEnded{Entity: torino}),
				tickettest.FactsBy(tickettest.Supervisor, AccessRestricted{})),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), "supervisor/010203", "supervisor/regione", "trace/010301"},
		},
		"opened again": {
			tickettest.StateAfter(facts, tickettest.FactsBy(tickettest.Supervisor, AccessRestricted{}, RestrictionLifted{})),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), "entity/010301"},
		},
		"a duplicate": {
			tickettest.StateAfter(facts, tickettest.FactsBy(tickettest.Operator, MarkedDuplicate{Resolution: 1, Original: id, Status: StatusResolved})),
			[]ReaderTag{CitizenTag(tickettest.CitizenID), "entity/010301"},
		},
		"erased": { // the account stays in the events, and its holder still sees the ticket, without personal data
			tickettest.StateAfter(facts, tickettest.ErasedFacts()), []ReaderTag{CitizenTag(tickettest.CitizenID), "entity/010301"},
		},
	} {
		if got := c.state.Readers(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
