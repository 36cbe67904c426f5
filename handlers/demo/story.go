// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/attachment"
)

// Step is one command at its time. Of an Open the number is still missing, of any command the content of its files.
type Step struct {
	At      time.Time
	Ticket  ticket.ID
	N       int // among the ticket's steps, from 1
	By      person.Actor
	Command ticket.Command
	Files   []attachment.File
	// Exact steps happen to the second, others within their half hour.
	Exact bool
}

// Key makes the step repeatable, so that a seeding that was cut off can be begun again.
func (s Step) Key() string { return fmt.Sprintf("demo/%s/%d", s.Ticket, s.N) }

// story writes the life of one ticket, act by act, until the simulation's end cuts it off.
type story struct {
	*writer
	r       *rand.Rand
	id      ticket.ID
	matter  matter
	who     citizen
	account string // of a verified citizen
	asks    person.Actor
	facts   *strings.Replacer
	at      time.Time          // of the last act
	chosen  catalog.EntityCode // in the form
	entity  catalog.EntityCode // competent
	fromASR catalog.EntityCode // that handed it over
	worker  person.Actor       // who works on it there
	steps   []Step
	others  []*story // that come of this one
	over    bool     // the simulation has ended

	reclassified bool // its checks are others' then
	checked      bool // somebody has worked the checks where it is
}

// said fills the facts into one of several texts.
func (s *story) said(texts []string) string { return s.facts.Replace(pick(s.r, texts)) }

// newID makes a UUID of version 7 that belongs to the moment and to the story.
func (s *story) newID(at time.Time) ticket.ID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(at.UnixMilli())<<16|uint64(s.r.Uint32()&0x0fff)|0x7000)
	binary.BigEndian.PutUint64(u[8:], s.r.Uint64()&(1<<62-1)|1<<63)
	return ticket.ID(u.String())
}

// act adds a step at the story's time.
func (s *story) act(by person.Actor, c ticket.Command, files ...attachment.File) {
	if s.over = s.over || s.at.After(s.until); s.over {
		return
	}
	s.steps = append(s.steps, Step{At: s.at.UTC(), Ticket: s.id, N: len(s.steps) + 1, By: by, Command: c, Files: files})
}

// office lets office time pass: some of it, then until the office works.
func (s *story) office(least, most time.Duration) {
	s.at = atWork(s.r, s.catalog.Calendar(s.entity), s.at.Add(least+seconds(s.r, most-least)))
}

// home lets the citizen's time pass.
func (s *story) home(least, most time.Duration) {
	s.at = atHome(s.r, s.at.Add(least+seconds(s.r, most-least)))
}

func (s *story) note(v ticket.Visibility, text string) *ticket.NewNote {
	return &ticket.NewNote{ID: s.newID(s.at), Text: text, Visibility: v}
}

func (s *story) public(texts []string) *ticket.NewNote { return s.note(ticket.Public, s.said(texts)) }

// update is the worker's click.
func (s *story) update(u ticket.Update) { s.act(s.worker, u) }

// somebody chooses who works on the ticket at the competent entity.
func (s *story) somebody() { s.worker = pick(s.r, s.staff[s.entity].operators) }

func (s *story) supervisor() person.Actor { return s.staff[s.entity].supervisor }

// to is an operator of the competent entity in the menu.
func (s *story) to(a person.Actor) *ticket.NewAssignee {
	return &ticket.NewAssignee{Operator: a.ID, At: s.entity}
}

// openIt sends the form, in one of the ways in which requests come.
func (s *story) openIt(m matter, entity catalog.EntityCode, continues ticket.ID) {
	s.matter, s.chosen, s.entity = m, entity, entity
	s.id = s.newID(s.at)
	s.asks = person.Actor{ID: string(s.id), Role: person.Citizen} // by the personal link
	by := person.Actor{Role: person.Anonymous}
	c := ticket.Open{
		Service: m.service, Problem: m.problem, Entity: entity, Channel: ticket.Web, Identity: ticket.Declared,
		Requester: ticket.ForSelf, Facilitated: m.service == "accesso-facilitato", Continues: continues,
		Form: ticket.Form{
			GivenName: s.who.given, FamilyName: s.who.family, TaxCode: s.who.taxCode, Email: s.who.email, Phone: s.who.phone,
			Description: s.said(m.asked),
		},
	}
	switch {
	case m.service == ticket.OperatorsForm:
		c.Requester = ticket.AsOperator
		s.entity = catalog.Region
	case s.account != "":
		by = person.Actor{ID: s.account, Role: person.Citizen}
		s.asks, c.Identity, c.Citizen = by, ticket.Verified, s.account
	case chance(s.r, 7):
		by, c.Channel = pick(s.r, s.staff[entity].operators), pick(s.r, []ticket.Channel{ticket.Desk, ticket.Telephone})
	case chance(s.r, 8):
		c.Requester = pick(s.r, []ticket.RequesterRole{ticket.ForMinor, ticket.ForDelegating})
		c.Form.Concerns = pick(s.r, rivers).name + " " + s.who.family
	}
	c.Subject = s.subject(s.who.taxCode)
	var files []attachment.File
	if chance(s.r, 12) {
		files = append(files, paper(s.r))
	}
	s.act(by, c, files...)
	s.somebody()
}
