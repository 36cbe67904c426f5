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

// work is what an ASR does with a request (FAQ 2.3–2.6), from a ticket that is new there.
func (s *story) work() {
	s.office(10*time.Minute, 2*day)
	switch {
	case chance(s.r, 2):
		s.act(s.supervisor(), ticket.Update{Assignee: &ticket.NewAssignee{Supervisors: true}})
		s.office(time.Hour, day)
	case chance(s.r, 20):
		s.act(s.supervisor(), ticket.Update{Assignee: s.to(s.worker)})
		s.office(5*time.Minute, 6*time.Hour)
	}
	s.update(ticket.Update{Status: ticket.InProgress})
	s.office(2*time.Minute, 3*time.Hour)
	if chance(s.r, 5) {
		s.update(ticket.Update{Problem: catalog.Other})
		s.reclassified = true
	}
	if chance(s.r, 55) {
		s.update(ticket.Update{Note: s.note(ticket.Internal, s.said(s.matter.checked))})
		s.office(5*time.Minute, 5*time.Hour)
	}
	if chance(s.r, 12) {
		s.passOn()
	}
	if chance(s.r, 38) && !s.ask() {
		return
	}
	if chance(s.r, 28) {
		s.handOver()
		return
	}
	s.resolve(s.matter.solved)
}

// passOn gives the ticket to a colleague (FAQ 2.3), or to nobody.
func (s *story) passOn() {
	if chance(s.r, 15) {
		s.update(ticket.Update{Assignee: &ticket.NewAssignee{}})
	} else {
		colleague := pick(s.r, s.staff[s.entity].operators)
		s.update(ticket.Update{Assignee: s.to(colleague), Note: s.note(ticket.Internal, "Passo la richiesta a chi segue il reparto.")})
		s.worker = colleague
	}
	s.office(10*time.Minute, day)
}

// ask asks the citizen (FAQ 2.4) and tells whether the story goes on from in_lavorazione.
func (s *story) ask() bool {
	s.update(ticket.Update{Status: ticket.Waiting, Note: s.public(s.matter.question), Answers: s.answers(asking, 70)})
	switch {
	case chance(s.r, 80):
		s.home(20*time.Minute, 4*day)
		s.answer(s.said(s.matter.answer))
		s.office(10*time.Minute, day)
		return true
	case chance(s.r, 40):
		s.office(2*time.Hour, 3*day)
		s.update(ticket.Update{Status: ticket.InProgress, Reason: pick(s.r, telephoned)})
		s.office(5*time.Minute, 2*time.Hour)
		return true
	case chance(s.r, 70):
		s.office(2*week, 4*week)
		s.resolve(reminders)
	}
	return false
}

// answer is the citizen's reply.
func (s *story) answer(text string) {
	r := ticket.Reply{ID: s.newID(s.at), Text: text}
	if chance(s.r, 25) {
		s.act(s.asks, r, paper(s.r))
		return
	}
	s.act(s.asks, r)
}

// resolve answers the request (FAQ 2.5) and goes on with what the citizen makes of it.
func (s *story) resolve(texts []string) {
	if chance(s.r, 2) {
		s.withdrawn(ticket.Update{Status: ticket.Solved, Note: s.public(wrong)})
	}
	s.update(ticket.Update{Status: ticket.Solved, Note: s.public(texts)})
	resolved := s.at
	switch {
	case chance(s.r, 8):
		s.home(time.Hour, 3*day)
		s.act(s.asks, ticket.Reply{ID: s.newID(s.at), Text: s.said(notSolved)})
		s.office(10*time.Minute, day)
		if chance(s.r, 30) {
			s.update(ticket.Update{Status: ticket.Solved}) // confirmed: no note is needed
			return
		}
		s.update(ticket.Update{Status: ticket.Solved, Note: s.public(again)})
	case chance(s.r, 12):
		s.home(30*time.Minute, 3*day)
		yes := true
		s.act(s.asks, ticket.Reply{ID: s.newID(s.at), Text: pick(s.r, thanks), Solved: &yes})
	case chance(s.r, 2):
		s.office(time.Hour, 2*day)
		s.update(ticket.Update{Status: ticket.InProgress, Reason: pick(s.r, reopenings)})
		s.office(time.Hour, day)
		s.update(ticket.Update{Status: ticket.Solved, Note: s.public(again)})
	case chance(s.r, 2):
		s.at = resolved
		s.home(3*week, 6*week) // it is closed by then
		s.anew()
	}
}

// withdrawn does something and takes it back within the time for which its note is held.
func (s *story) withdrawn(u ticket.Update) {
	s.at = s.at.Truncate(time.Second)
	s.update(u)
	s.at = s.at.Add(4 * time.Second)
	s.act(s.worker, ticket.Undo{})
	for i := max(0, len(s.steps)-2); i < len(s.steps); i++ {
		s.steps[i].Exact = true
	}
	s.at = s.at.Add(time.Minute)
}

// anew opens a ticket that goes on from the closed one, as the door does when a citizen writes to that.
func (s *story) anew() {
	if s.over || s.at.After(s.until) {
		return
	}
	next := &story{writer: s.writer, r: s.r, who: s.who, account: s.account, facts: s.facts, at: s.at}
	m := s.matter
	m.asked = later
	next.openIt(m, s.chosen, s.id)
	if m.service == ticket.OperatorsForm {
		next.regional(0)
	} else {
		next.work()
	}
	s.others = append(s.others, next)
}
