// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package tickettest

import (
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

// Actors that only tests of the rules need.
var (
	System        = system
	Administrator = Actors[9]
	Stranger      = person.Actor{ID: "01930000-0000-7000-8000-00000000c172", Role: person.Citizen} // another citizen
	LinkHolder    = person.Actor{ID: string(TicketID), Role: person.Citizen}                       // has the personal link of the ticket
)

// NoteID is the id of the note in facts and commands.
const NoteID ticket.ID = "01930000-0000-7000-8000-0000000000aa"

// OutcomeNoteID is the id of the note that an outcome writes.
const OutcomeNoteID ticket.ID = "01930000-0000-7000-8000-0000000000bb"

// Noon is the time at which tests of the rules decide.
var Noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// HeldUntil is the end of the hold of a note that is written at Noon.
var HeldUntil = Noon.Add(rules.DefaultHold)

// EngineWithoutPlaybooks decides as Engine, for tickets whose problems have no checks.
var EngineWithoutPlaybooks = rules.Engine{Catalog: catalog.Default(), Hold: rules.DefaultHold}

// Fact is an event with its actor. Facts with the same Act are one act; a fact without Act is an act of its own.
type Fact struct {
	Event ticket.Event
	By    person.Actor
	Act   ticket.ID
	At    time.Time
}

// FactsBy returns the events as facts of one actor.
func FactsBy(by person.Actor, events ...ticket.Event) []Fact {
	var facts []Fact
	for _, e := range events {
		facts = append(facts, Fact{Event: e, By: by})
	}
	return facts
}

// InOneAct makes the facts one act at a time.
func InOneAct(act ticket.ID, at time.Time, facts []Fact) []Fact {
	for i := range facts {
		facts[i].Act, facts[i].At = act, at
	}
	return facts
}

// StateAfter returns the state of the ticket TicketID after the facts, in their order.
func StateAfter(groups ...[]Fact) ticket.State {
	var s ticket.State
	version := 0
	for _, facts := range groups {
		for _, f := range facts {
			version++
			act := f.Act
			if act == "" {
				act = ticket.ID(fmt.Sprintf("act %d", version))
			}
			s = ticket.Evolve(s, ticket.Recorded{Event: f.Event, Ticket: TicketID, Version: version, At: f.At, By: f.By, Act: act})
		}
	}
	return s
}

// OpenedFacts returns the fact that Citizen opened the ticket at Torino.
func OpenedFacts() []Fact {
	return FactsBy(Citizen, ticket.Opened{
		Number: "2026-0000001", Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: Torino, ChosenEntity: Torino,
		Channel: ticket.ChannelWeb, Identity: ticket.Verified, Citizen: CitizenID, Person: "p1", Requester: ticket.ForSelf, Status: ticket.StatusNew,
	})
}

// TakenFacts returns the fact that an operator took the ticket.
func TakenFacts(by person.Actor) []Fact {
	return FactsBy(by, ticket.Taken{Assignee: ticket.Assignee{Operator: by.ID}, Status: ticket.StatusInProgress})
}

// AskedFacts returns the facts that Operator asked the citizen with a note.
func AskedFacts(note ticket.ID) []Fact {
	return FactsBy(Operator, ticket.CitizenNote{Note: note, VisibleFrom: Noon}, ticket.CitizenAsked{Note: note, Status: ticket.StatusWaiting})
}

// EscalatedFacts returns the facts that Operator handed the ticket over to the Region for the first time.
func EscalatedFacts() []Fact {
	return FactsBy(Operator, ticket.RegionalNote{Note: NoteID, Handover: 1, ASR: Torino, VisibleFrom: Noon},
		ticket.Escalated{Handover: 1, From: Torino, Note: NoteID, Status: ticket.StatusHandedOver})
}

// ResolvedFacts returns the fact that Operator resolved the ticket for the nth time.
func ResolvedFacts(n int) []Fact {
	return FactsBy(Operator, ticket.Resolved{Resolution: n, EffectFrom: Noon, Status: ticket.StatusResolved})
}

// ReopenedFacts returns the fact that Citizen reopened the ticket.
func ReopenedFacts() []Fact {
	return FactsBy(Citizen, ticket.Reopened{Status: ticket.StatusInProgress})
}

// ClosedFacts returns the fact that the system closed the nth resolution.
func ClosedFacts(n int) []Fact {
	return FactsBy(System, ticket.AutoClosed{Resolution: n, Status: ticket.StatusClosed})
}

// ReclassifiedFacts returns the fact that Operator changed the problem within the service ritiro-documenti.
func ReclassifiedFacts(problem catalog.ProblemID) []Fact {
	return FactsBy(Operator, ticket.Reclassified{Service: "ritiro-documenti", Problem: problem})
}

// ErasedFacts returns the fact that Administrator erased the personal data.
func ErasedFacts() []Fact { return FactsBy(Administrator, ticket.PersonalDataErased{}) }

// RunStartedFacts returns the facts that the system started the run of referto-non-trovato, and Operator answered checks.
func RunStartedFacts(answers ...ticket.AnswerInput) []Fact {
	facts := FactsBy(System, ticket.PlaybookStarted{Run: 1, Entity: Torino, Pinned: playbook.PinnedVersions{
		Playbook: "referto-non-trovato", Version: 1, Reachable: map[playbook.ID]int{"invio-fallito": 1},
	}})
	for _, a := range answers {
		facts = append(facts, FactsBy(Operator, AnswerEvent(a, ""))...)
	}
	return facts
}

// AnswerEvent returns the event of an answer in run 1. An empty query means that a person answered.
func AnswerEvent(a ticket.AnswerInput, query playbook.Query) ticket.CheckAnswered {
	e := ticket.CheckAnswered{Run: 1, Entity: Torino, Check: a.Check, Yes: a.Yes, Query: query}
	if a.Evidence != nil {
		e.Personal = &ticket.Evidence{Values: a.Evidence}
	}
	return e
}

// AssignTo returns the choice of an operator in the operator menu.
func AssignTo(operator person.Actor) *ticket.AssigneeInput {
	return &ticket.AssigneeInput{Operator: operator.ID, Entity: operator.Entity}
}
