// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// actorRule is who may make a move, judged on the ticket as it stands.
type actorRule func(s ticket.State, by person.Actor) bool

func anyone(ticket.State, person.Actor) bool         { return true }
func competent(s ticket.State, by person.Actor) bool { return by.Operates(s.Entity) }
func region(s ticket.State, by person.Actor) bool {
	return competent(s, by) && s.Entity == catalog.Region
}
func competentASR(s ticket.State, by person.Actor) bool {
	return competent(s, by) && s.Entity != catalog.Region
}
func supervisor(s ticket.State, by person.Actor) bool {
	return competent(s, by) && by.Role.Supervises()
}
func system(_ ticket.State, by person.Actor) bool        { return by.Role == person.System }
func administrator(_ ticket.State, by person.Actor) bool { return by.Role == person.Administrator }
func author(s ticket.State, by person.Actor) bool        { return by.Role.Operates() && s.Last.By == by }
func handoverParty(s ticket.State, by person.Actor) bool {
	return s.Handover.N > 0 && region(s, by) || handoverSender(s, by)
}
func handoverSender(s ticket.State, by person.Actor) bool {
	return s.Entity == catalog.Region && s.Handover.N > 0 && by.Operates(s.Handover.ASR)
}

// ticketCitizen is the account whose verified ticket it is, or who holds the ticket's personal link: that actor's
// id is the ticket's.
func ticketCitizen(s ticket.State, by person.Actor) bool {
	return by.Role == person.Citizen && by.ID != "" && (by.ID == s.Citizen || by.ID == string(s.ID))
}

// checkActor judges the actor first and the status second, so that nobody learns the status of a ticket they cannot see.
func checkActor(s ticket.State, m ticket.Move, by person.Actor) error {
	for _, row := range rulesFor(m) {
		if row.actor(s, by) {
			return nil
		}
	}
	return actorRefusal(s, m, by)
}

// canSee tells whether the ticket is there for the actor at all.
func canSee(s ticket.State, by person.Actor) bool {
	return competent(s, by) || by.Role.Operates() && s.HasTrace(by.Entity) || handoverSender(s, by) || ticketCitizen(s, by)
}

// actorRefusal explains why the move is not the actor's and what is, without showing a ticket that is not theirs.
func actorRefusal(s ticket.State, m ticket.Move, by person.Actor) error {
	switch {
	case !canSee(s, by):
		return &ticket.NotVisibleError{}
	case ticketCitizen(s, by):
		return &ticket.ForbiddenError{Rule: "this is done by operators; you can reply"}
	case competent(s, by):
		if rule, ok := reservedMoves[m]; ok {
			return &ticket.ForbiddenError{Rule: rule}
		}
		return &ticket.ForbiddenError{Rule: "the system alone does this, by itself"}
	case s.Handover.ASR == by.Entity && s.Status == ticket.HandedOver:
		return &ticket.ForbiddenError{Rule: "the ticket was handed over and you keep a read-only trace: until the Region takes it you can recall it (status " +
			string(s.Handover.Status) + ", with a reason) or write a regional message (FAQ 2.6)"}
	case handoverSender(s, by):
		return &ticket.ForbiddenError{Rule: "the Region has taken the ticket over and you keep a read-only trace: you can write a regional message (FAQ 2.6)"}
	default:
		return &ticket.ForbiddenError{Rule: "the ticket was handed over: your entity keeps a read-only trace (FAQ 2.6)"}
	}
}

// reservedMoves says, to competent operators, whose the moves are that are not theirs.
var reservedMoves = map[ticket.Move]string{
	ticket.MoveRedirect:            "only the Region sends a ticket to another entity, and nuovo is no other target: hand it over with status non_di_competenza (FAQ 2.6)",
	ticket.MoveEscalate:            "the ticket is the Region's already: send it to an ASR with entity",
	ticket.MoveRegionalMessage:     "a regional message goes between the Region and the ASR that handed over, while the Region has the ticket: write a note",
	ticket.MoveDiscard:             "only a supervisor discards: resolve with a public note, or assign the ticket to supervisori",
	ticket.MoveAnswer:              "only the citizen replies: write a public note",
	ticket.MoveAnswerCheck:         "the checks are made by the ASR, on its own systems: send the ticket back to it with entity",
	ticket.MoveErase:               "only an administrator erases personal data",
	ticket.MoveClose:               "the system alone closes (FAQ 2.5)",
	ticket.MoveTransferToSuccessor: "the system alone moves tickets of a ceased entity",
	ticket.MoveRelease:             "the system alone does this, when a placement ends: leave the ticket without anyone (assignee)",
}
