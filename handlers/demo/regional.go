// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// most hand-overs of one ticket, redirects included.
const mostHandovers = 4

// handOver sends the ticket to the Region (FAQ 2.6), by its status or by «Regione Piemonte» in the menu.
func (s *story) handOver() { s.handOverAgain(1) }

func (s *story) handOverAgain(n int) {
	from, worker := s.entity, s.worker
	u := ticket.Update{Status: ticket.HandedOver, Note: s.public(s.matter.handed), Answers: s.answers(handing, 40)}
	if s.checked && u.Answers == nil {
		u.Reason = s.ground()
	}
	if chance(s.r, 15) {
		u.Status, u.Assignee = "", &ticket.NewAssignee{Region: true}
	}
	if chance(s.r, 4) {
		s.withdrawn(u)
		u.Note = s.public(s.matter.handed)
	}
	s.update(u)
	if chance(s.r, 5) {
		s.office(10*time.Minute, 40*time.Minute)
		s.update(ticket.Update{Status: ticket.InProgress, Reason: pick(s.r, recalls)})
		s.office(10*time.Minute, 3*time.Hour)
		s.resolve(s.matter.solved)
		return
	}
	s.entity = catalog.Region
	s.somebody()
	s.office(time.Hour, 2*day)
	if chance(s.r, 10) {
		asr := s.worker
		s.worker = worker
		s.update(ticket.Update{Note: s.note(ticket.Regional, "Segnaliamo che il cittadino ha urgenza per una visita già fissata.")})
		s.worker = asr
		s.office(30*time.Minute, day)
	}
	s.fromASR = from
	s.regional(n)
}

// regional is what the Region does with a ticket that is new there; n counts the hand-overs that there were.
func (s *story) regional(n int) {
	if n == 0 {
		s.office(15*time.Minute, day)
	}
	s.update(ticket.Update{Status: ticket.InProgress})
	s.office(10*time.Minute, 8*time.Hour)
	if n > 0 && chance(s.r, 18) {
		s.consult()
	}
	if chance(s.r, 12) && !s.ask() {
		return
	}
	if n > 0 && n < mostHandovers && chance(s.r, 30) {
		s.redirect(n + 1)
		return
	}
	if n == 0 {
		s.resolve(s.matter.solved)
		return
	}
	s.resolve(regional)
}

// consult asks the ASR something, between the two of them.
func (s *story) consult() {
	s.update(ticket.Update{Note: s.note(ticket.Regional, pick(s.r, messages))})
	worker, asr := s.worker, pick(s.r, s.staff[s.fromASR].operators)
	s.office(time.Hour, day)
	s.worker = asr
	s.update(ticket.Update{Note: s.note(ticket.Regional, s.said(backings))})
	s.worker = worker
	s.office(time.Hour, day)
}

// redirect sends the ticket to another ASR, or back to the one that it came from.
func (s *story) redirect(n int) {
	to := s.fromASR
	if chance(s.r, 70) {
		to = pick(s.r, s.asrs).Code
	}
	s.update(ticket.Update{Entity: to, Note: s.public(redirects)})
	s.entity, s.checked = to, false
	s.somebody()
	s.office(30*time.Minute, 2*day)
	s.update(ticket.Update{Status: ticket.InProgress})
	s.office(10*time.Minute, 8*time.Hour)
	if n < mostHandovers && chance(s.r, 12) {
		s.handOverAgain(n + 1)
		return
	}
	s.resolve(s.matter.solved)
}

// discard is what supervisors do with what is no request.
func (s *story) discard(why ticket.DiscardReason) {
	s.office(time.Hour, 2*day)
	s.act(s.supervisor(), ticket.Update{Status: ticket.Solved, Reason: string(why)})
}

// twice sends the same request again some time later, and marks that one as a duplicate of this.
func (s *story) twice() {
	again := &story{writer: s.writer, r: s.r, who: s.who, account: s.account, facts: s.facts, at: s.at}
	again.home(10*time.Minute, 8*time.Hour)
	again.openIt(s.matter, s.chosen, "")
	again.office(20*time.Minute, day)
	again.update(ticket.Update{
		DuplicateOf: &ticket.Main{Ticket: s.id, Subject: s.subject(s.who.taxCode)},
		Note:        again.note(ticket.Public, "Gentile "+s.who.given+" "+s.who.family+", questa richiesta ripete una sua precedente: le rispondiamo su quella."),
	})
	s.others = append(s.others, again)
}
