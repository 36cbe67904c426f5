// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections"
)

var RoleNames = map[person.Role]string{
	person.ASROperator: "Operatore ASR", person.ASRSupervisor: "Supervisore ASR", person.RegionalOperator: "Operatore regionale",
	person.RegionalSupervisor: "Supervisore regionale", person.Auditor: "Revisore", person.Administrator: "Amministratore",
	person.Citizen: "Cittadino", person.Integration: "Integrazione",
}

var ChannelNames = map[ticket.Channel]string{
	ticket.ChannelWeb: "Modulo on line", ticket.ChannelCounter: "Sportello", ticket.ChannelTelephone: "Telefono", ticket.ChannelIntegration: "Altro sistema",
}

var requesterNames = map[ticket.RequesterRole]string{
	ticket.ForSelf: "per sé", ticket.ForMinor: "per un minore", ticket.ForDelegator: "per chi l’ha delegato", ticket.AsOperator: "come operatore di assistenza",
}

// queueKeys are the letters that lead to a queue, after g.
var queueKeys = map[projections.QueueID]string{
	projections.NewQueue: "n", projections.MyQueue: "m", projections.GroupQueue: "s", projections.InProgressQueue: "l", projections.WaitingQueue: "a",
	projections.HandedOverQueue: "i", projections.SolvedQueue: "r", projections.OverrideQueue: "f", projections.AllQueue: "t",
}

// EntityName is the short name of an entity.
func (w *Web) EntityName(code catalog.EntityCode) string {
	if e, ok := w.cases.Catalog.Entity(code); ok {
		return e.Short
	}
	return string(code)
}
