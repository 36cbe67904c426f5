// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// requiredNotes holds, for each move that needs a public note, the code that refuses it without one.
var requiredNotes = map[ticket.Move]refusal.Code{
	ticket.MoveAsk:       refusal.AskNeedsNote,
	ticket.MoveResolve:   refusal.ResolveNeedsNote,
	ticket.MoveEscalate:  refusal.EscalateNeedsNote,
	ticket.MoveRedirect:  refusal.RedirectNeedsNote,
	ticket.MoveDuplicate: refusal.DuplicateNeedsNote,
}

// requiredReasons holds, for each move that needs a reason, a description of the reason.
var requiredReasons = map[ticket.Move]string{
	ticket.MoveResume: "set by mistake, telephoned, found elsewhere …",
	ticket.MoveReopen: "why the ticket is taken up again",
	ticket.MoveRecall: "why the ticket is taken back",
}

// writesPersonalText holds the moves that need a personal text. They are not possible on a ticket whose keys were destroyed. Resolving is
// possible: an erased ticket is resolved without a note.
var writesPersonalText = map[ticket.Move]bool{
	ticket.MoveNote: true, ticket.MoveRegionalMessage: true, ticket.MoveAnswer: true, ticket.MoveNotSolved: true,
	ticket.MoveCitizenMessage: true, ticket.MoveAsk: true, ticket.MoveEscalate: true, ticket.MoveRedirect: true,
	ticket.MoveDuplicate: true, ticket.MoveResume: true, ticket.MoveReopen: true, ticket.MoveRecall: true, ticket.MoveAnswerCheck: true,
	ticket.MoveRevokeLinks:     true,
	ticket.MoveCorrectContacts: true,
	ticket.MoveRestrictAccess:  true,
	ticket.MoveLiftRestriction: true,

	ticket.MoveCheckRepresentation: true,
}

// checkFields adds an error for each field of the update that the move needs and that is missing, and for each that is wrong or does not
// fit the move.
func (a *updateDecision) checkFields(m ticket.Move) {
	u := a.update
	a.checkEvidence(m)
	withoutNote := m == ticket.MoveResolve && u.Note == nil && (a.state.Reopened || a.state.Erased)
	if code, needed := requiredNotes[m]; needed && !a.hasPublicNote() && !withoutNote && a.missingEvidence == nil {
		a.errors.add("note", code.With(), `note.visibility "public" with a text`)
	}
	a.checkReason(m)
	if u.DuplicateOf != nil && m != ticket.MoveDuplicate {
		a.errors.add("duplicate_of", refusal.DuplicateWithMove.With(string(m)), "one of the two at a time")
	}
	if u.Note != nil {
		a.errors.requireText("note.text", u.Note.Text, ticket.MaxTextLength)
		a.errors.requireOneOf("note.visibility", string(u.Note.Visibility),
			string(ticket.Internal), string(ticket.Public), string(ticket.Regional))
		a.errors.checkAttachments("note.attachments", u.Note.Attachments, u.Note.FileNames)
		if u.Note.Visibility == ticket.Regional && m != ticket.MoveRegionalMessage {
			a.errors.add("note.visibility", refusal.RegionalMessageAlone.With(), "public, internal")
		}
	}
	if u.Service != "" || u.Problem != "" {
		service, problem := a.classification()
		a.engine.checkClassification(&a.errors, service, problem, a.actor)
	}
	switch m {
	case ticket.MoveRedirect:
		a.engine.checkEntity(&a.errors, "entity", u.Entity, a.now)
		if u.Status != "" && u.Status != ticket.StatusNew {
			a.errors.add("status", refusal.RedirectedIsNew.With(), string(ticket.StatusNew))
		}
	case ticket.MoveEscalate:
		if u.Status != "" && u.Status != ticket.StatusHandedOver {
			a.errors.add("status", refusal.RegionMeansHandover.With(), string(ticket.StatusHandedOver))
		}
	case ticket.MoveDuplicate:
		same := a.state.Person != "" && u.DuplicateOf.Person == a.state.Person // without a tax code nobody knows who asks
		if u.DuplicateOf.Ticket == a.state.ID || !same {
			a.errors.add("duplicate_of", refusal.NotSameCitizen.With(), "the number of the ticket that this one repeats")
		}
		if slices.Contains(u.DuplicateOf.Mains, a.state.ID) {
			a.errors.add("duplicate_of", refusal.DuplicateLoop.With(), "the number of a ticket that is not a duplicate of this one")
		}
		if u.Status != "" && u.Status != ticket.StatusResolved {
			a.errors.add("status", refusal.DuplicateIsResolved.With(), string(ticket.StatusResolved))
		}
	}
	a.checkAssignee(m)
}

// checkReason requires a reason for a move that records one, and refuses a reason for any other move, so that no typed reason is lost.
func (a *updateDecision) checkReason(m ticket.Move) {
	allowed, needed := requiredReasons[m]
	switch {
	case m == ticket.MoveEscalate:
		a.checkGround()
	case m == ticket.MoveResume && a.carriedOut != nil && a.update.Reason == "": // the outcome is the reason
	case needed && a.update.Reason == "":
		a.errors.add("reason", refusal.ReasonRequired.With(string(m)), allowed)
	case needed:
		a.errors.requireText("reason", a.update.Reason, ticket.MaxTextLength)
	case m == ticket.MoveResolve && a.update.Reason != "":
		a.errors.add("reason", refusal.ResolveReasonIsNote.With(),
			"no reason, or one of "+strings.Join(wireNames(discardReasons), ", ")+" and no note")
	case m != ticket.MoveDiscard && a.update.Reason != "":
		a.errors.add("reason", refusal.ReasonNotRecorded.With(), "write it into a note")
	}
}

// checkAssignee checks that the chosen assignee is an operator of the competent entity or its supervisors (FAQ 2.3), and fits the move.
func (a *updateDecision) checkAssignee(m ticket.Move) {
	to := a.update.Assignee
	if to == nil || to.Region && m == ticket.MoveEscalate {
		return
	}
	allowed := "an operator of " + string(a.state.Entity) + ", or supervisori; to the Region: status non_di_competenza"
	if a.state.Entity == catalog.Region {
		allowed = "an operator of the Region, or supervisori; to an ASR: entity"
	}
	switch {
	case m == ticket.MoveTake && *to == ticket.AssigneeInput{}:
		a.errors.add("assignee", refusal.TakeNeedsAssignee.With(), allowed)
	case m == ticket.MoveEscalate || m == ticket.MoveRedirect:
		if *to != (ticket.AssigneeInput{}) {
			a.errors.add("assignee", refusal.ReceiverAssigns.With(), "leave it out")
		}
	case to.Operator != "" && to.Entity != a.state.Entity, to.Region:
		a.errors.add("assignee", refusal.NotOwnOperator.With(), allowed)
	}
}
