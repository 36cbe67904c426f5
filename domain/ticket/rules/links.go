// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// decideRevokeLinks revokes the links and addresses of a ticket in any status: they open a closed ticket too. It needs a reason.
func decideRevokeLinks(s ticket.State, c ticket.RevokeLinks, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveRevokeLinks, by); err != nil {
		return nil, err
	}
	if err := checkNotErased(s, ticket.MoveRevokeLinks); err != nil {
		return nil, err
	}
	var wrong fieldErrors
	wrong.requireText("reason", c.Reason, ticket.MaxTextLength)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return []ticket.Event{ticket.LinksRevoked{
		Issue: s.LinkIssue + 1, Send: c.Send, Personal: &ticket.Text{Text: strings.TrimSpace(c.Reason)},
	}}, nil
}
