// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// Evolve returns the state after an event. It checks nothing and cannot fail.
func Evolve(s State, r Recorded) State {
	last := s.Last
	background := IsBackground(r)
	if r.Act != last.ID && !background {
		s.Last = LastAct{ID: r.Act, By: r.By, Before: s.UndoableState}
	}
	if r.By.Operates(s.Entity) && (s.Assignee.Operator == "" || s.Assignee.Operator == r.By.ID) {
		s.Answered = 0
	}
	s.Informing = s.Informing.Apply(r.Event)
	s.Former = s.Former.Apply(s.Entity, r)
	switch e := r.Event.(type) {
	case Opened:
		s.ID, s.Number, s.Citizen, s.Person, s.Facilitated = r.Ticket, e.Number, e.Citizen, e.Person, e.Facilitated
		s.UndoableState = UndoableState{Status: e.Status, Service: e.Service, Problem: e.Problem, Entity: e.Entity}
		if e.NamesAnother() {
			s.Representation = Unchecked
		}
	case Assigned:
		s.Assignee = e.Assignee
	case Unassigned:
		s.Assignee = Assignee{}
	case Taken:
		s.Status, s.Assignee = e.Status, e.Assignee
	case NoteEvent:
		s.Last = s.Last.addNote(e.NoteID(), e.HeldUntil())
		if _, public := e.(CitizenNote); public {
			s.PublicNote = e.NoteID()
		}
	case CitizenAsked:
		s.Status, s.Asked = e.Status, OpenQuestion{Note: e.Note}
	case Resumed:
		s.Status = e.Status
	case CitizenReplied:
		s.Status, s.Unreachable, s.Answered = e.Status, s.Unreachable && e.Unverified, r.Version
	case Escalated:
		s.Handover = Handover{N: e.Handover, ASR: e.From, Status: s.Status, Assignee: s.Assignee, Ground: e.Ground}
		s.Handovers, s.Status, s.Assignee = e.Handover, e.Status, Assignee{}
		s.Traces, s.Entity = tracesAfterTransfer(s.Traces, e.From, catalog.Region), catalog.Region
	case Recalled:
		s.Status, s.Assignee = e.Status, e.Assignee
		s.Traces, s.Entity = tracesAfterTransfer(s.Traces, "", e.Entity), e.Entity
		s.Handover = Handover{}
	case Redirected:
		s.Handover = Handover{N: e.Handover, ASR: e.To}
		s.Handovers, s.Status, s.Assignee = e.Handover, e.Status, e.Assignee
		s.Traces, s.Entity = tracesAfterTransfer(s.Traces, s.Entity, e.To), e.To
	case ResolutionEvent:
		s.Status, s.Resolution, s.Reopened, s.Original = e.NewStatus(), e.ResolutionNumber(), false, ""
		if duplicate, ok := e.(MarkedDuplicate); ok {
			s.Original = duplicate.Original
		}
	case Reopened:
		s.Status, s.Assignee, s.Reopened, s.Original = e.Status, e.Assignee, true, ""
	case ActWithdrawn:
		s.UndoableState = last.Before
	case AutoClosed:
		s.Status = e.Status
	case TransferredToSuccessor:
		s.Entity, s.Traces = e.To, tracesAfterTransfer(s.Traces, "", e.To)
	case Reclassified:
		s.Service, s.Problem = e.Service, e.Problem
	case PlaybookEvent:
		if _, started := e.(PlaybookStarted); started {
			s.Runs = e.RunNumber()
		}
	case CitizenReminded:
		if s.Asked.Note == e.Question {
			s.Asked.Reminded = e.N
		}
	case ContactFailed:
		s.Unreachable = true
	case MailKept:
		s.KeptMails++
	case LinksRevoked:
		s.LinkIssue = e.Issue
	case ContactsCorrected:
		s.Address = e.Address
		if e.EmailChanged {
			s.Unreachable = false
		}
	case RepresentationVerified:
		s.Representation, s.RepresentedUntil = Confirmed, ""
		if e.Personal != nil {
			s.RepresentedUntil = e.Personal.Until
		}
	case RepresentationRefused:
		s.Representation, s.RepresentedUntil = Rejected, ""
	case CitizenInformed, ReplyForwarded:
	case PersonalDataErased:
		s.Erased, s.Representation, s.RepresentedUntil = true, "", ""
		s.Run = s.Run.withoutEvidence()
	case HandoverAlertEvent:
	case FormerViewEnded: // FormerViews has applied it
	case AccessRestricted:
		s.Restricted = true
	case RestrictionLifted:
		s.Restricted = false
	}
	s.Run, s.Handover = s.Run.Apply(r), s.Handover.apply(r.Event)
	if background {
		s.Last.Before = s.Last.Before.applyBackground(r)
	}
	s.Known = s.Known.apply(s, r)
	return s
}

// applyBackground returns the state before the last act with a background event applied, so that the event also holds after an undo of the
// act. A run that was started after the act is undone with it.
func (b UndoableState) applyBackground(r Recorded) UndoableState {
	if _, started := r.Event.(PlaybookStarted); started {
		return b
	}
	if e, ok := r.Event.(CitizenReminded); ok && b.Asked.Note == e.Question {
		b.Asked.Reminded = e.N
	}
	b.Run, b.Handover, b.Former = b.Run.Apply(r), b.Handover.apply(r.Event), b.Former.Apply(b.Entity, r)
	return b
}

// IsBackground reports whether the system recorded the event beside the work of people. Such an event does not prevent an undo of the act
// before it and is not undone with it.
func IsBackground(r Recorded) bool {
	if r.By.Role != person.System {
		return false
	}
	switch r.Event.(type) {
	case PlaybookStarted, CheckAnswered, CheckTried, AnswersForgotten, PlaybookReminded, HandoverAlertEvent, CitizenReminded,
		ContactEvent, FormerViewEnded:
		return true
	case Opened, AssignmentEvent, NoteEvent, ProgressEvent, CompetenceEvent, ResolutionEvent, Reopened, ActWithdrawn,
		AutoClosed, Reclassified, OutcomeCarriedOut, AccessRestricted, RestrictionLifted, RepresentationEvent,
		PersonalDataErased:
	}
	return false
}

// addNote returns the act with a note that it wrote. until is the end of the hold; zero if the note is not held.
func (a LastAct) addNote(note ID, until time.Time) LastAct {
	a.Notes = append(slices.Clone(a.Notes), note)
	if until.After(a.HeldUntil) {
		a.HeldUntil = until
	}
	return a
}
