// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
)

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
		if a.carries != nil && reason.Text == "" {
			reason.Text = a.carries.Title
		}
		a.record(Resumed{Status: a.to, Personal: reason})
	case MoveReopen:
		a.record(Reopened{Assignee: s.Assignee, Status: a.to, Personal: reason})
	case MoveEscalate:
		a.record(Escalated{Handover: s.Handovers + 1, From: s.Entity, Note: note, Ground: a.ground(), Status: a.to})
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
