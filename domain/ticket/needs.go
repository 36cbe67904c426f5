// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// needs says which public note a move cannot do without, in the words of the refusal.
var needs = map[Move]string{
	MoveAsk:       "asking the citizen takes a public note with the question (FAQ 2.4)",
	MoveResolve:   "resolving takes a public note with the reason, which the citizen reads (FAQ 2.5)",
	MoveEscalate:  "handing over takes a public note with the reason, which the Region reads and the citizen does not (FAQ 2.6)",
	MoveRedirect:  "sending the ticket to another ASR takes a public note, which that ASR reads and the citizen does not",
	MoveDuplicate: "a duplicate takes a public note that tells the citizen so",
}

// reasons says which moves ask for a reason.
var reasons = map[Move]string{
	MoveResume: "set by mistake, telephoned, found elsewhere …",
	MoveReopen: "why the ticket is taken up again",
	MoveRecall: "why the ticket is taken back",
}

// writes says which moves cannot do without personal text: those that a ticket whose keys are gone cannot make.
// Resolving can: with nobody left to write to, it needs no note.
var writes = map[Move]bool{
	MoveNote: true, MoveMessage: true, MoveAnswer: true, MoveNotSolved: true, MoveThank: true, MoveAsk: true, MoveEscalate: true,
	MoveRedirect: true, MoveDuplicate: true, MoveResume: true, MoveReopen: true, MoveRecall: true, MoveCheck: true,
}

// check names everything that the move misses or that does not fit beside it.
func (a *act) check(m Move) {
	u := a.u
	a.checkMissing(m)
	confirms := m == MoveResolve && u.Note == nil && (a.s.Reopened || a.s.Erased)
	if why, needed := needs[m]; needed && !a.public() && !confirms && a.missing == nil {
		a.wrong.add("note", why, `note.visibility "public" with a text`)
	}
	a.checkReason(m)
	if u.DuplicateOf != nil && m != MoveDuplicate {
		a.wrong.add("duplicate_of", "a "+string(m)+" makes no duplicate", "one of the two at a time")
	}
	if u.Note != nil {
		a.wrong.text("note.text", u.Note.Text, maxText)
		a.wrong.oneOf("note.visibility", string(u.Note.Visibility), string(Internal), string(Public), string(Regional))
		a.wrong.attachments("note.attachments", u.Note.Attachments, u.Note.FileNames)
		if u.Note.Visibility == Regional && m != MoveMessage {
			a.wrong.add("note.visibility", "a regional message stands alone; in a hand-over public means the Region already", "public, internal")
		}
	}
	if u.Service != "" || u.Problem != "" {
		service, problem := a.classification()
		a.rules.about(&a.wrong, service, problem, a.by)
	}
	switch m {
	case MoveRedirect:
		a.rules.competence(&a.wrong, "entity", u.Entity, a.now)
		if u.Status != "" && u.Status != New {
			a.wrong.add("status", "a redirected ticket is nuovo at the ASR named", string(New))
		}
	case MoveEscalate:
		if u.Status != "" && u.Status != HandedOver {
			a.wrong.add("status", "«Regione Piemonte» hands the ticket over", string(HandedOver))
		}
	case MoveDuplicate:
		if u.DuplicateOf.Ticket == a.s.ID || u.DuplicateOf.Subject != a.s.Subject {
			a.wrong.add("duplicate_of", "is not another ticket of the same citizen", "the number of the ticket that this one repeats")
		}
		if u.Status != "" && u.Status != Solved {
			a.wrong.add("status", "a duplicate is resolved", string(Solved))
		}
	}
	a.checkAssignee(m)
}

// checkReason wants a reason where the move records one, and drops none that was typed elsewhere.
func (a *act) checkReason(m Move) {
	what, needed := reasons[m]
	switch {
	case m == MoveEscalate:
		a.checkGround()
	case m == MoveResume && a.carries != nil && a.u.Reason == "": // the outcome is the reason
	case needed && a.u.Reason == "":
		a.wrong.add("reason", string(m)+" needs a reason", what)
	case needed:
		a.wrong.text("reason", a.u.Reason, maxText)
	case m == MoveResolve && a.u.Reason != "":
		a.wrong.add("reason", "the reason of a resolution is its public note; a supervisor discards without any note",
			"no reason, or one of "+strings.Join(wire(discardReasons), ", ")+" and no note")
	case m != MoveDiscard && a.u.Reason != "":
		a.wrong.add("reason", "nothing here records a reason", "write it into a note")
	}
}

// checkAssignee holds the operator menu to the entity's own people (FAQ 2.3).
func (a *act) checkAssignee(m Move) {
	to := a.u.Assignee
	if to == nil || to.Region && m == MoveEscalate {
		return
	}
	allowed := "an operator of " + string(a.s.Entity) + ", or supervisori; to the Region: status non_di_competenza"
	if a.s.Entity == catalog.Region {
		allowed = "an operator of the Region, or supervisori; to an ASR: entity"
	}
	switch {
	case m == MoveTake && *to == NewAssignee{}:
		a.wrong.add("assignee", "taking a ticket puts somebody on it", allowed)
	case m == MoveEscalate || m == MoveRedirect:
		if *to != (NewAssignee{}) {
			a.wrong.add("assignee", "the entity that receives the ticket chooses its own operator", "leave it out")
		}
	case to.Operator != "" && to.At != a.s.Entity, to.Region:
		a.wrong.add("assignee", "is not an operator of the competent entity (FAQ 2.3: to another operator of one's own Azienda)", allowed)
	}
}
