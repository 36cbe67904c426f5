// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// RestrictionRequest is the body of the API's request to restrict the access to a ticket, or to lift the restriction.
type RestrictionRequest struct {
	Restricted bool   `json:"restricted" doc:"true: the assignee and the supervisors alone see the ticket; false: all operators of the entities that see it"`
	Reason     string `json:"reason" doc:"Why; operators of your entity who see the ticket and auditors read it"`
}

// ChangeRestriction restricts the access to a ticket, or lifts the restriction. Errors: those of the rules.
func (s *Service) ChangeRestriction(ctx context.Context, by Caller, id ticket.ID, in RestrictionRequest, idempotency Idempotency) (CommandResult, error) {
	var command ticket.Command = ticket.LiftRestriction{Reason: in.Reason}
	if in.Restricted {
		command = ticket.RestrictAccess{Reason: in.Reason}
	}
	return s.Dispatch(ctx, CommandRequest{
		Ticket: id, Command: command, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body,
	})
}
