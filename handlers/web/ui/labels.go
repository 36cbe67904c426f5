// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/lists"
)

// RoleNames holds the Italian names of the roles.
var RoleNames = map[person.Role]string{
	person.ASROperator: "Operatore ASR", person.ASRSupervisor: "Supervisore ASR", person.RegionalOperator: "Operatore regionale",
	person.RegionalSupervisor: "Supervisore regionale", person.Auditor: "Revisore",
	person.DataProtectionOfficer: "Responsabile della protezione dei dati", person.Administrator: "Amministratore",
	person.Citizen: "Cittadino", person.Integration: "Integrazione",
}

// ChannelNames holds the Italian names of the channels.
var ChannelNames = map[ticket.Channel]string{
	ticket.ChannelWeb: "Modulo on line", ticket.ChannelCounter: "Sportello", ticket.ChannelTelephone: "Telefono", ticket.ChannelIntegration: "Altro sistema",
}

// requesterNames holds, in Italian, for whom a requester asks.
var requesterNames = map[ticket.RequesterRole]string{
	ticket.ForSelf: "per sé", ticket.ForMinor: "per un minore", ticket.ForDelegator: "per chi l’ha delegato",
	ticket.ForWard: "come tutore o amministratore di sostegno", ticket.ForDeceased: "come erede", ticket.AsOperator: "come operatore di assistenza",
}

// queueKeys holds the key that opens each queue, pressed after g.
var queueKeys = map[lists.QueueID]string{
	lists.NewQueue: "n", lists.MyQueue: "m", lists.GroupQueue: "s", lists.InProgressQueue: "l", lists.WaitingQueue: "a",
	lists.HandedOverQueue: "i", lists.SolvedQueue: "r", lists.OverrideQueue: "f", lists.AllQueue: "t",
}

// Label is a stored value and its Italian text.
type Label struct{ Value, Text string }

// LabelOf returns the text of a value, or the value itself if it has none.
func LabelOf(labels []Label, value string) string {
	for _, l := range labels {
		if l.Value == value {
			return l.Text
		}
	}
	return value
}

// HandoverGrounds are the grounds that an operator may give for a hand-over.
var HandoverGrounds = []Label{
	{Value: string(ticket.NotOurs), Text: "Non è della mia Azienda"},
	{Value: string(ticket.SystemsDown), Text: "Forzatura: i sistemi non sono disponibili"},
	{Value: string(ticket.Urgent), Text: "Forzatura: urgenza"},
	{Value: string(ticket.AskedByRegion), Text: "Forzatura: lo chiede la Regione"},
	{Value: string(ticket.NotForeseen), Text: "Forzatura: caso non previsto dalle verifiche"},
}

// DiscardReasons are the reasons for which a request is discarded.
var DiscardReasons = []Label{
	{Value: string(ticket.Spam), Text: "Messaggio indesiderato"},
	{Value: string(ticket.TestOnly), Text: "Prova"},
	{Value: string(ticket.Repeated), Text: "Già presente"},
}

// EntityName returns the short name of an entity.
func (u *UI) EntityName(code catalog.EntityCode) string {
	if e, ok := u.App.Catalog.Entity(code); ok {
		return e.Short
	}
	return string(code)
}
