// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// competentEntity is the entity that has the ticket after an event; before it, another one may have had it.
func competentEntity(before catalog.EntityCode, e ticket.Event) catalog.EntityCode {
	switch e := e.(type) {
	case ticket.Opened:
		return e.Entity
	case ticket.Escalated:
		return catalog.Region
	case ticket.Recalled:
		return e.Entity
	case ticket.Redirected:
		return e.To
	case ticket.TransferredToSuccessor:
		return e.To
	case ticket.ActWithdrawn:
		return e.Entity
	case ticket.Assigned, ticket.Unassigned, ticket.Taken, ticket.CitizenNote, ticket.InternalNote, ticket.RegionalNote,
		ticket.CitizenAsked, ticket.Resumed, ticket.CitizenReplied, ticket.Resolved, ticket.Discarded,
		ticket.MarkedDuplicate, ticket.Reopened, ticket.AutoClosed, ticket.Reclassified, ticket.PlaybookStarted,
		ticket.CheckAnswered, ticket.CheckTried, ticket.AnswersForgotten, ticket.OutcomeCarriedOut,
		ticket.PlaybookReminded, ticket.HandoverWarned, ticket.HandoverBreached, ticket.PingPongNoticed,
		ticket.CitizenReminded, ticket.ContactFailed, ticket.PersonalDataErased:
	}
	return before
}
