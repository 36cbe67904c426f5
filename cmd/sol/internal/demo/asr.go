// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// handleAtASR adds the steps of an ASR for a ticket that is new there (FAQ 2.3–2.6).
func (s *scenario) handleAtASR() {
	s.passOfficeTime(10*time.Minute, 2*day)
	switch {
	case chance(s.random, 2):
		s.addStep(s.supervisor(), ticket.Update{Assignee: &ticket.AssigneeInput{Supervisors: true}})
		s.passOfficeTime(time.Hour, day)
	case chance(s.random, 20):
		s.addStep(s.supervisor(), ticket.Update{Assignee: s.assignTo(s.worker)})
		s.passOfficeTime(5*time.Minute, 6*time.Hour)
	}
	s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	s.passOfficeTime(2*time.Minute, 3*time.Hour)
	if chance(s.random, 5) {
		s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Problem: catalog.Other}})
		s.reclassified = true
	}
	if chance(s.random, 55) {
		s.update(ticket.Update{Note: s.newNote(ticket.Internal, s.text(s.topic.internalNotes))})
		s.passOfficeTime(5*time.Minute, 5*time.Hour)
	}
	if chance(s.random, 12) {
		s.reassign()
	}
	if chance(s.random, 38) && !s.askCitizen() {
		return
	}
	if chance(s.random, 28) {
		s.handOver()
		return
	}
	s.resolve(s.topic.resolutions)
}

// reassign assigns the ticket to a colleague (FAQ 2.3), or removes the assignee.
func (s *scenario) reassign() {
	if chance(s.random, 15) {
		s.update(ticket.Update{Assignee: &ticket.AssigneeInput{}})
	} else {
		colleague := pick(s.random, s.staff[s.entity].operators)
		s.update(ticket.Update{Assignee: s.assignTo(colleague), Note: s.newNote(ticket.Internal, "Passo la richiesta a chi segue il reparto.")})
		s.worker = colleague
	}
	s.passOfficeTime(10*time.Minute, day)
}

// askCitizen asks the citizen (FAQ 2.4) and reports whether the ticket returns to in_lavorazione, so that the caller continues.
func (s *scenario) askCitizen() bool {
	s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting}, Note: s.publicNote(s.topic.questions),
		Answers: s.drawAnswers(answersBeforeQuestion, 70)})
	switch {
	case chance(s.random, 80):
		s.passCitizenTime(20*time.Minute, 4*day)
		s.reply(s.text(s.topic.answers))
		s.passOfficeTime(10*time.Minute, day)
		return true
	case chance(s.random, 40):
		s.passOfficeTime(2*time.Hour, 3*day)
		s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress, Reason: pick(s.random, resumeReasons)}})
		s.passOfficeTime(5*time.Minute, 2*time.Hour)
		return true
	case chance(s.random, 70):
		s.passOfficeTime(2*week, 4*week)
		s.resolve(unansweredResolutions)
	}
	return false
}

// reply adds a reply of the citizen, some with a file.
func (s *scenario) reply(text string) {
	r := ticket.Reply{ID: s.newID(s.now), Text: text}
	if chance(s.random, 25) {
		s.addStep(s.requester, r, randomAttachment(s.random))
		return
	}
	s.addStep(s.requester, r)
}

// resolve resolves the ticket (FAQ 2.5) and adds a reaction of the citizen to some: a reply, thanks, or a follow-up.
func (s *scenario) resolve(texts []string) {
	if chance(s.random, 2) {
		s.updateAndUndo(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: s.publicNote(unfinishedNotes)})
	}
	s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: s.publicNote(texts)})
	resolved := s.now
	switch {
	case chance(s.random, 8):
		s.passCitizenTime(time.Hour, 3*day)
		s.addStep(s.requester, ticket.Reply{ID: s.newID(s.now), Text: s.text(notSolvedReplies)})
		s.passOfficeTime(10*time.Minute, day)
		if chance(s.random, 30) {
			s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}}) // after a reopening no note is needed
			return
		}
		s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: s.publicNote(secondResolutions)})
	case chance(s.random, 12):
		s.passCitizenTime(30*time.Minute, 3*day)
		yes := true
		s.addStep(s.requester, ticket.Reply{ID: s.newID(s.now), Text: pick(s.random, thankReplies), Solved: &yes})
	case chance(s.random, 2):
		s.passOfficeTime(time.Hour, 2*day)
		s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress, Reason: pick(s.random, reopenReasons)}})
		s.passOfficeTime(time.Hour, day)
		s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: s.publicNote(secondResolutions)})
	case chance(s.random, 2):
		s.now = resolved
		s.passCitizenTime(3*week, 6*week) // the ticket is closed by then
		s.openFollowUp()
	}
}

// updateAndUndo adds an update and its undo 4 s later, within the hold. Both steps are exact.
func (s *scenario) updateAndUndo(u ticket.Update) {
	s.now = s.now.Truncate(time.Second)
	s.update(u)
	s.now = s.now.Add(4 * time.Second)
	s.addStep(s.worker, ticket.Undo{})
	for i := max(0, len(s.steps)-2); i < len(s.steps); i++ {
		s.steps[i].Exact = true
	}
	s.now = s.now.Add(time.Minute)
}

// openFollowUp opens a linked ticket, as the application does for a citizen's reply to a closed ticket.
func (s *scenario) openFollowUp() {
	if s.ended || s.now.After(s.end) {
		return
	}
	next := &scenario{planner: s.planner, random: s.random, citizen: s.citizen, account: s.account, placeholders: s.placeholders, now: s.now}
	m := s.topic
	m.requests = followUpRequests
	next.openTicket(m, s.formEntity, s.id)
	if m.service == ticket.OperatorsForm {
		next.handleAtRegion(0)
	} else {
		next.handleAtASR()
	}
	s.followUps = append(s.followUps, next)
}
