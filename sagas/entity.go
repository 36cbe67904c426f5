// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// competentEntity returns the entity that is competent after an event: the one that the event names, or the one before it.
func competentEntity(before catalog.EntityCode, e ticket.Event) catalog.EntityCode {
	if moved, ok := e.(ticket.EntityEvent); ok {
		return moved.CompetentEntity()
	}
	return before
}

// currentAssignee returns the assignee after an event: the one that the event names, or the one before it.
func currentAssignee(before ticket.Assignee, e ticket.Event) ticket.Assignee {
	if assigned, ok := e.(ticket.AssigneeEvent); ok {
		return assigned.NewAssignee()
	}
	return before
}
