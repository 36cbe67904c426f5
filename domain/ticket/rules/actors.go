// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
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
		return &ticket.ForbiddenError{Reason: refusal.CitizenMayReply.With()}
	case competent(s, by):
		if code, ok := reservedMoves[m]; ok {
			return &ticket.ForbiddenError{Reason: code.With()}
		}
		return &ticket.ForbiddenError{Reason: refusal.SystemOnly.With()}
	case s.Handover.ASR == by.Entity && s.Status == ticket.HandedOver:
		return &ticket.ForbiddenError{Reason: refusal.TraceMayRecall.With(string(s.Handover.Status))}
	case handoverSender(s, by):
		return &ticket.ForbiddenError{Reason: refusal.TraceMayWrite.With()}
	default:
		return &ticket.ForbiddenError{Reason: refusal.TraceOnly.With()}
	}
}

// reservedMoves says, to competent operators, whose the moves are that are not theirs.
var reservedMoves = map[ticket.Move]refusal.Code{
	ticket.MoveRedirect:            refusal.RegionRedirects,
	ticket.MoveEscalate:            refusal.AlreadyAtRegion,
	ticket.MoveRegionalMessage:     refusal.NoRegionalMessage,
	ticket.MoveDiscard:             refusal.SupervisorDiscards,
	ticket.MoveAnswer:              refusal.CitizenReplies,
	ticket.MoveAnswerCheck:         refusal.ASRAnswersChecks,
	ticket.MoveErase:               refusal.AdministratorErases,
	ticket.MoveClose:               refusal.SystemCloses,
	ticket.MoveTransferToSuccessor: refusal.SystemTransfers,
	ticket.MoveRelease:             refusal.SystemReleases,
}
