// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// applyAnswers applies the answers of the update to the run of the ticket. If the update asks for the status of the outcome to which they
// lead, the outcome fills in the fields that the operator left empty (FAQ 2.7–2.12).
func (a *updateDecision) applyAnswers() error {
	s := a.state
	if a.update.Service != "" || a.update.Problem != "" { // the outcome of the former problem does not apply
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
		started := ticket.PlaybookStarted{Run: run.N, Pinned: run.Pinned, Entity: run.Entity}
		a.answerEvents = append([]ticket.Event{started}, a.answerEvents...)
	}
	return nil
}

// checkAnswerable returns an error if the actor may not answer checks now, if none are prescribed, or if the update also changes the
// problem.
func (a *updateDecision) checkAnswerable(prescribed bool) error {
	if err := checkMove(a.state, ticket.MoveAnswerCheck, a.actor); err != nil {
		return err
	}
	switch {
	case a.update.Service != "" || a.update.Problem != "":
		return ticket.NewInvalidField("answers", refusal.ReclassifyFirst.With(), "classify first, then answer")
	case !prescribed:
		return ticket.NewInvalidField("answers", refusal.NoChecks.With(), "no answers, or another problem")
	}
	return checkNotErased(a.state, ticket.MoveAnswerCheck)
}

// takeAnswer applies answer i. It adds errors for a check that is not asked after the answers before it, and for evidence that does not
// belong to the check.
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

// applyOutcome fills in the update from the outcome of the walk if the update asks for its status: the note, and for an alert the
// supervisors as assignee. Without the evidence for the note it carries out nothing and keeps the missing fields.
func (a *updateDecision) applyOutcome(walk playbook.Walk) {
	o, u := walk.Outcome, &a.update
	for _, given := range a.run.Answers {
		a.answeredByPerson = a.answeredByPerson || given.Query == ""
	}
	status := u.Status
	if u.Entity == catalog.Region || u.Assignee != nil && u.Assignee.Region { // «Regione Piemonte» in the menu also hands over
		status = ticket.StatusHandedOver
	}
	if o == nil || status == "" || string(status) != o.Status || a.ignoresOutcome(o) {
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

// ignoresOutcome reports whether the update has the status of the outcome but does not carry the outcome out. That is so if it
// only takes the ticket. It is also so if the ticket has the status already, since pages send it in every update, and the outcome was
// carried out before, or the update assigns the ticket without an answer, or its note is for another audience than the outcome's note.
func (a *updateDecision) ignoresOutcome(o *playbook.Outcome) bool {
	if a.update.Status != a.state.Status {
		return a.state.Status == ticket.StatusNew && a.update.Status == ticket.StatusInProgress && a.update.Note == nil && len(a.update.Answers) == 0
	}
	return a.run.Outcome == o.ID || a.update.Assignee != nil && len(a.update.Answers) == 0 ||
		a.update.Note != nil && a.hasPublicNote() == o.Action.IsInternal()
}

// checkEvidence adds an error for each missing field of evidence that the outcome needs, unless the operator typed a note or hands over on
// another ground.
func (a *updateDecision) checkEvidence(m ticket.Move) {
	if a.update.Note != nil || m == ticket.MoveEscalate && a.update.Reason != "" {
		return
	}
	for _, f := range a.missingEvidence {
		a.errors.add("answers.evidence."+string(f), refusal.EvidenceMissing.With(), "the value, with the answer to its check")
	}
}

// checkGround requires a ground for a hand-over that the outcome does not prescribe, once a person has answered a check. Before that the
// status «Non di competenza» itself means that the ticket is not the ASR's (FAQ 2.6).
func (a *updateDecision) checkGround() {
	reason := ticket.Ground(a.update.Reason)
	known := reason == ticket.NotOurs || reason.IsOverride()
	switch {
	case reason != "" && !known, reason == "" && a.answeredByPerson && !a.escalatesByOutcome():
		refused := refusal.HandoverAgainstChecks.With(a.playbookID())
		if reason != "" {
			refused = refusal.UnknownGround.With(cutInput(a.update.Reason))
		}
		grounds := append([]ticket.Ground{ticket.NotOurs}, ticket.OverrideGrounds()...)
		a.errors.add("reason", refused, "one of "+strings.Join(wireNames(grounds), ", "))
	}
}

// playbookID returns the id of the playbook of the run; "" if there is none.
func (a *updateDecision) playbookID() string {
	if a.run == nil {
		return ""
	}
	return string(a.run.Pinned.Playbook)
}

// escalatesByOutcome reports whether the update carries out an outcome that prescribes a hand-over.
func (a *updateDecision) escalatesByOutcome() bool {
	return a.carriedOut != nil && a.carriedOut.Action == playbook.Escalate
}

// ground returns the ground that is recorded with the hand-over.
func (a *updateDecision) ground() ticket.Ground {
	switch {
	case a.escalatesByOutcome():
		return ticket.ByOutcome
	case a.update.Reason == "" && a.run != nil:
		return ticket.NotOurs
	}
	return ticket.Ground(a.update.Reason)
}
