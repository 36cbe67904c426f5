// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	. "github.com/sol-assistenza/sol/domain/ticket"
	. "github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// A test of the rules reads: given facts, when an actor gives a command, then events or a refusal. Actors and facts are those of
// package tickettest under short names.

const (
	torino      = tickettest.Torino
	to3         = tickettest.TO3
	id          = tickettest.TicketID
	noteID      = tickettest.NoteID
	outcomeNote = tickettest.OutcomeNoteID
)

var (
	noon       = tickettest.Noon
	heldUntil  = tickettest.HeldUntil
	engine     = tickettest.EngineWithoutPlaybooks
	sampleText = &Text{Text: "parole"}

	operator      = tickettest.Operator
	colleague     = tickettest.Colleague
	supervisor    = tickettest.Supervisor
	neighbour     = tickettest.Neighbour
	regional      = tickettest.Regional
	citizen       = tickettest.Citizen
	stranger      = tickettest.Stranger
	linkHolder    = tickettest.LinkHolder
	system        = tickettest.System
	administrator = tickettest.Administrator

	given         = tickettest.StateAfter
	by            = tickettest.FactsBy
	inOneAct      = tickettest.InOneAct
	opened        = tickettest.OpenedFacts
	taken         = tickettest.TakenFacts
	citizenAsked  = tickettest.AskedFacts
	escalated     = tickettest.EscalatedFacts
	resolved      = tickettest.ResolvedFacts
	reopened      = tickettest.ReopenedFacts
	closed        = tickettest.ClosedFacts
	reclassified  = tickettest.ReclassifiedFacts
	erased        = tickettest.ErasedFacts
	runStarted    = tickettest.RunStartedFacts
	checkAnswered = tickettest.AnswerEvent
	to            = tickettest.AssignTo
)

// setStatus returns the update that asks for a status.
func setStatus(s Status) Update { return Update{UpdateFields: UpdateFields{Status: s}} }

// setStatusFor returns the update that asks for a status and names a reason.
func setStatusFor(s Status, reason string) Update {
	return Update{UpdateFields: UpdateFields{Status: s, Reason: reason}}
}

// setStatusWith returns the update that asks for a status and writes a note.
func setStatusWith(s Status, n *NoteInput) Update {
	return Update{UpdateFields: UpdateFields{Status: s}, Note: n}
}

// becomes returns the event by which an actor becomes the operator of an unassigned ticket.
func becomes(a person.Actor) Assigned { return Assigned{Assignee: Assignee{Operator: a.ID}} }

// note returns the note of a command.
func note(v Visibility, text string) *NoteInput {
	return &NoteInput{ID: noteID, Text: text, Visibility: v}
}

func public(text string) *NoteInput   { return note(Public, text) }
func internal(text string) *NoteInput { return note(Internal, text) }

// reply returns the citizen's reply.
func reply() Reply { return Reply{ID: "r", Text: "parole"} }

// replied returns the event of reply.
func replied(k ReplyKind, s Status) CitizenReplied {
	return CitizenReplied{Reply: "r", Kind: k, Status: s, Personal: sampleText}
}

// citizenNote returns the event of the note public("parole").
func citizenNote() CitizenNote {
	return CitizenNote{Note: noteID, VisibleFrom: heldUntil, Personal: sampleText}
}

// typedRegionalNote returns the event of a note to the Region and an ASR with the text "parole".
func typedRegionalNote(handover int, asr catalog.EntityCode) RegionalNote {
	return RegionalNote{Note: noteID, Handover: handover, ASR: asr, VisibleFrom: heldUntil, Personal: sampleText}
}

// heldHandover returns the facts that operator handed the ticket over at noon. Their note is held.
func heldHandover() []tickettest.Fact {
	return inOneAct("hand", noon, by(operator, RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: heldUntil},
		Escalated{Handover: 1, From: torino, Note: noteID, Status: StatusHandedOver}))
}

// decision is a case of a test: an actor gives a command on a given ticket at noon.
type decision struct {
	given State
	when  Command
	by    person.Actor
	then  expectation
}

// checkDecisions runs each case as a subtest.
func checkDecisions(t *testing.T, e Engine, cases map[string]decision) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			events, err := e.Decide(c.given, c.when, c.by, noon)
			c.then(t, events, err)
		})
	}
}

// expectation checks a decision: its events or its refusal.
type expectation func(t *testing.T, events []Event, err error)

// then expects these events and no refusal.
func then(want ...Event) expectation {
	return func(t *testing.T, events []Event, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("got refusal %v, want\n %+v", err, want)
		}
		if len(events) == 0 && len(want) == 0 {
			return
		}
		if !reflect.DeepEqual(events, want) {
			t.Fatalf("got\n %+v\nwant\n %+v", events, want)
		}
	}
}

// refuses expects a refusal of type E that satisfies the condition.
func refuses[E error](condition func(E) bool) expectation {
	return func(t *testing.T, events []Event, err error) {
		t.Helper()
		var refusal E
		if !errors.As(err, &refusal) {
			t.Fatalf("got %+v and error %v, want %T", events, err, refusal)
		}
		if !condition(refusal) {
			t.Fatalf("got %T with unexpected fields: %+v", refusal, refusal)
		}
	}
}

// notAllowed expects that the move is refused in the status.
func notAllowed(m Move, s Status) expectation {
	return refuses(func(e *NotAllowedError) bool { return e.Move == m && e.Status == s && e.Reason.String() != "" })
}

// invalidFields expects that exactly these fields are refused, in this order.
func invalidFields(names ...string) expectation {
	return refuses(func(e *InvalidError) bool {
		var got []string
		for _, f := range e.Fields {
			got = append(got, f.Field)
		}
		return reflect.DeepEqual(got, names)
	})
}

// forbidden expects that the actor may not give the command.
func forbidden() expectation {
	return refuses(func(e *ForbiddenError) bool { return e.Reason.String() != "" })
}

// notVisible expects that the actor does not learn that the ticket exists.
func notVisible() expectation { return refuses(func(*NotVisibleError) bool { return true }) }
