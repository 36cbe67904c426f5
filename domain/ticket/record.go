// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
)

func (a *updateDecision) classification() (catalog.ServiceID, catalog.ProblemID) {
	service := a.update.Service
	if service == "" {
		service = a.state.Service
	}
	return service, a.update.Problem
}

func (a *updateDecision) record(e Event) { a.events = append(a.events, e) }

func (a *updateDecision) recordClassification() {
	if a.update.Service == "" && a.update.Problem == "" {
		return
	}
	if service, problem := a.classification(); service != a.state.Service || problem != a.state.Problem {
		a.record(Reclassified{Service: service, Problem: problem})
	}
}

// recordNote writes the note for its audience. This is the one place where the padlock becomes a type.
func (a *updateDecision) recordNote(m Move) {
	n := a.update.Note
	if n == nil {
		return
	}
	text, from := &Text{strings.TrimSpace(n.Text), n.FileNames}, a.now.Add(a.engine.Hold)
	regional := RegionalNote{Note: n.ID, VisibleFrom: from, Attachments: n.Attachments, Personal: text}
	switch {
	case n.Visibility == Internal:
		a.record(InternalNote{Note: n.ID, Entity: a.actor.Entity, Attachments: n.Attachments, Personal: text})
	case m == MoveEscalate:
		regional.Handover, regional.ASR = a.state.Handovers+1, a.state.Entity
		a.record(regional)
	case m == MoveRedirect:
		regional.Handover, regional.ASR = a.state.Handovers+1, a.update.Entity
		a.record(regional)
	case m == MoveRegionalMessage:
		regional.Handover, regional.ASR = a.state.Handover.N, a.state.Handover.ASR
		a.record(regional)
	default:
		a.record(CitizenNote{Note: n.ID, VisibleFrom: from, Attachments: n.Attachments, Personal: text})
	}
}

// recordMove records the move itself, with the status that the machine gave.
func (a *updateDecision) recordMove(m Move) {
	s, u, reason := a.state, a.update, &Text{Text: strings.TrimSpace(a.update.Reason)}
	var note ID
	effect := a.now
	if a.hasPublicNote() {
		note, effect = u.Note.ID, a.now.Add(a.engine.Hold)
	}
	switch m {
	case MoveTake:
		to := Assignee{Operator: a.actor.ID}
		if u.Assignee != nil && *u.Assignee != (AssigneeInput{}) {
			to = Assignee{Operator: u.Assignee.Operator, Supervisors: u.Assignee.Supervisors}
		}
		a.record(Taken{Assignee: to, Status: a.target})
	case MoveAsk:
		a.record(CitizenAsked{Note: note, Status: a.target})
	case MoveResume:
		if a.carriedOut != nil && reason.Text == "" {
			reason.Text = a.carriedOut.Title
		}
		a.record(Resumed{Status: a.target, Personal: reason})
	case MoveReopen:
		a.record(Reopened{Assignee: s.Assignee, Status: a.target, Personal: reason})
	case MoveEscalate:
		a.record(Escalated{Handover: s.Handovers + 1, From: s.Entity, Note: note, Ground: a.ground(), Status: a.target})
	case MoveRecall:
		a.record(Recalled{Handover: s.Handover.N, Entity: s.Handover.ASR, Assignee: s.Handover.Assignee, Status: a.target, Personal: reason})
	case MoveRedirect:
		var to Assignee
		if s.Handover.ASR == u.Entity {
			to = s.Handover.Assignee
		}
		a.record(Redirected{Handover: s.Handovers + 1, To: u.Entity, Assignee: to, Note: note, Status: a.target})
	case MoveResolve:
		a.record(Resolved{Resolution: s.Resolution + 1, Note: note, EffectFrom: effect, Status: a.target})
	case MoveDiscard:
		a.record(Discarded{Resolution: s.Resolution + 1, Why: DiscardReason(u.Reason), EffectFrom: effect, Status: a.target})
	case MoveDuplicate:
		a.record(MarkedDuplicate{Resolution: s.Resolution + 1, Original: u.DuplicateOf.Ticket, Note: note, EffectFrom: effect, Status: a.target})
	}
}

// recordAssignment records the choice in the operator menu, if it is one.
func (a *updateDecision) recordAssignment() {
	to := a.update.Assignee
	if to == nil || to.Region {
		return
	}
	chosen := Assignee{Operator: to.Operator, Supervisors: to.Supervisors}
	switch chosen {
	case a.state.Assignee:
	case Assignee{}:
		a.record(Unassigned{})
	default:
		a.record(Assigned{Assignee: chosen})
	}
}
