// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// State is what the rules remember of a ticket, and nothing else. The zero value is a ticket that does not exist.
// A State is a value: Evolve never changes what an earlier one refers to.
type State struct {
	ID          ID
	Number      string
	Citizen     string // account of the verified citizen
	Subject     string // keyed hash of the requester's tax code
	Facilitated bool
	Runs        int // how many runs of playbooks were begun, withdrawn ones included
	Resolution  int // how many resolutions there were, withdrawn ones included
	Handovers   int // how many hand-overs and redirects there were, withdrawn ones included
	Erased      bool
	Unreachable bool // the address in the form takes no mail, and the citizen has not written since
	Last        LastAct
	UndoableState
}

// UndoableState is where a ticket is and with whom. An undone act restores it whole.
type UndoableState struct {
	Status   Status
	Service  catalog.ServiceID
	Problem  catalog.ProblemID
	Entity   catalog.EntityCode // competent
	Assignee Assignee
	Reopened bool // since the last resolution
	Handover Handover
	Traces   []catalog.EntityCode // other entities that had the ticket, oldest first
	Asked    OpenQuestion         `json:",omitzero"` // the latest question to the citizen
	Run      PlaybookRun          `json:",omitzero"` // of the playbook that the ticket calls for
}

// OpenQuestion is a question that waits for the citizen's answer.
type OpenQuestion struct {
	Note     ID // empty: there was none
	Reminded int
}

// PlaybookRun is where the checks of a playbook stand.
type PlaybookRun struct {
	N        int // 0: there is none
	Pinned   playbook.PinnedVersions
	Entity   catalog.EntityCode // whose systems are asked
	Answers  map[playbook.CheckID]GivenAnswer
	Tried    map[playbook.CheckID]FailedQuery
	Outcome  playbook.OutcomeID // the one that was carried out since the last answer
	Remind   bool               // it stays alive until an answer changes
	Reminded int
}

// GivenAnswer is an answer as it was given. Evidence is personal: whoever stores a State leaves it out.
type GivenAnswer struct {
	Yes      bool
	Evidence playbook.Evidence `json:"-"`
	By       person.Actor
	At       time.Time
	Query    playbook.Query // that a connected system answered; empty: a person did
}

// FailedQuery is the latest time that a connected system was asked in vain.
type FailedQuery struct {
	At  time.Time
	Why QueryFailure
}

// Handover is the latest change of competence between an ASR and the Region.
type Handover struct {
	N        int // 0: there was none
	ASR      catalog.EntityCode
	Status   Status   // as the ASR left it
	Assignee Assignee // as the ASR left it
	Ground   Ground   `json:",omitempty"` // why the playbook let it go
	Warned   bool     `json:",omitempty"`
	Breached bool     `json:",omitempty"`
	PingPong bool     `json:",omitempty"` // noticed
}

// apply remembers what the system has noted of the hand-over, so that it is noted once.
func (h Handover) apply(e Event) Handover {
	alert, ok := e.(HandoverAlertEvent)
	if !ok || alert.HandoverNumber() != h.N {
		return h
	}
	switch alert.(type) {
	case HandoverWarned:
		h.Warned = true
	case HandoverBreached:
		h.Breached = true
	case PingPongNoticed:
		h.PingPong = true
	}
	return h
}

// LastAct is the latest act, as far as undoing it needs to know.
type LastAct struct {
	ID        ID
	By        person.Actor
	HeldUntil time.Time // zero: it sent no note that can be held
	Notes     []ID
	Before    UndoableState
}

// HasTrace tells whether the entity had the ticket and has it no more: it keeps a read-only trace.
func (s State) HasTrace(e catalog.EntityCode) bool {
	return slices.Contains(s.Traces, e)
}

// tracesAfterTransfer gives the traces after a ticket went from one entity to another. An empty from leaves none: the ticket was
// taken back.
func tracesAfterTransfer(traces []catalog.EntityCode, from, to catalog.EntityCode) []catalog.EntityCode {
	var after []catalog.EntityCode
	for _, t := range traces {
		if t != from && t != to {
			after = append(after, t)
		}
	}
	if from != "" {
		after = append(after, from)
	}
	return after
}
