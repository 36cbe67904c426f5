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

// State holds what the rules read of a ticket's history and nothing else. The zero value is a ticket that does not exist. A State is a
// value: Evolve does not change the slices and maps of an earlier State.
type State struct {
	ID          ID
	Number      string
	Citizen     string // account of the verified citizen
	Person      string `json:"Subject"` // person id of the requester; empty without a tax code. The JSON key is stored
	Facilitated bool
	Runs        int // number of the latest run; withdrawn ones count
	Resolution  int // number of the latest resolution; withdrawn ones count
	Handovers   int // number of the latest hand-over or redirect; withdrawn ones count
	Erased      bool
	KeptMails   int       `json:",omitempty"` // number of mails without effect
	LinkIssue   int       `json:",omitempty"` // number of revocations of links and addresses; LinkIssue.N of those that are made now
	Unreachable bool      // the e-mail address accepts no mail: it was not corrected since, and the citizen has not written
	Address     int       `json:",omitempty"` // number of the e-mail address: 0 is that of the form
	Informing   Informing `json:",omitzero"`  // what the citizen must be told by telephone or letter
	Last        LastAct
	// Representation is the latest check of the requester's right to act for the person whom the form names.
	Representation   Representation `json:",omitempty"`
	RepresentedUntil string         `json:",omitempty"` // last day for which a verification holds; empty: no end is known, or there is none
	Restricted       bool           `json:",omitempty"` // of the operators of an entity only the assignee and the supervisors see the ticket
	Known            Knowledge      `json:"-"`          // how many events which reader may know of
	UndoableState
}

// UndoableState is the part of a State that an undo restores to its value before the undone act.
type UndoableState struct {
	Status     Status
	Service    catalog.ServiceID
	Problem    catalog.ProblemID
	Entity     catalog.EntityCode // competent
	Assignee   Assignee
	Reopened   bool // since the last resolution
	Handover   Handover
	Traces     []catalog.EntityCode // other entities that had the ticket, oldest first
	Former     FormerViews          `json:",omitempty"` // the views of these entities
	Original   ID                   `json:",omitempty"` // the main ticket of a duplicate that is resolved as such
	PublicNote ID                   `json:",omitempty"` // the latest public note
	Answered   int                  `json:",omitempty"` // version of the citizen's latest reply, until its operator acts; 0: none
	Asked      OpenQuestion         `json:",omitzero"`  // the latest question to the citizen
	Run        PlaybookRun          `json:",omitzero"`  // the latest run
}

// OpenQuestion is the latest question to the citizen.
type OpenQuestion struct {
	Note     ID  // with the question; empty if there was none
	Reminded int // number of the latest reminder of it
}

// PlaybookRun is the progress of a ticket through the checks of its playbook.
type PlaybookRun struct {
	N        int // number of the run in the ticket, from 1; 0 if there is none
	Pinned   playbook.PinnedVersions
	Entity   catalog.EntityCode // the ASR whose connected systems are asked
	Answers  map[playbook.CheckID]GivenAnswer
	Tried    map[playbook.CheckID]FailedQuery
	Outcome  playbook.OutcomeID // the outcome that was carried out; empty once an answer changed
	Remind   bool               // the run stays open, with reminders, until an answer changes
	Reminded int                // number of the latest reminder since the outcome was carried out
}

// GivenAnswer is an answer to a check. Evidence is personal data, and a stored State does not contain it.
type GivenAnswer struct {
	Yes      bool
	Evidence playbook.Evidence `json:"-"`
	By       person.Actor
	At       time.Time
	Query    playbook.Query // the query that a connected system answered; empty if a person answered
}

// FailedQuery is the latest query to a connected system that gave no answer.
type FailedQuery struct {
	At  time.Time
	Why QueryFailure
}

// Handover is the latest change of competence between an ASR and the Region.
type Handover struct {
	N        int // number of the hand-over in the ticket, from 1; 0 if there was none or it was recalled
	ASR      catalog.EntityCode
	Status   Status   // of the ticket before the ASR handed it over
	Assignee Assignee // of the ticket before the ASR handed it over
	Ground   Ground   `json:",omitempty"` // reason for the hand-over with regard to the playbook
	Warned   bool     `json:",omitempty"`
	Breached bool     `json:",omitempty"`
	PingPong bool     `json:",omitempty"` // the ping-pong was noticed
}

// apply returns the hand-over after an event. It marks the alerts of the hand-over, so that each is recorded once.
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

// LastAct holds what the undo of the latest act needs.
type LastAct struct {
	ID        ID
	By        person.Actor
	HeldUntil time.Time // end of the hold of its notes; zero if it wrote no note that is held
	Notes     []ID
	Before    UndoableState // the state before the act
}

// HasTrace reports whether the entity had the ticket earlier and keeps a read-only trace of it.
func (s State) HasTrace(e catalog.EntityCode) bool {
	return slices.Contains(s.Traces, e)
}

// IsFormer reports whether the entity had the ticket earlier and still sees it.
func (s State) IsFormer(e catalog.EntityCode) bool { return s.HasTrace(e) && !s.ViewEnded(e) }

// ViewEnded reports whether the entity had the ticket earlier and sees its trace alone.
func (s State) ViewEnded(e catalog.EntityCode) bool {
	v, _ := s.Former.Of(e)
	return v.Ended
}

// tracesAfterTransfer returns the traces after a ticket went from one entity to another. With an empty from, as in a recall, the transfer
// leaves no trace.
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
