// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// decideUpdate decides the command «Aggiorna» (FAQ 2.3–2.6). It finds the one move that the update asks for and records it with the note,
// the answers, the classification and the assignment as one act.
func (r Engine) decideUpdate(s ticket.State, u ticket.Update, by person.Actor, now time.Time) ([]ticket.Event, error) {
	if !canSee(s, by) {
		return nil, ReadRefusal(s, by)
	}
	a := updateDecision{engine: r, state: s, update: u, actor: by, now: now}
	if err := a.applyAnswers(); err != nil {
		return nil, err
	}
	m, err := a.findMove()
	if err != nil {
		return nil, err
	}
	if err := a.checkPermission(m); err != nil {
		return nil, err
	}
	if a.update.Note != nil || writesPersonalText[m] {
		if err := checkNotErased(s, m); err != nil {
			return nil, err
		}
	}
	a.target, err = a.targetStatus(m)
	if err != nil {
		return nil, err
	}
	if err := a.checkRepresentation(m); err != nil {
		return nil, err
	}
	a.checkFields(m)
	if err := a.errors.err(); err != nil {
		return nil, err
	}
	a.events = a.answerEvents
	a.recordClassification()
	a.recordNote(m)
	a.recordMove(m)
	if m != ticket.MoveTake {
		a.recordAssignment(m)
	}
	if a.carriedOut != nil {
		a.record(ticket.OutcomeCarriedOut{Run: a.run.N, Outcome: a.carriedOut.ID, Action: a.carriedOut.Action, Remind: a.carriedOut.Remind})
	}
	return a.events, nil
}

// updateDecision holds an update while it is decided.
type updateDecision struct {
	engine Engine
	state  ticket.State
	update ticket.Update
	actor  person.Actor
	now    time.Time
	target ticket.Status
	errors fieldErrors
	events []ticket.Event

	run              *ticket.PlaybookRun // with the answers of the update; nil if there is none
	answerEvents     []ticket.Event      // of the answers
	answeredByPerson bool                // a person has answered a check
	carriedOut       *playbook.Outcome   // outcome that the update carries out; nil if none
	missingEvidence  []playbook.FieldID  // that the outcome needs
}

// findMove returns the move that the update asks for. An update that leaves the status as it is has the move of the first field that it
// sets: MoveRegionalMessage, MoveNote, MoveReclassify, MoveUnassign, MoveAssign or MoveAnswerCheck.
func (a *updateDecision) findMove() (ticket.Move, error) {
	s, u := a.state, a.update
	status := u.Status
	if status == s.Status && (status != ticket.StatusWaiting || !a.hasPublicNote()) { // pages send the status in every update
		status = ""
	}
	switch {
	case u.Status == ticket.StatusClosed:
		return "", &ticket.NotAllowedError{Move: ticket.MoveClose, Status: s.Status, Reason: refusal.NotClosedByHand.With()}
	case u.Status != "" && !slices.Contains(ticket.Statuses(), u.Status):
		a.errors.requireOneOf("status", string(u.Status), wireNames(notClosed)...)
		return "", a.errors.err()
	case u.Entity == catalog.Region, u.Assignee != nil && u.Assignee.Region && a.actor.Entity != catalog.Region:
		return ticket.MoveEscalate, nil
	case u.Entity != "":
		return ticket.MoveRedirect, nil
	case u.DuplicateOf != nil:
		return ticket.MoveDuplicate, nil
	}
	if status != "" && status == s.Handover.Status && s.Status == ticket.StatusHandedOver && handoverSender(s, a.actor) {
		return ticket.MoveRecall, nil
	}
	switch status {
	case ticket.StatusNew:
		return ticket.MoveRedirect, nil
	case ticket.StatusInProgress:
		switch {
		case s.Status == ticket.StatusResolved:
			return ticket.MoveReopen, nil
		case u.Reason == "" && (s.Status == ticket.StatusNew || s.Status == ticket.StatusHandedOver):
			return ticket.MoveTake, nil
		}
		return ticket.MoveResume, nil
	case ticket.StatusWaiting:
		return ticket.MoveAsk, nil
	case ticket.StatusHandedOver:
		return ticket.MoveEscalate, nil
	case ticket.StatusResolved:
		if u.Note == nil && slices.Contains(discardReasons, ticket.DiscardReason(u.Reason)) {
			return ticket.MoveDiscard, nil
		}
		return ticket.MoveResolve, nil
	case ticket.StatusClosed:
	}
	switch {
	case u.Note != nil && u.Note.Visibility == ticket.Regional:
		return ticket.MoveRegionalMessage, nil
	case u.Note != nil:
		return ticket.MoveNote, nil
	case u.Service != "" || u.Problem != "":
		return ticket.MoveReclassify, nil
	case u.Assignee != nil && *u.Assignee == ticket.AssigneeInput{}:
		return ticket.MoveUnassign, nil
	case u.Assignee != nil:
		return ticket.MoveAssign, nil
	case len(u.Answers) > 0:
		return ticket.MoveAnswerCheck, nil
	}
	switch {
	case u.Status == ticket.StatusInProgress && unassigned(s) && competent(s, a.actor):
		return ticket.MoveTake, nil
	case u.Status == ticket.StatusInProgress && s.Assignee.Operator != a.actor.ID && competent(s, a.actor):
		return "", &ticket.NotAllowedError{Move: ticket.MoveTake, Status: s.Status, Reason: refusal.TakenAlready.With()}
	case u.Status != "":
		return ticket.MoveNote, nil // the ticket has this status: the actor is checked as for a note, and nothing is recorded
	}
	return "", ticket.NewInvalidField("status", refusal.NothingToUpdate.With(),
		"at least one of note, status, assignee, entity, service, duplicate_of, answers")
}

var discardReasons = []ticket.DiscardReason{ticket.Spam, ticket.TestOnly, ticket.Repeated}

// wireNames returns the values as text.
func wireNames[S ~string](values []S) []string {
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = string(v)
	}
	return text
}

// hasPublicNote reports whether the update writes a note that is Public.
func (a *updateDecision) hasPublicNote() bool {
	return a.update.Note != nil && a.update.Note.Visibility == ticket.Public
}

// checkPermission returns an error if the actor may not make the move, or changes more than the move on a ticket that is not at their
// entity.
func (a *updateDecision) checkPermission(m ticket.Move) error {
	if err := checkActor(a.state, m, a.actor); err != nil {
		return err
	}
	changesMore := a.update.Assignee != nil || len(a.update.Answers) > 0 || a.update.Service != "" || a.update.Problem != ""
	if !competent(a.state, a.actor) && changesMore {
		return &ticket.ForbiddenError{Reason: refusal.RegionHasTicket.With(string(m))}
	}
	return nil
}

// targetStatus returns the status after the move. A recall leads back to the status before the hand-over.
func (a *updateDecision) targetStatus(m ticket.Move) (ticket.Status, error) {
	if m == ticket.MoveRecall {
		return nextStatus(a.state, m, a.state.Handover.Status)
	}
	return nextStatus(a.state, m)
}
