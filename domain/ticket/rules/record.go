// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// classification returns the service and problem for which the update asks. Without a service it is that of the ticket.
func (a *updateDecision) classification() (catalog.ServiceID, catalog.ProblemID) {
	service := a.update.Service
	if service == "" {
		service = a.state.Service
	}
	return service, a.update.Problem
}

// record adds an event to those of the update.
func (a *updateDecision) record(e ticket.Event) { a.events = append(a.events, e) }

// recordClassification records a change of service or problem.
func (a *updateDecision) recordClassification() {
	if a.update.Service == "" && a.update.Problem == "" {
		return
	}
	if service, problem := a.classification(); service != a.state.Service || problem != a.state.Problem {
		a.record(ticket.Reclassified{Service: service, Problem: problem})
	}
}

// recordNote records the note of the update. It is the only function that chooses the type of a note, and so its audience.
func (a *updateDecision) recordNote(m ticket.Move) {
	n := a.update.Note
	if n == nil {
		return
	}
	text, from := &ticket.Text{Text: strings.TrimSpace(n.Text), FileNames: n.FileNames}, a.now.Add(a.engine.Hold)
	regional := ticket.RegionalNote{Note: n.ID, VisibleFrom: from, Attachments: n.Attachments, Personal: text}
	switch {
	case n.Visibility == ticket.Internal:
		a.record(ticket.InternalNote{Note: n.ID, Entity: a.actor.Entity, Attachments: n.Attachments, Personal: text})
	case m == ticket.MoveEscalate:
		regional.Handover, regional.ASR = a.state.Handovers+1, a.state.Entity
		a.record(regional)
	case m == ticket.MoveRedirect:
		regional.Handover, regional.ASR = a.state.Handovers+1, a.update.Entity
		a.record(regional)
	case m == ticket.MoveRegionalMessage:
		regional.Handover, regional.ASR = a.state.Handover.N, a.state.Handover.ASR
		a.record(regional)
	default:
		a.record(ticket.CitizenNote{Note: n.ID, VisibleFrom: from, Attachments: n.Attachments, Personal: text})
	}
}

// recordMove records the move with its target status.
func (a *updateDecision) recordMove(m ticket.Move) {
	s, u, reason := a.state, a.update, &ticket.Text{Text: strings.TrimSpace(a.update.Reason)}
	var note ticket.ID
	effect := a.now
	if a.hasPublicNote() {
		note, effect = u.Note.ID, a.now.Add(a.engine.Hold)
	}
	switch m {
	case ticket.MoveTake:
		to := ticket.Assignee{Operator: a.actor.ID}
		if u.Assignee != nil && *u.Assignee != (ticket.AssigneeInput{}) {
			to = ticket.Assignee{Operator: u.Assignee.Operator, Supervisors: u.Assignee.Supervisors}
		}
		a.record(ticket.Taken{Assignee: to, Status: a.target})
	case ticket.MoveAsk:
		a.record(ticket.CitizenAsked{Note: note, Status: a.target})
	case ticket.MoveResume:
		if a.carriedOut != nil && reason.Text == "" {
			reason.Text = a.carriedOut.Title
		}
		a.record(ticket.Resumed{Status: a.target, Personal: reason})
	case ticket.MoveReopen:
		a.record(ticket.Reopened{Assignee: s.Assignee, Status: a.target, Personal: reason})
	case ticket.MoveEscalate:
		a.record(ticket.Escalated{Handover: s.Handovers + 1, From: s.Entity, Note: note, Ground: a.ground(), Status: a.target})
	case ticket.MoveRecall:
		a.record(ticket.Recalled{
			Handover: s.Handover.N, Entity: s.Handover.ASR, Assignee: s.Handover.Assignee, Status: a.target, Personal: reason,
		})
	case ticket.MoveRedirect:
		var to ticket.Assignee
		if s.Handover.ASR == u.Entity {
			to = s.Handover.Assignee
		}
		a.record(ticket.Redirected{Handover: s.Handovers + 1, To: u.Entity, Assignee: to, Note: note, Status: a.target})
	case ticket.MoveResolve:
		a.record(ticket.Resolved{Resolution: s.Resolution + 1, Note: note, EffectFrom: effect, Status: a.target})
	case ticket.MoveDiscard:
		a.record(ticket.Discarded{Resolution: s.Resolution + 1, Why: ticket.DiscardReason(u.Reason), EffectFrom: effect, Status: a.target})
	case ticket.MoveDuplicate:
		a.record(ticket.MarkedDuplicate{
			Resolution: s.Resolution + 1, Original: u.DuplicateOf.Ticket, Note: note, EffectFrom: effect, Status: a.target,
		})
	}
}

// recordAssignment records a change of the assignee that was chosen in the operator menu, or that follows from the move.
func (a *updateDecision) recordAssignment(m ticket.Move) {
	to := a.update.Assignee
	if a.becomesAssignee(m) {
		to = &ticket.AssigneeInput{Operator: a.actor.ID}
	}
	if to == nil || to.Region {
		return
	}
	chosen := ticket.Assignee{Operator: to.Operator, Supervisors: to.Supervisors}
	switch chosen {
	case a.state.Assignee:
	case ticket.Assignee{}:
		a.record(ticket.Unassigned{})
	default:
		a.record(ticket.Assigned{Assignee: chosen})
	}
}

// becomesAssignee reports whether the actor becomes the operator of an unassigned ticket: by asking the citizen, answering with a public note
// or resolving, without a choice of another assignee. Pages send the present assignee with every update, so nobody is no choice.
func (a *updateDecision) becomesAssignee(m ticket.Move) bool {
	if to := a.update.Assignee; a.state.Assignee != (ticket.Assignee{}) || to != nil && *to != (ticket.AssigneeInput{}) {
		return false
	}
	return m == ticket.MoveAsk || m == ticket.MoveResolve || m == ticket.MoveDuplicate ||
		a.hasPublicNote() && m != ticket.MoveEscalate && m != ticket.MoveRedirect && m != ticket.MoveRecall
}
