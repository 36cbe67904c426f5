// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package policy

import "math/bits"

// Relation is the relation of an actor to a ticket or to what an action concerns, or a set of relations.
type Relation uint16

// The relations without a ticket.
const (
	Own        Relation = 1 << iota // what the actor does for themself or their own placement
	EntityWide                      // what concerns the actor's entity
	RegionWide                      // what concerns all entities

	// The relations to a ticket. An actor may have several.

	Competent // the actor's entity has the ticket
	HandedTo  // the actor's entity is the Region and has the ticket by a hand-over
	Sender    // the actor's entity handed the ticket over to the Region, which has it
	Former    // the actor's entity had the ticket, and its view of it lasts
	Trace     // the actor's entity had the ticket, and its view has ended: the trace alone is left
	Assignee  // the ticket is assigned to the actor
	Author    // the actor made the latest act of the ticket
	Citizen   // the actor is the ticket's verified citizen, or holds its personal link
	Every     // any ticket: of those who work for the whole Region, and of the system
	Foreign   // none of the others

	// The relations to a text or a run of checks on a ticket that the actor sees.

	Addressee // it is for the actor's entity
	Reader    // it is for everybody who sees the ticket

	all = 1<<iota - 1

	ofEntity = EntityWide | Competent | HandedTo | Sender | Former | Trace // those of the actor's entity
)

// relationNames holds the names of the relations, in the order of the constants.
var relationNames = []string{
	"own", "entity", "region", "competent", "handed-to", "sender", "former", "trace", "assignee", "author", "citizen", "every", "foreign",
	"addressee", "reader",
}

// Names returns the names of the relations in the set, in the order of the constants.
func (r Relation) Names() []string {
	names := make([]string, 0, bits.OnesCount16(uint16(r)))
	for i, name := range relationNames {
		if r&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}
