// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// QueueID names a queue on the wire.
type QueueID string

// The queues.
const (
	NewQueue        QueueID = "nuove"          // nobody works on it yet
	Mine            QueueID = "mie"            // mine to work on; a citizen's own
	GroupQueue      QueueID = "supervisori"    // given to the supervisors as a group
	InProgressQueue QueueID = "in_lavorazione" //
	WaitingQueue    QueueID = "in_attesa"      // for the citizen
	HandedOverQueue QueueID = "inoltrate"      // read-only traces
	SolvedQueue     QueueID = "risolte"        //
	OverrideQueue   QueueID = "forzature"      // handed over against their checks; for supervisors
	AllQueue        QueueID = "tutte"          //
)

var queueNames = map[QueueID]string{
	NewQueue: "Nuove", Mine: "Le mie", GroupQueue: "Ai supervisori", InProgressQueue: "In lavorazione",
	WaitingQueue: "In attesa del cittadino", HandedOverQueue: "Inoltrate", SolvedQueue: "Risolte", OverrideQueue: "Inoltri forzati", AllQueue: "Tutte",
}

// QueueName is what a role calls a queue of its own; false: it has no such queue.
func QueueName(r person.Role, q QueueID) (string, bool) {
	return queueNames[q], slices.Contains(queuesOf(r), q)
}

// queuesOf lists the queues that a role has, in the order of the menu.
func queuesOf(r person.Role) []QueueID {
	switch {
	case r.Supervises():
		return []QueueID{NewQueue, Mine, GroupQueue, InProgressQueue, WaitingQueue, HandedOverQueue, SolvedQueue, OverrideQueue, AllQueue}
	case r.Operates():
		return []QueueID{NewQueue, Mine, InProgressQueue, WaitingQueue, HandedOverQueue, SolvedQueue, AllQueue}
	case r == person.Auditor:
		return []QueueID{AllQueue}
	case r == person.Citizen:
		return []QueueID{Mine}
	default:
		return nil
	}
}

// countKey names one kept count: a queue of an entity, or of one person there. The auditor's is of no entity, a
// citizen's of the account alone.
type countKey struct {
	Entity catalog.EntityCode
	Person string
	Queue  QueueID
}

// queues lists every count in which a ticket stands. The SQL of a queue's list (inQueue) says the same.
func queues(row Row) []countKey {
	if row.State.Status == "" {
		return nil
	}
	s := row.State
	keys := []countKey{{Queue: AllQueue}, {Entity: s.Entity, Queue: AllQueue}}
	at := func(q QueueID) { keys = append(keys, countKey{Entity: s.Entity, Queue: q}) }
	switch s.Status {
	case ticket.New, ticket.HandedOver:
		at(NewQueue)
	case ticket.InProgress:
		at(InProgressQueue)
		if s.Assignee == (ticket.Assignee{}) {
			at(NewQueue)
		}
	case ticket.Waiting:
		at(WaitingQueue)
	case ticket.Solved:
		at(SolvedQueue)
	case ticket.Closed:
	}
	if s.Status.Open() && s.Assignee.Supervisors {
		at(GroupQueue)
	}
	if s.Status.Open() && s.Assignee.Operator != "" {
		keys = append(keys, countKey{s.Entity, s.Assignee.Operator, Mine})
	}
	if s.Status != ticket.Closed {
		for _, trace := range s.Traces {
			if trace != s.Entity {
				keys = append(keys, countKey{Entity: trace, Queue: HandedOverQueue})
			}
		}
	}
	if s.Handover.Ground.Overrides() && s.Status != ticket.Closed {
		keys = append(keys, countKey{Entity: s.Handover.ASR, Queue: OverrideQueue}, countKey{Entity: catalog.Region, Queue: OverrideQueue})
	}
	if s.Citizen != "" && row.Identity == ticket.Verified {
		keys = append(keys, countKey{Person: s.Citizen, Queue: Mine})
	}
	return keys
}

// countFor is the count of a viewer's queue.
func countFor(v Viewer, q QueueID) countKey {
	switch {
	case v.Citizen():
		return countKey{Person: v.Actor.ID, Queue: q}
	case v.Audits():
		return countKey{Queue: q}
	case q == Mine:
		return countKey{v.Actor.Entity, v.Actor.ID, q}
	default:
		return countKey{Entity: v.Actor.Entity, Queue: q}
	}
}

// tally is how counts change: sums by key, never a recount.
type tally map[countKey]int

// move takes a ticket from the queues of its row before to those of its row after.
func (t tally) move(before, after Row) {
	for _, k := range queues(before) {
		t[k]--
	}
	for _, k := range queues(after) {
		t[k]++
	}
}
