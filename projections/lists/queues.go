// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// QueueID names a queue on the wire.
type QueueID string

// The queues.
const (
	NewQueue        QueueID = "nuove"          // nobody works on it yet
	MyQueue         QueueID = "mie"            // assigned to the viewer; of a citizen, their own
	GroupQueue      QueueID = "supervisori"    // assigned to the supervisors as a group
	InProgressQueue QueueID = "in_lavorazione" //
	WaitingQueue    QueueID = "in_attesa"      // for the citizen
	HandedOverQueue QueueID = "inoltrate"      // read-only traces of tickets that the entity handed over
	SolvedQueue     QueueID = "risolte"        //
	OverrideQueue   QueueID = "forzature"      // handed over against the playbook's outcome; for supervisors
	AllQueue        QueueID = "tutte"          //
)

var queueNames = map[QueueID]string{
	NewQueue: "Nuove", MyQueue: "Le mie", GroupQueue: "Ai supervisori", InProgressQueue: "In lavorazione",
	WaitingQueue: "In attesa del cittadino", HandedOverQueue: "Inoltrate", SolvedQueue: "Risolte", OverrideQueue: "Inoltri forzati",
	AllQueue: "Tutte",
}

// QueueName returns the Italian name of a queue, and whether the role has that queue.
func QueueName(r person.Role, q QueueID) (string, bool) {
	return queueNames[q], slices.Contains(queuesForRole(r), q)
}

// queuesForRole returns the queues of a role, in the order of the menu.
func queuesForRole(r person.Role) []QueueID {
	switch {
	case r.Supervises():
		return []QueueID{NewQueue, MyQueue, GroupQueue, InProgressQueue, WaitingQueue, HandedOverQueue, SolvedQueue, OverrideQueue, AllQueue}
	case r.Operates():
		return []QueueID{NewQueue, MyQueue, InProgressQueue, WaitingQueue, HandedOverQueue, SolvedQueue, AllQueue}
	case r == person.Auditor:
		return []QueueID{AllQueue}
	case r == person.Citizen:
		return []QueueID{MyQueue}
	default:
		return nil
	}
}

// countKey names one stored count: of a queue of an entity, or of one person there. The auditor's count has no entity; a citizen's count
// has the account alone.
type countKey struct {
	Entity catalog.EntityCode
	Person string
	Queue  QueueID
}

// countKeys returns the key of every count that includes a ticket. It must agree with addQueueCondition, which selects a queue's list.
func countKeys(row Row) []countKey {
	if row.State.Status == "" {
		return nil
	}
	s := row.State
	keys := []countKey{{Queue: AllQueue}, {Entity: s.Entity, Queue: AllQueue}}
	at := func(q QueueID) { keys = append(keys, countKey{Entity: s.Entity, Queue: q}) }
	switch s.Status {
	case ticket.StatusNew, ticket.StatusHandedOver:
		at(NewQueue)
	case ticket.StatusInProgress:
		at(InProgressQueue)
		if s.Assignee == (ticket.Assignee{}) {
			at(NewQueue)
		}
	case ticket.StatusWaiting:
		at(WaitingQueue)
	case ticket.StatusResolved:
		at(SolvedQueue)
	case ticket.StatusClosed:
	}
	if s.Status.IsOpen() && s.Assignee.Supervisors {
		at(GroupQueue)
	}
	if s.Status.IsOpen() && s.Assignee.Operator != "" {
		keys = append(keys, countKey{s.Entity, s.Assignee.Operator, MyQueue})
	}
	for _, trace := range s.Traces {
		if trace == s.Entity {
			continue
		}
		keys = append(keys, countKey{Entity: trace, Queue: AllQueue})
		if s.Status != ticket.StatusClosed {
			keys = append(keys, countKey{Entity: trace, Queue: HandedOverQueue})
		}
	}
	if s.Handover.Ground.IsOverride() && s.Status != ticket.StatusClosed {
		keys = append(keys, countKey{Entity: s.Handover.ASR, Queue: OverrideQueue}, countKey{Entity: catalog.Region, Queue: OverrideQueue})
	}
	if s.Citizen != "" && row.Identity == ticket.Verified {
		keys = append(keys, countKey{Person: s.Citizen, Queue: MyQueue})
	}
	return keys
}

// countKeyFor returns the key of the count of a viewer's queue.
func countKeyFor(v ticketview.Viewer, q QueueID) countKey {
	switch {
	case v.IsCitizen():
		return countKey{Person: v.Actor.ID, Queue: q}
	case v.IsAuditor():
		return countKey{Queue: q}
	case q == MyQueue:
		return countKey{v.Actor.Entity, v.Actor.ID, q}
	default:
		return countKey{Entity: v.Actor.Entity, Queue: q}
	}
}

// countChanges holds the number to add to each count.
type countChanges map[countKey]int

// move subtracts a ticket from the counts that include its row before an event, and adds it to those that include its row after it.
func (t countChanges) move(before, after Row) {
	for _, k := range countKeys(before) {
		t[k]--
	}
	for _, k := range countKeys(after) {
		t[k]++
	}
}
