// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// maxHandovers is the largest number of hand-overs of one ticket, redirects included.
const maxHandovers = 4

// handOver hands the ticket over to the Region (FAQ 2.6), by the status or by «Regione Piemonte» in the operator menu.
func (s *scenario) handOver() { s.handOverNth(1) }

// handOverNth adds the n-th hand-over of the ticket and the steps after it.
func (s *scenario) handOverNth(n int) {
	from, worker := s.entity, s.worker
	u := ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: s.publicNote(s.topic.handoverNotes),
		Answers: s.drawAnswers(answersBeforeHandover, 40)}
	if s.checksAnswered[s.entity] && u.Answers == nil {
		u.Reason = s.drawHandoverReason()
	}
	if chance(s.random, 15) {
		u.Status, u.Assignee = "", &ticket.AssigneeInput{Region: true}
	}
	if chance(s.random, 4) {
		s.updateAndUndo(u)
		u.Note = s.publicNote(s.topic.handoverNotes)
	}
	s.update(u)
	if chance(s.random, 5) {
		s.passOfficeTime(10*time.Minute, 40*time.Minute)
		s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress, Reason: pick(s.random, recallReasons)}})
		s.passOfficeTime(10*time.Minute, 3*time.Hour)
		s.resolve(s.topic.resolutions)
		return
	}
	s.entity = catalog.Region
	s.pickWorker()
	s.passOfficeTime(time.Hour, 2*day)
	if chance(s.random, 10) {
		asr := s.worker
		s.worker = worker
		s.update(ticket.Update{Note: s.newNote(ticket.Regional, "Segnaliamo che il cittadino ha urgenza per una visita già fissata.")})
		s.worker = asr
		s.passOfficeTime(30*time.Minute, day)
	}
	s.fromASR = from
	s.handleAtRegion(n)
}

// handleAtRegion adds the steps of the Region for a ticket that is new there. n is the number of hand-overs so far.
func (s *scenario) handleAtRegion(n int) {
	if n == 0 {
		s.passOfficeTime(15*time.Minute, day)
	}
	s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	s.passOfficeTime(10*time.Minute, 8*time.Hour)
	if n > 0 && chance(s.random, 18) {
		s.consultASR()
	}
	if chance(s.random, 12) && !s.askCitizen() {
		return
	}
	if n > 0 && n < maxHandovers && chance(s.random, 30) {
		s.redirect(n + 1)
		return
	}
	if n == 0 {
		s.resolve(s.topic.resolutions)
		return
	}
	s.resolve(regionalResolutions)
}

// consultASR adds a regional message to the ASR and its answer.
func (s *scenario) consultASR() {
	s.update(ticket.Update{Note: s.newNote(ticket.Regional, pick(s.random, questionsToASR))})
	worker, asr := s.worker, pick(s.random, s.staff[s.fromASR].operators)
	s.passOfficeTime(time.Hour, day)
	s.worker = asr
	s.update(ticket.Update{Note: s.newNote(ticket.Regional, s.text(repliesFromASR))})
	s.worker = worker
	s.passOfficeTime(time.Hour, day)
}

// redirect sends the ticket to another ASR, or back to the one that handed it over. It is hand-over n.
func (s *scenario) redirect(n int) {
	target := s.fromASR
	if chance(s.random, 70) {
		target = pick(s.random, s.asrs).Code
	}
	s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Entity: target}, Note: s.publicNote(redirectNotes)})
	s.entity = target
	s.pickWorker()
	s.passOfficeTime(30*time.Minute, 2*day)
	s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	s.passOfficeTime(10*time.Minute, 8*time.Hour)
	if n < maxHandovers && chance(s.random, 12) {
		s.handOverNth(n + 1)
		return
	}
	s.resolve(s.topic.resolutions)
}

// discard adds the discarding of a ticket that is no request, by a supervisor.
func (s *scenario) discard(why ticket.DiscardReason) {
	s.passOfficeTime(time.Hour, 2*day)
	s.addStep(s.supervisor(), ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved, Reason: string(why)}})
}

// addDuplicate opens the same request again some time later and marks the second ticket as a duplicate of the first.
func (s *scenario) addDuplicate() {
	duplicate := &scenario{planner: s.planner, random: s.random, citizen: s.citizen, account: s.account, placeholders: s.placeholders,
		now: s.now}
	duplicate.passCitizenTime(10*time.Minute, 8*time.Hour)
	duplicate.openTicket(s.topic, s.formEntity, "")
	duplicate.passOfficeTime(20*time.Minute, day)
	duplicate.update(ticket.Update{
		DuplicateOf: &ticket.OriginalTicket{Ticket: s.id},
		Note:        duplicate.newNote(ticket.Public, "Gentile "+s.citizen.given+" "+s.citizen.family+", questa richiesta ripete una sua precedente: le rispondiamo su quella."),
	})
	s.followUps = append(s.followUps, duplicate)
}
