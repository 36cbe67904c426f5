// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// actorRule reports whether an actor may make a move on a ticket in its present state.
type actorRule func(s ticket.State, by person.Actor) bool

// The actors of the lifecycle.

// anyone accepts every actor.
func anyone(ticket.State, person.Actor) bool { return true }

// competent accepts the operators of the entity that has the ticket.
func competent(s ticket.State, by person.Actor) bool { return by.Operates(s.Entity) }

// unassigned accepts the operators of the entity that has the ticket while nobody is assigned to it.
func unassigned(s ticket.State, by person.Actor) bool {
	return competent(s, by) && s.Assignee == (ticket.Assignee{})
}

// toBeInformed accepts the operators of the entity that has the ticket while its citizen must be told something.
func toBeInformed(s ticket.State, by person.Actor) bool {
	return competent(s, by) && s.Informing.Note != ""
}

// region accepts the operators of the Region while the Region has the ticket.
func region(s ticket.State, by person.Actor) bool {
	return competent(s, by) && s.Entity == catalog.Region
}

// competentASR accepts the operators of the ASR that has the ticket.
func competentASR(s ticket.State, by person.Actor) bool {
	return competent(s, by) && s.Entity != catalog.Region
}

// supervisor accepts the supervisors of the entity that has the ticket.
func supervisor(s ticket.State, by person.Actor) bool {
	return competent(s, by) && by.Role.Supervises()
}

// system accepts the system.
func system(_ ticket.State, by person.Actor) bool { return by.Role == person.System }

// administrator accepts administrators.
func administrator(_ ticket.State, by person.Actor) bool { return by.Role == person.Administrator }

// author accepts the operator who made the latest act.
func author(s ticket.State, by person.Actor) bool { return by.Role.Operates() && s.Last.By == by }

// handoverParty accepts operators of the Region while it has a handed-over ticket, and of the ASR that handed it over.
func handoverParty(s ticket.State, by person.Actor) bool {
	return s.Handover.N > 0 && region(s, by) || handoverSender(s, by)
}

// handoverSender accepts operators of the ASR of the latest hand-over while the Region has the ticket.
func handoverSender(s ticket.State, by person.Actor) bool {
	return s.Entity == catalog.Region && s.Handover.N > 0 && by.Operates(s.Handover.ASR)
}

// ticketCitizen accepts the verified citizen of the ticket and the holder of the ticket's personal link. The id of the link's holder is the
// id of the ticket.
func ticketCitizen(s ticket.State, by person.Actor) bool {
	return by.Role == person.Citizen && by.ID != "" && (by.ID == s.Citizen || by.ID == string(s.ID))
}

// checkActor returns an error if the actor may not make the move in any status. Callers check the status after it, so that actors do not
// learn the status of a ticket that they cannot see.
func checkActor(s ticket.State, m ticket.Move, by person.Actor) error {
	for _, row := range rulesFor(m) {
		if row.actor(s, by) {
			return nil
		}
	}
	return actorRefusal(s, m, by)
}

// canSee reports whether the actor may know that the ticket exists.
func canSee(s ticket.State, by person.Actor) bool {
	return competent(s, by) || by.Role.Operates() && s.HasTrace(by.Entity) || handoverSender(s, by) || ticketCitizen(s, by)
}

// actorRefusal returns the error for an actor who may not make the move: *NotVisibleError if they must not know the ticket, else
// *ForbiddenError with a reason that says who may make it or what the actor may do instead.
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
	case s.Handover.ASR == by.Entity && s.Status == ticket.StatusHandedOver:
		return &ticket.ForbiddenError{Reason: refusal.TraceMayRecall.With(string(s.Handover.Status))}
	case handoverSender(s, by):
		return &ticket.ForbiddenError{Reason: refusal.TraceMayWrite.With()}
	default:
		return &ticket.ForbiddenError{Reason: refusal.TraceOnly.With()}
	}
}

// reservedMoves holds, for moves that a competent operator may not make, the code that says who may.
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
