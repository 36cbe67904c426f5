// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// takeAnswers is the playbook's part of a click: it takes the answers and, when the status asked for is that of the outcome
// they lead to, lets the outcome fill in what was not typed (FAQ 2.7–2.12).
func (a *updateDecision) takeAnswers() error {
	s := a.state
	if a.update.Service != "" || a.update.Problem != "" { // another problem's checks have come to nothing here
		s.Service, s.Problem = a.classification()
	}
	run, fresh, ok := a.engine.RunFor(s)
	if len(a.update.Answers) > 0 {
		if err := a.checkAnswerable(ok); err != nil {
			return err
		}
	}
	if !ok || a.state.Entity == catalog.Region {
		return nil
	}
	a.run = &run
	for i, answer := range a.update.Answers {
		a.takeAnswer(i, answer)
	}
	if err := a.errors.err(); err != nil {
		return err
	}
	if walk, loaded := a.engine.Walk(run); loaded {
		a.applyOutcome(walk)
	} else {
		a.run = nil
	}
	if fresh && (len(a.answerEvents) > 0 || a.carriedOut != nil) {
		begun := ticket.PlaybookStarted{Run: run.N, Pinned: run.Pinned, Entity: run.Entity}
		a.answerEvents = append([]ticket.Event{begun}, a.answerEvents...)
	}
	return nil
}

// checkAnswerable tells whether the actor may answer checks now, and whether there are any.
func (a *updateDecision) checkAnswerable(prescribed bool) error {
	if err := checkMove(a.state, ticket.MoveAnswerCheck, a.actor); err != nil {
		return err
	}
	switch {
	case a.update.Service != "" || a.update.Problem != "":
		return fieldError("answers", refusal.ReclassifyFirst.With(), "classify first, then answer")
	case !prescribed:
		return fieldError("answers", refusal.NoChecks.With(), "no answers, or another problem")
	}
	return checkNotErased(a.state, ticket.MoveAnswerCheck)
}

// takeAnswer takes one answer, as far as its check is asked by then.
func (a *updateDecision) takeAnswer(i int, answer ticket.AnswerInput) {
	at := fmt.Sprintf("answers[%d]", i)
	walk, ok := a.engine.Walk(*a.run)
	if !ok {
		a.errors.add(at, refusal.PlaybookNotLoaded.With(fmt.Sprint(a.run.Pinned.Version), string(a.run.Pinned.Playbook)), "put its file back")
		return
	}
	step := findStep(walk, answer.Check)
	if step == nil {
		var asked []string
		for _, s := range walk.Steps {
			asked = append(asked, string(s.Check.ID))
		}
		a.errors.add(at+".check", refusal.CheckNotAsked.With(cutInput(string(answer.Check))), "one of "+strings.Join(asked, ", "))
		return
	}
	for field, value := range answer.Evidence {
		where := at + ".evidence." + string(field)
		if !slices.ContainsFunc(step.Check.Evidence, func(n playbook.EvidenceItem) bool { return n.Field == field }) {
			var fields []string
			for _, n := range step.Check.Evidence {
				fields = append(fields, string(n.Field))
			}
			a.errors.add(where, refusal.NotEvidence.With(string(answer.Check)), "one of "+strings.Join(fields, ", "))
		} else if strings.TrimSpace(value) != "" {
			a.errors.requireText(where, value, ticket.MaxNameLength)
		}
	}
	a.answerEvents = append(a.answerEvents, a.engine.addAnswer(a.run, answer, "", a.actor)...)
}

// applyOutcome lets what the checks came to fill in the click that asks for its status.
func (a *updateDecision) applyOutcome(walk playbook.Walk) {
	o, u := walk.Outcome, &a.update
	for _, given := range a.run.Answers {
		a.answeredByPerson = a.answeredByPerson || given.Query == ""
	}
	asked := u.Status
	if u.Entity == catalog.Region || u.Assignee != nil && u.Assignee.Region { // «Regione Piemonte» in the menu says the same
		asked = ticket.HandedOver
	}
	if o == nil || asked == "" || string(asked) != o.Status || a.leavesOutcome(o) {
		return
	}
	text, missing := walk.Note()
	if u.Note == nil && u.OutcomeNote != "" && text != "" {
		u.Note = &ticket.NoteInput{ID: u.OutcomeNote, Text: text, Visibility: ticket.Public}
		if o.Action.IsInternal() {
			u.Note.Visibility = ticket.Internal
		}
	}
	if len(missing) > 0 {
		a.missingEvidence = missing
		return
	}
	if o.Action == playbook.Alert && u.Assignee == nil {
		u.Assignee = &ticket.AssigneeInput{Supervisors: true}
	}
	a.carriedOut = o
}

// leavesOutcome tells whether the click is about something else than the outcome: it takes the ticket, which says nothing to
// anybody; or the status asked for is the one that the ticket has, sent by a page on which the ticket was given to somebody, or a
// note written for other eyes than the outcome's, or the outcome was carried out already.
func (a *updateDecision) leavesOutcome(o *playbook.Outcome) bool {
	if a.update.Status != a.state.Status {
		return a.state.Status == ticket.New && a.update.Status == ticket.InProgress && a.update.Note == nil && len(a.update.Answers) == 0
	}
	return a.run.Outcome == o.ID || a.update.Assignee != nil && len(a.update.Answers) == 0 || a.update.Note != nil && a.hasPublicNote() == o.Action.IsInternal()
}

// checkEvidence names the evidence without which the outcome cannot be carried out, unless the operator does something
// else instead: types a note of their own, or hands over on another ground.
func (a *updateDecision) checkEvidence(m ticket.Move) {
	if a.update.Note != nil || m == ticket.MoveEscalate && a.update.Reason != "" {
		return
	}
	for _, f := range a.missingEvidence {
		a.errors.add("answers.evidence."+string(f), refusal.EvidenceMissing.With(), "the value, with the answer to its check")
	}
}

// checkGround wants to know why a ticket is handed over although its checks do not say so. Who hands it over before
// anybody has worked the checks says with the status itself that it is not theirs: «Non di competenza» (FAQ 2.6).
func (a *updateDecision) checkGround() {
	reason := ticket.Ground(a.update.Reason)
	known := reason == ticket.NotOurs || reason.IsOverride()
	switch {
	case reason != "" && !known, reason == "" && a.answeredByPerson && !a.escalatesByOutcome():
		why := refusal.HandoverAgainstChecks.With(a.playbookID())
		if reason != "" {
			why = refusal.UnknownGround.With(cutInput(a.update.Reason))
		}
		a.errors.add("reason", why, "one of "+strings.Join(wireNames(append([]ticket.Ground{ticket.NotOurs}, ticket.OverrideGrounds()...)), ", "))
	}
}

func (a *updateDecision) playbookID() string {
	if a.run == nil {
		return ""
	}
	return string(a.run.Pinned.Playbook)
}

// escalatesByOutcome tells whether the checks have come to a hand-over with nothing missing.
func (a *updateDecision) escalatesByOutcome() bool {
	return a.carriedOut != nil && a.carriedOut.Action == playbook.Escalate
}

// ground is why the hand-over is made, for the record.
func (a *updateDecision) ground() ticket.Ground {
	switch {
	case a.escalatesByOutcome():
		return ticket.ByOutcome
	case a.update.Reason == "" && a.run != nil:
		return ticket.NotOurs
	}
	return ticket.Ground(a.update.Reason)
}
