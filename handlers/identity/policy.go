// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/person"
)

// Action is an action that the policy allows to roles. The domain's rules decide on which tickets an actor may do it.
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
	ReadFigures        Action = "figures.read"   // the supervisors' dashboard
	ExportTickets      Action = "tickets.export" // all tickets of a figure's drill-down

	ChoosePreferences Action = "preferences.choose"
	Administer        Action = "service.administer" // accounts, placements, waiting and failed work, settings; no tickets
)

// Actions lists every action.
func Actions() []Action {
	return []Action{
		OpenTicket, ReadTicket, ListTickets, UpdateTicket, UndoAct, ReplyToTicket, ReadEvents, ReadAccesses, TakeDossier, SubscribeToChanges,
		ListOperators, ReadNotifications, ChoosePreferences, ReadFigures, ExportTickets, Administer,
	}
}

// PolicyVersion is the version of the policy. Each change of the policy increments it.
const PolicyVersion = 6

var operatorActions = []Action{
	OpenTicket, ReadTicket, ListTickets, UpdateTicket, UndoAct, SubscribeToChanges, ListOperators, ReadNotifications,
}

var supervisorActions = append(slices.Clone(operatorActions), ReadFigures, ExportTickets)

// policy lists the actions that each role may do. All others are refused. Only auditors may take a dossier: it holds the texts for all
// audiences, and a supervisor may not read the internal notes of another entity.
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

// Allows reports whether the policy allows an action to a role.
func Allows(role person.Role, action Action) bool { return slices.Contains(policy[role], action) }
