// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/person"
)

// Action is something that a door lets somebody do. Which tickets they may do it to is the domain's to judge.
type Action string

// The actions.
const (
	OpenTicket         Action = "ticket.open"
	ReadTicket         Action = "ticket.read"
	ListTickets        Action = "ticket.list"
	UpdateTicket       Action = "ticket.update"
	UndoAct            Action = "ticket.undo"
	ReplyToTicket      Action = "ticket.reply"
	ReadEvents         Action = "ticket.events"
	ReadAccesses       Action = "ticket.accesses"
	TakeDossier        Action = "ticket.dossier"
	SubscribeToChanges Action = "stream.follow"
	ListOperators      Action = "operators.list"
	ReadNotifications  Action = "notices.read"
	ReadFigures        Action = "figures.read"   // how much, how old, how long: the supervisors' dashboard
	ExportTickets      Action = "tickets.export" // what is behind the figures, all of it

	ChoosePreferences Action = "preferences.choose"
	Administer        Action = "service.administer" // people and their roles, what waits or failed, settings; never a ticket
)

// Actions lists every action.
func Actions() []Action {
	return []Action{OpenTicket, ReadTicket, ListTickets, UpdateTicket, UndoAct, ReplyToTicket, ReadEvents, ReadAccesses, TakeDossier, SubscribeToChanges, ListOperators, ReadNotifications, ChoosePreferences, ReadFigures, ExportTickets, Administer}
}

// PolicyVersion counts the changes of the policy.
const PolicyVersion = 6

var operatorActions = []Action{OpenTicket, ReadTicket, ListTickets, UpdateTicket, UndoAct, SubscribeToChanges, ListOperators, ReadNotifications}

var supervisorActions = append(slices.Clone(operatorActions), ReadFigures, ExportTickets)

// policy is who may do what. What is not here is refused, a role that is not here may do nothing. A dossier is the auditor's
// alone: it holds every event with every audience's texts, and no supervisor may read what another entity noted internally.
var policy = map[person.Role][]Action{
	person.ASROperator:        operatorActions,
	person.ASRSupervisor:      supervisorActions,
	person.RegionalOperator:   operatorActions,
	person.RegionalSupervisor: supervisorActions,
	person.Auditor:            {ReadTicket, ListTickets, ReadEvents, ReadAccesses, TakeDossier, SubscribeToChanges, ReadFigures, ExportTickets},
	person.Citizen:            {OpenTicket, ReadTicket, ListTickets, ReplyToTicket, SubscribeToChanges, ReadNotifications, ChoosePreferences},
	person.Integration:        {OpenTicket},
	person.Anonymous:          {OpenTicket},
	person.Administrator:      {Administer},
}

// Allows asks the policy.
func Allows(role person.Role, action Action) bool { return slices.Contains(policy[role], action) }
