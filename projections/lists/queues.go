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
	case r.Audits():
		return []QueueID{AllQueue}
	case r == person.Citizen:
		return []QueueID{MyQueue}
	default:
		return nil
	}
}

// countKey names one stored count: of a queue of an entity, or of some persons there. The auditor's count has no entity; a citizen's count
// has the account alone.
//
// Person is empty for the tickets that all operators of the entity see. It is ticket.Supervisors for those with restricted access, and the account
// of the assignee for what that operator sees beside the others: in MyQueue all, in the other queues the tickets with restricted access.
type countKey struct {
	Entity catalog.EntityCode
	Person string
	Queue  QueueID
}

// countKeys returns the key of every count that includes a ticket. It must agree with addQueueCondition, which selects a queue's list, and with
// ticket.State.Readers.
func countKeys(row Row) []countKey {
	if row.State.Status == "" {
		return nil
	}
	s := row.State
	keys := []countKey{{Queue: AllQueue}}
	add := func(e catalog.EntityCode, q QueueID) {
		switch {
		case !s.Restricted:
			keys = append(keys, countKey{Entity: e, Queue: q})
			return
		case e == s.Entity && s.Assignee.Operator != "":
			keys = append(keys, countKey{e, s.Assignee.Operator, q})
		}
		keys = append(keys, countKey{e, ticket.Supervisors, q})
	}
	add(s.Entity, AllQueue)
	switch s.Status {
	case ticket.StatusNew, ticket.StatusHandedOver:
		add(s.Entity, NewQueue)
	case ticket.StatusInProgress:
		add(s.Entity, InProgressQueue)
		if s.Assignee == (ticket.Assignee{}) {
			add(s.Entity, NewQueue)
		}
	case ticket.StatusWaiting:
		add(s.Entity, WaitingQueue)
	case ticket.StatusResolved:
		add(s.Entity, SolvedQueue)
	case ticket.StatusClosed:
	}
	if s.Status.IsOpen() && s.Assignee.Supervisors {
		add(s.Entity, GroupQueue)
	}
	if s.Status.IsOpen() && s.Assignee.Operator != "" {
		keys = append(keys, countKey{s.Entity, s.Assignee.Operator, MyQueue})
	}
	for _, former := range s.Traces {
		if former == s.Entity {
			continue
		}
		add(former, AllQueue)
		if s.Status != ticket.StatusClosed {
			add(former, HandedOverQueue)
		}
	}
	if s.Handover.Ground.IsOverride() && s.Status != ticket.StatusClosed {
		for _, e := range []catalog.EntityCode{s.Handover.ASR, catalog.Region} {
			if e == s.Entity || s.IsFormer(e) {
				add(e, OverrideQueue)
			}
		}
	}
	if s.Citizen != "" && row.Identity == ticket.Verified {
		keys = append(keys, countKey{Person: s.Citizen, Queue: MyQueue})
	}
	return keys
}

// countKeysFor returns the keys of the counts whose sum is that of a viewer's queue.
func countKeysFor(v ticketview.Viewer, q QueueID) []countKey {
	by := v.Actor
	switch {
	case v.IsCitizen():
		return []countKey{{Person: by.ID, Queue: q}}
	case v.ReadsEverything():
		return []countKey{{Queue: q}}
	case q == MyQueue:
		return []countKey{{by.Entity, by.ID, q}}
	case by.Role.Supervises(), by.Role.Audits():
		return []countKey{{Entity: by.Entity, Queue: q}, {by.Entity, ticket.Supervisors, q}}
	default:
		return []countKey{{Entity: by.Entity, Queue: q}, {by.Entity, by.ID, q}}
	}
}

// of returns the count of a viewer's queue.
func (c Counts) of(v ticketview.Viewer, q QueueID) (n int) {
	for _, key := range countKeysFor(v, q) {
		n += c[key]
	}
	return n
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
