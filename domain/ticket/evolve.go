// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Evolve remembers one event. It asks nothing and cannot fail.
func Evolve(s State, r Recorded) State {
	last := s.Last
	if r.Act != last.ID {
		s.Last = Act{ID: r.Act, By: r.By, Before: s.Standing}
	}
	switch e := r.Event.(type) {
	case Opened:
		s.ID, s.Number, s.Citizen, s.Subject = r.Ticket, e.Number, e.Citizen, e.Subject
		s.Standing = Standing{Status: e.Status, Service: e.Service, Problem: e.Problem, Entity: e.Entity}
	case Assigned:
		s.Assignee = e.Assignee
	case Unassigned:
		s.Assignee = Assignee{}
	case Taken:
		s.Status, s.Assignee = e.Status, e.Assignee
	case CitizenNote:
		s.Last = s.Last.holding(e.Note, e.VisibleFrom)
	case RegionalNote:
		s.Last = s.Last.holding(e.Note, e.VisibleFrom)
	case InternalNote:
		s.Last = s.Last.holding(e.Note, time.Time{})
	case CitizenAsked:
		s.Status = e.Status
	case Resumed:
		s.Status = e.Status
	case CitizenReplied:
		s.Status = e.Status
	case Escalated:
		s.Handover = Handover{N: e.Handover, ASR: e.From, Status: s.Status, Assignee: s.Assignee}
		s.Handovers, s.Status, s.Assignee = e.Handover, e.Status, Assignee{}
		s.Traces, s.Entity = Passed(s.Traces, e.From, catalog.Region), catalog.Region
	case Recalled:
		s.Status, s.Assignee = e.Status, e.Assignee
		s.Traces, s.Entity = Passed(s.Traces, "", e.Entity), e.Entity
		s.Handover = Handover{}
	case Redirected:
		s.Handover = Handover{N: e.Handover, ASR: e.To}
		s.Handovers, s.Status, s.Assignee = e.Handover, e.Status, e.Assignee
		s.Traces, s.Entity = Passed(s.Traces, s.Entity, e.To), e.To
	case Resolved:
		s.Status, s.Resolution, s.Reopened = e.Status, e.Resolution, false
	case Discarded:
		s.Status, s.Resolution, s.Reopened = e.Status, e.Resolution, false
	case MarkedDuplicate:
		s.Status, s.Resolution, s.Reopened = e.Status, e.Resolution, false
	case Reopened:
		s.Status, s.Assignee, s.Reopened = e.Status, e.Assignee, true
	case ActWithdrawn:
		s.Standing = last.Before
	case AutoClosed:
		s.Status = e.Status
	case Succeeded:
		s.Entity, s.Traces = e.To, Passed(s.Traces, "", e.To)
	case Reclassified:
		s.Service, s.Problem = e.Service, e.Problem
	case PersonalDataErased:
		s.Erased = true
	}
	return s
}

// holding adds a note to the act that wrote it.
func (a Act) holding(note ID, until time.Time) Act {
	a.Notes = append(slices.Clone(a.Notes), note)
	if until.After(a.HeldUntil) {
		a.HeldUntil = until
	}
	return a
}
