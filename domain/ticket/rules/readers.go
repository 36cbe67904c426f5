// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// decideEndFormerView ends the view of an entity that had the ticket, if the timer was set for this view.
func decideEndFormerView(s ticket.State, c ticket.EndFormerView, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveEndFormerView, by); err != nil {
		return nil, err
	}
	view, former := s.Former.Of(c.Entity)
	switch {
	case !former, c.Since.IsZero(), !view.Since.Equal(c.Since):
		return nil, &ticket.NotAllowedError{Move: ticket.MoveEndFormerView, Status: s.Status, Reason: refusal.StaleViewEnd.With()}
	case view.Ended:
		return nil, nil
	}
	return []ticket.Event{ticket.FormerViewEnded{Entity: c.Entity}}, nil
}

// decideRestrictAccess restricts the ticket to its assignee and the supervisors. It needs a reason.
func decideRestrictAccess(s ticket.State, c ticket.RestrictAccess, by person.Actor) ([]ticket.Event, error) {
	if s.Restricted && competent(s, by) {
		return nil, nil
	}
	reason, err := checkRestriction(s, ticket.MoveRestrictAccess, c.Reason, by)
	if err != nil {
		return nil, err
	}
	return []ticket.Event{ticket.AccessRestricted{Personal: reason}}, nil
}

// decideLiftRestriction opens the ticket to all operators of the entities that see it. It needs a reason.
func decideLiftRestriction(s ticket.State, c ticket.LiftRestriction, by person.Actor) ([]ticket.Event, error) {
	if !s.Restricted && competent(s, by) && by.Role.Supervises() {
		return nil, nil
	}
	reason, err := checkRestriction(s, ticket.MoveLiftRestriction, c.Reason, by)
	if err != nil {
		return nil, err
	}
	return []ticket.Event{ticket.RestrictionLifted{Personal: reason}}, nil
}

// checkRestriction checks actor, status and reason of a change of the restriction, and returns the reason.
func checkRestriction(s ticket.State, m ticket.Move, reason string, by person.Actor) (*ticket.Text, error) {
	if err := checkMove(s, m, by); err != nil {
		return nil, err
	}
	if err := checkNotErased(s, m); err != nil {
		return nil, err
	}
	var wrong fieldErrors
	wrong.requireText("reason", reason, ticket.MaxTextLength)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return &ticket.Text{Text: strings.TrimSpace(reason)}, nil
}
