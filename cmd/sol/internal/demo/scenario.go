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
	"github.com/sol-assistenza/sol/domain/ticket/representation"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
)

// Step is one command with its time. Execute adds the number of an Open and the stored files.
type Step struct {
	At      time.Time
	Ticket  ticket.ID
	N       int // number of the step of its ticket, from 1
	By      person.Actor
	Command ticket.Command
	Files   []attachment.FileUpload
	// Exact steps are executed at their time, others within half an hour of it.
	Exact bool
}

// Key returns the idempotency key of the step, so that an interrupted seeding can be repeated.
func (s Step) Key() string { return fmt.Sprintf("demo/%s/%d", s.Ticket, s.N) }

// scenario builds the steps of one ticket. It drops steps after the end of the simulation.
type scenario struct {
	*planner
	random       *rand.Rand
	id           ticket.ID
	topic        topic
	citizen      citizen
	account      string // id of a verified citizen's account
	requester    person.Actor
	placeholders *strings.Replacer
	now          time.Time          // time of the next step
	formEntity   catalog.EntityCode // chosen in the form
	entity       catalog.EntityCode // the competent entity
	fromASR      catalog.EntityCode // the ASR that handed it over
	worker       person.Actor       // operator who works on it there
	steps        []Step
	followUps    []*scenario // duplicates and linked tickets
	ended        bool        // the simulation has ended

	represented ticket.RepresentationKind // that an operator has still to check; "": the form names nobody else

	reclassified bool // the problem, and with it the checks, has changed
	// checksAnswered holds the entities at which the checks were answered. A ticket that comes back to one of them may continue the run with
	// these answers or begin a new one: that depends on whether the saga began a run at another entity meanwhile.
	checksAnswered map[catalog.EntityCode]bool
}

// setAccount makes a verified citizen the requester.
func (s *scenario) setAccount(a Account) {
	s.account = a.ID
	s.citizen.given, s.citizen.family, s.citizen.taxCode, s.citizen.email = a.GivenName, a.FamilyName, a.TaxCode, a.Username+"@example.org"
}

// text returns one of the texts with its placeholders filled.
func (s *scenario) text(texts []string) string { return s.placeholders.Replace(pick(s.random, texts)) }

// newID returns a UUID of version 7 for a time, from the scenario's random numbers.
func (s *scenario) newID(at time.Time) ticket.ID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(at.UnixMilli())<<16|uint64(s.random.Uint32()&0x0fff)|0x7000)
	binary.BigEndian.PutUint64(u[8:], s.random.Uint64()&(1<<62-1)|1<<63)
	return ticket.ID(u.String())
}

// addStep adds a step at the scenario's present time, unless the simulation has ended by then.
func (s *scenario) addStep(by person.Actor, c ticket.Command, files ...attachment.FileUpload) {
	if s.ended = s.ended || s.now.After(s.end); s.ended {
		return
	}
	s.steps = append(s.steps, Step{At: s.now.UTC(), Ticket: s.id, N: len(s.steps) + 1, By: by, Command: c, Files: files})
}

// passOfficeTime moves the time on by least to most, and then to the next time at which the office is open.
func (s *scenario) passOfficeTime(least, most time.Duration) {
	s.now = nextOfficeTime(s.random, s.catalog.Calendar(s.entity), s.now.Add(least+randomDuration(s.random, most-least)))
}

// passCitizenTime moves the time on by least to most, and then to a time at which people are awake.
func (s *scenario) passCitizenTime(least, most time.Duration) {
	s.now = nextWakingTime(s.random, s.now.Add(least+randomDuration(s.random, most-least)))
}

func (s *scenario) newNote(v ticket.Visibility, text string) *ticket.NoteInput {
	return &ticket.NoteInput{ID: s.newID(s.now), Text: text, Visibility: v}
}

func (s *scenario) publicNote(texts []string) *ticket.NoteInput {
	return s.newNote(ticket.Public, s.text(texts))
}

