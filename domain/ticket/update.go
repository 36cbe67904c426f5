// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// update is «Aggiorna»: it finds the one move that the click means, lets it write its note, and puts around it what
// changes no status.
func (r Rules) update(s State, u Update, by person.Actor, now time.Time) ([]Event, error) {
	a := act{rules: r, s: s, u: u, by: by, now: now}
	m, err := a.move()
	if err != nil {
		return nil, err
	}
	if err := a.permitted(m); err != nil {
		return nil, err
	}
	if err := readable(s, m); err != nil {
		return nil, err
	}
	a.to, err = a.destination(m)
	if err != nil {
		return nil, err
	}
	a.check(m)
	if err := a.wrong.err(); err != nil {
		return nil, err
	}
	a.reclassified()
	a.note(m)
	a.moved(m)
	if m != MoveTake {
		a.assigned()
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
	if asked != "" && asked == s.Handover.Status && handedOverBy(s, a.by) {
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
	}
	if u.Status != "" {
		return MoveNote, nil // the status it has already: permitted or not, nothing follows
	}
	return "", invalid("status", "nothing to update", "at least one of note, status, assignee, entity, service, duplicate_of")
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
	if !competent(a.s, a.by) {
		if a.u.Assignee != nil || a.u.Service != "" || a.u.Problem != "" {
			return &ForbiddenError{Rule: "the ticket is in the Region's hands: a " + string(m) + " changes nothing else"}
		}
	}
	return nil
}

// destination asks the machine where the move leads.
func (a *act) destination(m Move) (Status, error) {
	if m != MoveRecall {
		return next(a.s, m)
	}
	return next(a.s, m, a.s.Handover.Status)
}

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

// check names everything that the move misses or that does not fit beside it.
func (a *act) check(m Move) {
	u := a.u
	if why, needed := needs[m]; needed && !a.public() && (m != MoveResolve || !a.s.Reopened || u.Note != nil) {
		a.wrong.add("note", why, `note.visibility "public" with a text`)
	}
	if what, needed := reasons[m]; needed {
		if u.Reason == "" {
			a.wrong.add("reason", string(m)+" needs a reason", what)
		} else {
			a.wrong.text("reason", u.Reason, maxText)
		}
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
	case MoveMessage:
		if a.s.Handover.N == 0 {
			a.wrong.add("note.visibility", "no ASR handed this ticket over: there is nobody to write to", "public, internal")
		}
	}
	a.checkAssignee(m)
}

// checkAssignee holds the operator menu to the entity's own people (FAQ 2.3).
func (a *act) checkAssignee(m Move) {
	to := a.u.Assignee
	if to == nil || to.Region && m == MoveEscalate {
		return
	}
	switch {
	case m == MoveEscalate || m == MoveRedirect:
		if *to != (NewAssignee{}) {
			a.wrong.add("assignee", "the entity that receives the ticket chooses its own operator", "leave it out")
		}
	case to.Operator != "" && to.At != a.s.Entity, to.Region:
		a.wrong.add("assignee", "is not an operator of the competent entity (FAQ 2.3: to another operator of one's own Azienda)",
			"an operator of "+string(a.s.Entity)+", or supervisori; to the Region: status non_di_competenza")
	}
}

func (a *act) classification() (catalog.ServiceID, catalog.ProblemID) {
	service := a.u.Service
	if service == "" {
		service = a.s.Service
	}
	return service, a.u.Problem
}

func (a *act) record(e Event) { a.events = append(a.events, e) }

func (a *act) reclassified() {
	if a.u.Service == "" && a.u.Problem == "" {
		return
	}
	if service, problem := a.classification(); service != a.s.Service || problem != a.s.Problem {
		a.record(Reclassified{Service: service, Problem: problem})
	}
}

// note writes the note for its audience. This is the one place where the padlock becomes a type.
func (a *act) note(m Move) {
	n := a.u.Note
	if n == nil {
		return
	}
	text, from := &Text{strings.TrimSpace(n.Text), n.FileNames}, a.now.Add(a.rules.Hold)
	regional := RegionalNote{Note: n.ID, VisibleFrom: from, Attachments: n.Attachments, Personal: text}
	switch {
	case n.Visibility == Internal:
		a.record(InternalNote{Note: n.ID, Entity: a.by.Entity, Attachments: n.Attachments, Personal: text})
	case m == MoveEscalate:
		regional.Handover, regional.ASR = a.s.Handovers+1, a.s.Entity
		a.record(regional)
	case m == MoveRedirect:
		regional.Handover, regional.ASR = a.s.Handovers+1, a.u.Entity
		a.record(regional)
	case m == MoveMessage:
		regional.Handover, regional.ASR = a.s.Handover.N, a.s.Handover.ASR
		a.record(regional)
	default:
		a.record(CitizenNote{Note: n.ID, VisibleFrom: from, Attachments: n.Attachments, Personal: text})
	}
}

// moved records the move itself, with the status that the machine gave.
func (a *act) moved(m Move) {
	s, u, reason := a.s, a.u, &Text{Text: strings.TrimSpace(a.u.Reason)}
	var note ID
	effect := a.now
	if a.public() {
		note, effect = u.Note.ID, a.now.Add(a.rules.Hold)
	}
	switch m {
	case MoveTake:
		to := Assignee{Operator: a.by.ID}
		if u.Assignee != nil && *u.Assignee != (NewAssignee{}) {
			to = Assignee{Operator: u.Assignee.Operator, Supervisors: u.Assignee.Supervisors}
		}
		a.record(Taken{Assignee: to, Status: a.to})
	case MoveAsk:
		a.record(CitizenAsked{Note: note, Status: a.to})
	case MoveResume:
		a.record(Resumed{Status: a.to, Personal: reason})
	case MoveReopen:
		a.record(Reopened{Assignee: s.Assignee, Status: a.to, Personal: reason})
	case MoveEscalate:
		a.record(Escalated{Handover: s.Handovers + 1, From: s.Entity, Note: note, Status: a.to})
	case MoveRecall:
		a.record(Recalled{Handover: s.Handover.N, Entity: s.Handover.ASR, Assignee: s.Handover.Assignee, Status: a.to, Personal: reason})
	case MoveRedirect:
		var to Assignee
		if s.Handover.ASR == u.Entity {
			to = s.Handover.Assignee
		}
		a.record(Redirected{Handover: s.Handovers + 1, To: u.Entity, Assignee: to, Note: note, Status: a.to})
	case MoveResolve:
		a.record(Resolved{Resolution: s.Resolution + 1, Note: note, EffectFrom: effect, Status: a.to})
	case MoveDiscard:
		a.record(Discarded{Resolution: s.Resolution + 1, Why: DiscardReason(u.Reason), EffectFrom: effect, Status: a.to})
	case MoveDuplicate:
		a.record(MarkedDuplicate{Resolution: s.Resolution + 1, Main: u.DuplicateOf.Ticket, Note: note, EffectFrom: effect, Status: a.to})
	}
}

// assigned records the choice in the operator menu, if it is one.
func (a *act) assigned() {
	to := a.u.Assignee
	if to == nil || to.Region {
		return
	}
	chosen := Assignee{Operator: to.Operator, Supervisors: to.Supervisors}
	switch chosen {
	case a.s.Assignee:
	case Assignee{}:
		a.record(Unassigned{})
	default:
		a.record(Assigned{Assignee: chosen})
	}
}
