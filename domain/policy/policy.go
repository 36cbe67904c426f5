// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package policy holds the table of rights: which role may do which action on a ticket to which it has which relation. API, pages, rules
// and views ask this table and no other. The domain's rules decide in addition in which status a move is possible.
package policy

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// Version is the version of the table. Each change of the table increments it.
const Version = 11

// Right says that some roles may do an action while they have one of some relations.
type Right struct {
	Action    Action
	Roles     []person.Role
	Relations Relation
}

// Roles lists the roles of the table, in its order.
func Roles() []person.Role {
	return []person.Role{
		person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor, person.Auditor,
		person.DataProtectionOfficer, person.Administrator, person.Citizen, person.Integration, person.System, person.Anonymous,
	}
}

// relations holds, for each role and action, the relations with which the role may do the action. It is computed once from the table.
var relations = func() map[person.Role]map[Action]Relation {
	all := map[person.Role]map[Action]Relation{}
	for _, right := range table {
		for _, role := range right.Roles {
			if all[role] == nil {
				all[role] = map[Action]Relation{}
			}
			all[role][right.Action] |= right.Relations
		}
	}
	return all
}()

// RelationsFor returns the relations with which a role may do an action; 0 if it never may.
func RelationsFor(role person.Role, action Action) Relation { return relations[role][action] }

// May reports whether an actor may do an action at all: on some ticket, or without one. A route asks it before it looks for a ticket.
func May(by person.Actor, action Action) bool {
	return Off || RelationsFor(by.Role, action)&possible(by) != 0
}

// Allows reports whether an actor who has some relations to a ticket may do an action on it.
func Allows(by person.Actor, action Action, has Relation) bool {
	return Off || RelationsFor(by.Role, action)&has&possible(by) != 0
}

// possible returns the relations that an actor can have: to every ticket, and to what concerns all entities, those alone whose placement
// is at the Region; those of an entity, whoever acts for one.
func possible(by person.Actor) Relation {
	switch {
	case ReadsEverything(by) || by.Role == person.Administrator || by.Role == person.System:
		return all
	case by.Entity == catalog.Region:
		return all &^ Every
	case by.Entity == "":
		return all &^ (Every | RegionWide | ofEntity)
	}
	return all &^ (Every | RegionWide)
}

// ReadsEverything reports whether an actor reads every ticket with all its texts: the Region's auditor and data protection officer.
// An auditor whose placement has no entity, as all had until version 6 of the table, is the Region's.
func ReadsEverything(by person.Actor) bool {
	return by.Role.Audits() && (by.Entity == "" && by.Role == person.Auditor || by.Entity == catalog.Region)
}

// Actions lists the actions of the table, in its order, each once.
func Actions() []Action {
	var actions []Action
	for _, right := range table {
		if !slices.Contains(actions, right.Action) {
			actions = append(actions, right.Action)
		}
	}
	return actions
}

// Rights returns the table.
func Rights() []Right { return slices.Clone(table) }