// update adds an update by the worker. Before the first note to the requester the worker checks the representation, if there is one.
func (s *scenario) update(u ticket.Update) {
	handsOver := u.Entity != "" || u.Status == ticket.StatusHandedOver || u.Assignee != nil && u.Assignee.Region
	if s.represented != "" && u.Note != nil && u.Note.Visibility == ticket.Public && !handsOver {
		evidence := ticket.RepresentationEvidence{Seen: "Documento d’identità e atto, esibiti allo sportello", Act: "Atto di prova", Date: s.now.AddDate(0, 0, -3).Format(time.DateOnly)}
		if s.represented == ticket.OfMinor || s.represented == ticket.AsDelegate {
			evidence.Until = s.now.AddDate(2, 0, 0).Format(time.DateOnly)
		}
		s.addStep(s.worker, ticket.CheckRepresentation{Kind: s.represented, Evidence: evidence})
		s.represented = ""
	}
	s.addStep(s.worker, u)
}

// pickWorker chooses a random operator of the competent entity as worker.
func (s *scenario) pickWorker() { s.worker = pick(s.random, s.staff[s.entity].operators) }

func (s *scenario) supervisor() person.Actor { return s.staff[s.entity].supervisor }

// assignTo returns the input that assigns the ticket to an operator of the competent entity.
func (s *scenario) assignTo(a person.Actor) *ticket.AssigneeInput {
	return &ticket.AssigneeInput{Operator: a.ID, Entity: s.entity}
}

// requesterOf holds what the form says about the requester, by the kind of representation.
var requesterOf = map[ticket.RepresentationKind]ticket.RequesterRole{
	ticket.OfMinor: ticket.ForMinor, ticket.AsDelegate: ticket.ForDelegator, ticket.AsGuardian: ticket.ForWard, ticket.AsTrustee: ticket.ForWard, ticket.AsHeir: ticket.ForDeceased,
}

// openTicket adds the opening of the ticket, by a random channel and requester. continues is the closed ticket of a linked ticket, or "".
func (s *scenario) openTicket(m topic, entity catalog.EntityCode, continues ticket.ID) {
	s.topic, s.formEntity, s.entity, s.represented = m, entity, entity, ""
	s.id = s.newID(s.now)
	s.requester = person.Actor{ID: string(s.id), Role: person.Citizen} // uses the personal link
	by := person.Actor{Role: person.Anonymous}
	c := ticket.Open{
		Service: m.service, Problem: m.problem, Entity: entity, Channel: ticket.ChannelWeb, Identity: ticket.Declared,
		Requester: ticket.ForSelf, Facilitated: m.service == "accesso-facilitato", LinkedTo: continues,
		Form: ticket.Form{
			GivenName: s.citizen.given, FamilyName: s.citizen.family, TaxCode: s.citizen.taxCode, Email: s.citizen.email, Phone: s.citizen.phone,
			Description: s.text(m.requests),
		},
	}
	switch {
	case m.service == ticket.OperatorsForm:
		c.Requester = ticket.AsOperator
		s.entity = catalog.Region
	case s.account != "":
		by = person.Actor{ID: s.account, Role: person.Citizen}
		s.requester, c.Identity, c.Citizen = by, ticket.Verified, s.account
	case chance(s.random, 7):
		by, c.Channel = pick(s.random, s.staff[entity].operators),
			pick(s.random, []ticket.Channel{ticket.ChannelCounter, ticket.ChannelTelephone})
	case chance(s.random, 8):
		s.represented = representation.Kinds()[s.planner.represented%len(representation.Kinds())] // in turn, so that a small demo has each kind
		s.planner.represented++
		c.Requester = requesterOf[s.represented]
		c.Form.OnBehalfOf = pick(s.random, rivers).name + " " + s.citizen.family
	}
	var files []attachment.FileUpload
	if chance(s.random, 12) {
		files = append(files, randomAttachment(s.random))
	}
	s.addStep(by, c, files...)
	s.pickWorker()
}
