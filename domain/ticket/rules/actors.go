// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// condition reports whether the state of a ticket admits a row of the lifecycle, beside its status.
type condition func(s ticket.State) bool

// always admits every state.
func always(ticket.State) bool { return true }

// unassigned admits a ticket to which nobody is assigned.
func unassigned(s ticket.State) bool { return s.Assignee == (ticket.Assignee{}) }

// toBeInformed admits a ticket whose citizen must be told something.
func toBeInformed(s ticket.State) bool { return s.Informing.Note != "" }

// namesAnother admits a ticket whose form names another person than the requester.
func namesAnother(s ticket.State) bool { return s.Representation != "" }

// mayMove reports whether the policy allows a move on the ticket to an actor.
func mayMove(s ticket.State, m ticket.Move, by person.Actor) bool {
	return s.Allows(by, policy.MoveAction(string(m)))
}

// isRestricted and isOpen admit a ticket with restricted access, and one without.
func isRestricted(s ticket.State) bool { return s.Restricted }

func isOpen(s ticket.State) bool { return !s.Restricted }

// competent reports whether the actor is an operator of the entity that has the ticket, and may read it.
func competent(s ticket.State, by person.Actor) bool {
	return by.Operates(s.Entity) && s.Allows(by, policy.ReadTicket)
}

// handoverSender reports whether the actor is an operator of the ASR that handed the ticket over to the Region, which has it.
func handoverSender(s ticket.State, by person.Actor) bool {
	return by.Role.Operates() && s.Relations(by)&policy.Sender != 0 && s.Allows(by, policy.ReadTicket)
}

// ticketCitizen reports whether the actor is the ticket's citizen.
func ticketCitizen(s ticket.State, by person.Actor) bool { return s.Relations(by)&policy.Citizen != 0 }

// checkActor returns an error if the actor may not make the move in any status. Callers check the status after it, so that actors do not
// learn the status of a ticket that they cannot see.
func checkActor(s ticket.State, m ticket.Move, by person.Actor) error {
	if mayMove(s, m, by) {
		for _, row := range rulesFor(m) {
			if row.when(s) {
				return nil
			}
		}
	}
	return actorRefusal(s, m, by)
}

// canSee reports whether the actor may know that the ticket exists, as one who gives commands.
func canSee(s ticket.State, by person.Actor) bool {
	return !by.Role.Audits() && s.Allows(by, policy.ReadTicket)
}

// ReadRefusal returns the error for an actor who may not read a ticket: *ForbiddenError with what they can do if they may know that it exists,
// else *NotVisibleError.
func ReadRefusal(s ticket.State, by person.Actor) error {
	switch {
	case s.Restricted && by.Operates(s.Entity) && !s.Allows(by, policy.ReadTicket):
		return &ticket.ForbiddenError{Reason: refusal.AccessRestricted.With()}
	case s.Allows(by, policy.ReadTrace):
		return &ticket.ForbiddenError{Reason: refusal.ViewEnded.With()}
	}
	return &ticket.NotVisibleError{}
}

// actorRefusal returns the error for an actor who may not make the move: that of ReadRefusal if they may not read the ticket, else
// *ForbiddenError with a reason that says who may make it or what the actor may do instead.
func actorRefusal(s ticket.State, m ticket.Move, by person.Actor) error {
	switch {
	case !canSee(s, by):
		return ReadRefusal(s, by)
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
	ticket.MoveRestrictAccess:      refusal.AssigneeRestricts,
	ticket.MoveLiftRestriction:     refusal.SupervisorLifts,
}
