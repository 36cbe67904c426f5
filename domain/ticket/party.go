// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// actorRule is who may make a move, judged on the ticket as it stands.
type actorRule func(s State, by person.Actor) bool

func anyone(State, person.Actor) bool         { return true }
func competent(s State, by person.Actor) bool { return by.Operates(s.Entity) }
func region(s State, by person.Actor) bool    { return competent(s, by) && s.Entity == catalog.Region }
func competentASR(s State, by person.Actor) bool {
	return competent(s, by) && s.Entity != catalog.Region
}
func supervisor(s State, by person.Actor) bool    { return competent(s, by) && by.Role.Supervises() }
func system(_ State, by person.Actor) bool        { return by.Role == person.System }
func administrator(_ State, by person.Actor) bool { return by.Role == person.Administrator }
func author(s State, by person.Actor) bool        { return by.Role.Operates() && s.Last.By == by }
func handoverParty(s State, by person.Actor) bool {
	return s.Handover.N > 0 && region(s, by) || handoverSender(s, by)
}
func handoverSender(s State, by person.Actor) bool {
	return s.Entity == catalog.Region && s.Handover.N > 0 && by.Operates(s.Handover.ASR)
}

// ticketCitizen is the account whose verified ticket it is, or who holds the ticket's personal link: that actor's
// id is the ticket's.
func ticketCitizen(s State, by person.Actor) bool {
	return by.Role == person.Citizen && by.ID != "" && (by.ID == s.Citizen || by.ID == string(s.ID))
}

// checkActor judges the actor first and the status second, so that nobody learns the status of a ticket they cannot see.
func checkActor(s State, m Move, by person.Actor) error {
	for _, row := range rulesFor(m) {
		if row.actor(s, by) {
			return nil
		}
	}
	return actorRefusal(s, m, by)
}

// canSee tells whether the ticket is there for the actor at all.
func canSee(s State, by person.Actor) bool {
	return competent(s, by) || by.Role.Operates() && s.HasTrace(by.Entity) || handoverSender(s, by) || ticketCitizen(s, by)
}

// actorRefusal explains why the move is not the actor's and what is, without showing a ticket that is not theirs.
func actorRefusal(s State, m Move, by person.Actor) error {
	switch {
	case !canSee(s, by):
		return &NotVisibleError{}
	case ticketCitizen(s, by):
		return &ForbiddenError{Rule: "this is done by operators; you can reply"}
	case competent(s, by):
		if rule, ok := reservedMoves[m]; ok {
			return &ForbiddenError{Rule: rule}
		}
		return &ForbiddenError{Rule: "the system alone does this, by itself"}
	case s.Handover.ASR == by.Entity && s.Status == HandedOver:
		return &ForbiddenError{Rule: "the ticket was handed over and you keep a read-only trace: until the Region takes it you can recall it (status " +
			string(s.Handover.Status) + ", with a reason) or write a regional message (FAQ 2.6)"}
	case handoverSender(s, by):
		return &ForbiddenError{Rule: "the Region has taken the ticket over and you keep a read-only trace: you can write a regional message (FAQ 2.6)"}
	default:
		return &ForbiddenError{Rule: "the ticket was handed over: your entity keeps a read-only trace (FAQ 2.6)"}
	}
}

// reservedMoves says, to competent operators, whose the moves are that are not theirs.
var reservedMoves = map[Move]string{
	MoveRedirect:            "only the Region sends a ticket to another entity, and nuovo is no other target: hand it over with status non_di_competenza (FAQ 2.6)",
	MoveEscalate:            "the ticket is the Region's already: send it to an ASR with entity",
	MoveRegionalMessage:     "a regional message goes between the Region and the ASR that handed over, while the Region has the ticket: write a note",
	MoveDiscard:             "only a supervisor discards: resolve with a public note, or assign the ticket to supervisori",
	MoveAnswer:              "only the citizen replies: write a public note",
	MoveAnswerCheck:         "the checks are made by the ASR, on its own systems: send the ticket back to it with entity",
	MoveErase:               "only an administrator erases personal data",
	MoveClose:               "the system alone closes (FAQ 2.5)",
	MoveTransferToSuccessor: "the system alone moves tickets of a ceased entity",
	MoveRelease:             "the system alone does this, when a placement ends: leave the ticket without anyone (assignee)",
}
