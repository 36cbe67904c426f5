// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// requiredNotes says which public note a move cannot do without, in the words of the refusal.
var requiredNotes = map[ticket.Move]string{
	ticket.MoveAsk:       "asking the citizen takes a public note with the question (FAQ 2.4)",
	ticket.MoveResolve:   "resolving takes a public note with the reason, which the citizen reads (FAQ 2.5)",
	ticket.MoveEscalate:  "handing over takes a public note with the reason, which the Region reads and the citizen does not (FAQ 2.6)",
	ticket.MoveRedirect:  "sending the ticket to another ASR takes a public note, which that ASR reads and the citizen does not",
	ticket.MoveDuplicate: "a duplicate takes a public note that tells the citizen so",
}

// requiredReasons says which moves ask for a reason.
var requiredReasons = map[ticket.Move]string{
	ticket.MoveResume: "set by mistake, telephoned, found elsewhere …",
	ticket.MoveReopen: "why the ticket is taken up again",
	ticket.MoveRecall: "why the ticket is taken back",
}

// writesPersonalText says which moves cannot do without personal text: those that a ticket whose keys are gone cannot make.
// Resolving can: with nobody left to write to, it needs no note.
var writesPersonalText = map[ticket.Move]bool{
	ticket.MoveNote: true, ticket.MoveRegionalMessage: true, ticket.MoveAnswer: true, ticket.MoveNotSolved: true, ticket.MoveCitizenMessage: true, ticket.MoveAsk: true, ticket.MoveEscalate: true,
	ticket.MoveRedirect: true, ticket.MoveDuplicate: true, ticket.MoveResume: true, ticket.MoveReopen: true, ticket.MoveRecall: true, ticket.MoveAnswerCheck: true,
}

// checkFields names everything that the move misses or that does not fit beside it.
func (a *updateDecision) checkFields(m ticket.Move) {
	u := a.update
	a.checkEvidence(m)
	confirms := m == ticket.MoveResolve && u.Note == nil && (a.state.Reopened || a.state.Erased)
	if why, needed := requiredNotes[m]; needed && !a.hasPublicNote() && !confirms && a.missingEvidence == nil {
		a.errors.add("note", why, `note.visibility "public" with a text`)
	}
	a.checkReason(m)
	if u.DuplicateOf != nil && m != ticket.MoveDuplicate {
		a.errors.add("duplicate_of", "a "+string(m)+" makes no duplicate", "one of the two at a time")
	}
	if u.Note != nil {
		a.errors.requireText("note.text", u.Note.Text, ticket.MaxTextLength)
		a.errors.requireOneOf("note.visibility", string(u.Note.Visibility), string(ticket.Internal), string(ticket.Public), string(ticket.Regional))
		a.errors.checkAttachments("note.attachments", u.Note.Attachments, u.Note.FileNames)
		if u.Note.Visibility == ticket.Regional && m != ticket.MoveRegionalMessage {
			a.errors.add("note.visibility", "a regional message stands alone; in a hand-over public means the Region already", "public, internal")
		}
	}
	if u.Service != "" || u.Problem != "" {
		service, problem := a.classification()
		a.engine.checkClassification(&a.errors, service, problem, a.actor)
	}
	switch m {
	case ticket.MoveRedirect:
		a.engine.checkEntity(&a.errors, "entity", u.Entity, a.now)
		if u.Status != "" && u.Status != ticket.New {
			a.errors.add("status", "a redirected ticket is nuovo at the ASR named", string(ticket.New))
		}
	case ticket.MoveEscalate:
		if u.Status != "" && u.Status != ticket.HandedOver {
			a.errors.add("status", "«Regione Piemonte» hands the ticket over", string(ticket.HandedOver))
		}
	case ticket.MoveDuplicate:
		if u.DuplicateOf.Ticket == a.state.ID || u.DuplicateOf.Subject != a.state.Subject {
			a.errors.add("duplicate_of", "is not another ticket of the same citizen", "the number of the ticket that this one repeats")
		}
		if u.Status != "" && u.Status != ticket.Solved {
			a.errors.add("status", "a duplicate is resolved", string(ticket.Solved))
		}
	}
	a.checkAssignee(m)
}

// checkReason wants a reason where the move records one, and drops none that was typed elsewhere.
func (a *updateDecision) checkReason(m ticket.Move) {
	what, needed := requiredReasons[m]
	switch {
	case m == ticket.MoveEscalate:
		a.checkGround()
	case m == ticket.MoveResume && a.carriedOut != nil && a.update.Reason == "": // the outcome is the reason
	case needed && a.update.Reason == "":
		a.errors.add("reason", string(m)+" needs a reason", what)
	case needed:
		a.errors.requireText("reason", a.update.Reason, ticket.MaxTextLength)
	case m == ticket.MoveResolve && a.update.Reason != "":
		a.errors.add("reason", "the reason of a resolution is its public note; a supervisor discards without any note",
			"no reason, or one of "+strings.Join(wireNames(discardReasons), ", ")+" and no note")
	case m != ticket.MoveDiscard && a.update.Reason != "":
		a.errors.add("reason", "nothing here records a reason", "write it into a note")
	}
}

// checkAssignee holds the operator menu to the entity's own people (FAQ 2.3).
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
		a.errors.add("assignee", "taking a ticket puts somebody on it", allowed)
	case m == ticket.MoveEscalate || m == ticket.MoveRedirect:
		if *to != (ticket.AssigneeInput{}) {
			a.errors.add("assignee", "the entity that receives the ticket chooses its own operator", "leave it out")
		}
	case to.Operator != "" && to.Entity != a.state.Entity, to.Region:
		a.errors.add("assignee", "is not an operator of the competent entity (FAQ 2.3: to another operator of one's own Azienda)", allowed)
	}
}
