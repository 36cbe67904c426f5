// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// update is «Aggiorna» (FAQ 2.3–2.6): it finds the one move that the click means, lets it write its note, and puts around it what
// changes no status.
func (r Rules) update(s State, u Update, by person.Actor, now time.Time) ([]Event, error) {
	if !sees(s, by) {
		return nil, &NotYoursError{}
	}
	a := act{rules: r, s: s, u: u, by: by, now: now}
	if err := a.checks(); err != nil {
		return nil, err
	}
	m, err := a.move()
	if err != nil {
		return nil, err
	}
	if err := a.permitted(m); err != nil {
		return nil, err
	}
	if a.u.Note != nil || writes[m] {
		if err := readable(s, m); err != nil {
			return nil, err
		}
	}
	a.to, err = a.destination(m)
	if err != nil {
		return nil, err
	}
	a.check(m)
	if err := a.wrong.err(); err != nil {
		return nil, err
	}
	a.events = a.answers
	a.reclassified()
	a.note(m)
	a.moved(m)
	if m != MoveTake {
		a.assigned()
	}
	if a.carries != nil {
		a.record(OutcomeCarriedOut{Run: a.run.N, Outcome: a.carries.ID, Act: a.carries.Act, Remind: a.carries.Remind})
	}
	return a.events, nil
}

// act is one click on its way through the rules.
type act struct {
	rules  Rules
	s      State
	u      Update
	by     person.Actor
	now    time.Time
	to     Status
	wrong  fields
	events []Event

	run     *Run               // with the click's answers; nil: no checks are prescribed
	answers []Event            // what the answers lead to
	checked bool               // a person has answered a check
	carries *playbook.Outcome  // what the click carries out; nil: nothing
	missing []playbook.FieldID // for the outcome that it asks for
}

// move names the row of the lifecycle that the click asks for. What sets no status is MoveNote, MoveMessage,
// MoveAssign, MoveUnassign or MoveReclassify.
func (a *act) move() (Move, error) {
	s, u := a.s, a.u
	asked := u.Status
	if asked == s.Status && (asked != Waiting || !a.public()) { // a page sends the status also where nobody touched it
		asked = ""
	}
	switch {
	case u.Status == Closed:
		return "", &NotAllowedError{Move: MoveClose, Status: s.Status,
			Rule: "the system alone closes, by itself, some time after risolto (FAQ 2.5: do not use the status chiuso)"}
	case u.Status != "" && !slices.Contains(Statuses(), u.Status):
		a.wrong.oneOf("status", string(u.Status), wire(anyButClosed)...)
		return "", a.wrong.err()
	case u.Entity == catalog.Region, u.Assignee != nil && u.Assignee.Region && a.by.Entity != catalog.Region:
		return MoveEscalate, nil
	case u.Entity != "":
		return MoveRedirect, nil
	case u.DuplicateOf != nil:
		return MoveDuplicate, nil
	}
	if asked != "" && asked == s.Handover.Status && s.Status == HandedOver && handedOverBy(s, a.by) {
		return MoveRecall, nil
	}
	switch asked {
	case New:
		return MoveRedirect, nil
	case InProgress:
		switch {
		case s.Status == Solved:
			return MoveReopen, nil
		case u.Reason == "" && (s.Status == New || s.Status == HandedOver):
			return MoveTake, nil
		}
		return MoveResume, nil
	case Waiting:
		return MoveAsk, nil
	case HandedOver:
		return MoveEscalate, nil
	case Solved:
		if u.Note == nil && slices.Contains(discardReasons, DiscardReason(u.Reason)) {
			return MoveDiscard, nil
		}
		return MoveResolve, nil
	case Closed:
	}
	switch {
	case u.Note != nil && u.Note.Visibility == Regional:
		return MoveMessage, nil
	case u.Note != nil:
		return MoveNote, nil
	case u.Service != "" || u.Problem != "":
		return MoveReclassify, nil
	case u.Assignee != nil && *u.Assignee == NewAssignee{}:
		return MoveUnassign, nil
	case u.Assignee != nil:
		return MoveAssign, nil
	case len(u.Answers) > 0:
		return MoveCheck, nil
	}
	switch {
	case u.Status == InProgress && s.Assignee.Operator != a.by.ID && competent(s, a.by):
		return "", &NotAllowedError{Move: MoveTake, Status: s.Status,
			Rule: "somebody took it already, or left it; choose yourself in the operator menu (assignee) to take it over"}
	case u.Status != "":
		return MoveNote, nil // the status it has already: permitted or not, nothing follows
	}
	return "", invalid("status", "nothing to update", "at least one of note, status, assignee, entity, service, duplicate_of, answers")
}

var discardReasons = []DiscardReason{Spam, TestOnly, Repeated}

func wire[S ~string](values []S) []string {
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = string(v)
	}
	return text
}

// public tells whether the padlock of the note is open.
func (a *act) public() bool { return a.u.Note != nil && a.u.Note.Visibility == Public }

// permitted asks the table, for the move and for what the click does beside it.
func (a *act) permitted(m Move) error {
	if err := may(a.s, m, a.by); err != nil {
		return err
	}
	if !competent(a.s, a.by) && (a.u.Assignee != nil || len(a.u.Answers) > 0 || a.u.Service != "" || a.u.Problem != "") {
		return &ForbiddenError{Rule: "the ticket is in the Region's hands: a " + string(m) + " changes nothing else"}
	}
	return nil
}

// destination asks the machine where the move leads.
func (a *act) destination(m Move) (Status, error) {
	if m == MoveRecall {
		return next(a.s, m, a.s.Handover.Status)
	}
	return next(a.s, m)
}
