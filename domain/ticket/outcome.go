// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// checks is the playbook's part of a click: it takes the answers and, when the status asked for is that of the outcome
// they lead to, lets the outcome fill in what was not typed (FAQ 2.7–2.12).
func (a *act) checks() error {
	s := a.s
	if a.u.Service != "" || a.u.Problem != "" { // another problem's checks have come to nothing here
		s.Service, s.Problem = a.classification()
	}
	run, fresh, ok := a.rules.Running(s)
	if len(a.u.Answers) > 0 {
		if err := a.answerable(ok); err != nil {
			return err
		}
	}
	if !ok || a.s.Entity == catalog.Region {
		return nil
	}
	a.run = &run
	for i, answer := range a.u.Answers {
		a.answered(i, answer)
	}
	if err := a.wrong.err(); err != nil {
		return err
	}
	if walk, loaded := a.rules.Walked(run); loaded {
		a.outcome(walk)
	} else {
		a.run = nil
	}
	if fresh && (len(a.answers) > 0 || a.carries != nil) {
		begun := PlaybookStarted{Run: run.N, Pinned: run.Pinned, Entity: run.Entity}
		a.answers = append([]Event{begun}, a.answers...)
	}
	return nil
}

// answerable tells whether the actor may answer checks now, and whether there are any.
func (a *act) answerable(prescribed bool) error {
	if err := timely(a.s, MoveCheck, a.by); err != nil {
		return err
	}
	switch {
	case a.u.Service != "" || a.u.Problem != "":
		return invalid("answers", "another problem has other checks", "classify first, then answer")
	case !prescribed:
		return invalid("answers", "no checks are prescribed for this problem", "no answers, or another problem")
	}
	return readable(a.s, MoveCheck)
}

// answered takes one answer, as far as its check is asked by then.
func (a *act) answered(i int, answer NewAnswer) {
	at := fmt.Sprintf("answers[%d]", i)
	walk, ok := a.rules.Walked(*a.run)
	if !ok {
		a.wrong.add(at, "version "+fmt.Sprint(a.run.Pinned.Version)+" of playbook "+string(a.run.Pinned.Playbook)+" is not loaded", "put its file back")
		return
	}
	step := reached(walk, answer.Check)
	if step == nil {
		var asked []string
		for _, s := range walk.Steps {
			asked = append(asked, string(s.Check.ID))
		}
		a.wrong.add(at+".check", quoted(string(answer.Check))+" is not asked here", "one of "+strings.Join(asked, ", "))
		return
	}
	for field, value := range answer.Evidence {
		where := at + ".evidence." + string(field)
		if !slices.ContainsFunc(step.Check.Evidence, func(n playbook.Needed) bool { return n.Field == field }) {
			var fields []string
			for _, n := range step.Check.Evidence {
				fields = append(fields, string(n.Field))
			}
			a.wrong.add(where, "is not evidence for "+string(answer.Check), "one of "+strings.Join(fields, ", "))
		} else if strings.TrimSpace(value) != "" {
			a.wrong.text(where, value, maxName)
		}
	}
	a.answers = append(a.answers, a.rules.answer(a.run, answer, "", a.by)...)
}

// outcome lets what the checks came to fill in the click that asks for its status.
func (a *act) outcome(walk playbook.Walk) {
	o, u := walk.Outcome, &a.u
	for _, given := range a.run.Answers {
		a.checked = a.checked || given.Query == ""
	}
	asked := u.Status
	if u.Entity == catalog.Region || u.Assignee != nil && u.Assignee.Region { // «Regione Piemonte» in the menu says the same
		asked = HandedOver
	}
	if o == nil || asked == "" || string(asked) != o.Status || a.untouched(o) {
		return
	}
	text, missing := walk.Note()
	if u.Note == nil && u.OutcomeNote != "" && text != "" {
		u.Note = &NewNote{ID: u.OutcomeNote, Text: text, Visibility: Public}
		if o.Act.Internal() {
			u.Note.Visibility = Internal
		}
	}
	if len(missing) > 0 {
		a.missing = missing
		return
	}
	if o.Act == playbook.Alert && u.Assignee == nil {
		u.Assignee = &NewAssignee{Supervisors: true}
	}
	a.carries = o
}

// untouched tells whether the click is about something else than the outcome: it takes the ticket, which says nothing to
// anybody; or the status asked for is the one that the ticket has, sent by a page on which the ticket was given to somebody, or a
// note written for other eyes than the outcome's, or the outcome was carried out already.
func (a *act) untouched(o *playbook.Outcome) bool {
	if a.u.Status != a.s.Status {
		return a.s.Status == New && a.u.Status == InProgress && a.u.Note == nil && len(a.u.Answers) == 0
	}
	return a.run.Outcome == o.ID || a.u.Assignee != nil && len(a.u.Answers) == 0 || a.u.Note != nil && a.public() == o.Act.Internal()
}

// checkMissing names the evidence without which the outcome cannot be carried out, unless the operator does something
// else instead: types a note of their own, or hands over on another ground.
func (a *act) checkMissing(m Move) {
	if a.u.Note != nil || m == MoveEscalate && a.u.Reason != "" {
		return
	}
	for _, f := range a.missing {
		a.wrong.add("answers.evidence."+string(f), "is missing for the note of the outcome", "the value, with the answer to its check")
	}
}

// checkGround wants to know why a ticket is handed over although its checks do not say so. Who hands it over before
// anybody has worked the checks says with the status itself that it is not theirs: «Non di competenza» (FAQ 2.6).
func (a *act) checkGround() {
	reason := Ground(a.u.Reason)
	known := reason == NotOurs || reason.Overrides()
	switch {
	case reason != "" && !known, reason == "" && a.checked && !a.byOutcome():
		rule := "the checks of playbook " + a.playbook() + " have not come to a hand-over: say why it is made all the same"
		if reason != "" {
			rule = quoted(a.u.Reason) + " is not one of the reasons for a hand-over; a text goes into the note"
		}
		a.wrong.add("reason", rule, "one of "+strings.Join(wire(append([]Ground{NotOurs}, Overrides()...)), ", "))
	}
}

func (a *act) playbook() string {
	if a.run == nil {
		return ""
	}
	return string(a.run.Pinned.Playbook)
}

// byOutcome tells whether the checks have come to a hand-over with nothing missing.
func (a *act) byOutcome() bool { return a.carries != nil && a.carries.Act == playbook.Escalate }

// ground is why the hand-over is made, for the record.
func (a *act) ground() Ground {
	switch {
	case a.byOutcome():
		return ByOutcome
	case a.u.Reason == "" && a.run != nil:
		return NotOurs
	}
	return Ground(a.u.Reason)
}
