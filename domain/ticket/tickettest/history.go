// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package tickettest makes lives of tickets up, for properties: whatever people and the system may try, decided by the
// real rules.
package tickettest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// The entities whose people act, besides the Region.
const (
	Torino catalog.EntityCode = "010301"
	TO3    catalog.EntityCode = "010203"
)

// CitizenID is the account of the citizen whose ticket it is.
const CitizenID = "01930000-0000-7000-8000-00000000c171"

// People are who may try something.
var People = []person.Actor{
	{ID: "01930000-0000-7000-8000-000000000a01", Role: person.ASROperator, Entity: Torino},
	{ID: "01930000-0000-7000-8000-000000000a02", Role: person.ASROperator, Entity: Torino},
	{ID: "01930000-0000-7000-8000-000000000a03", Role: person.ASRSupervisor, Entity: Torino},
	{ID: "01930000-0000-7000-8000-000000000b01", Role: person.ASROperator, Entity: TO3},
	{ID: "01930000-0000-7000-8000-000000000b02", Role: person.ASRSupervisor, Entity: TO3},
	{ID: "01930000-0000-7000-8000-000000000c01", Role: person.RegionalOperator, Entity: catalog.Region},
	{ID: "01930000-0000-7000-8000-000000000c02", Role: person.RegionalSupervisor, Entity: catalog.Region},
	{ID: CitizenID, Role: person.Citizen},
	system,
	{ID: "01930000-0000-7000-8000-000000000d01", Role: person.Administrator},
}

var system = person.Actor{ID: "auto-close", Role: person.System}

// Marks in texts tell for whose eyes they were written.
const (
	MarkInternal = "SOLO-INTERNO"
	MarkRegional = "SOLO-REGIONE"
	MarkCitizen  = "PER-IL-CITTADINO"
	MarkChecks   = "SOLO-VERIFICHE" // in evidence
)

// Rules are the ones that histories are decided by.
var Rules = ticket.Rules{Catalog: catalog.Default(), Hold: ticket.DefaultHold, Playbooks: playbook.Default()}

// Step is one command that was tried.
type Step struct {
	Before, After ticket.State
	Command       ticket.Command
	By            person.Actor
	Now           time.Time
	Events        []ticket.Recorded
	Err           error
}

// Life is a ticket's made-up life.
type Life struct {
	Steps   []Step
	History []ticket.Recorded
	State   ticket.State
	Now     time.Time
}

// Draw makes a life of up to n tries. erasures: whether the personal data may be erased on the way. Positions are
// those of a log that holds this ticket alone.
func Draw(t *rapid.T, id ticket.ID, n int, erasures bool) Life {
	l := Life{Now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	l.try(id, open(t), People[len(People)-3])
	for range rapid.IntRange(0, n).Draw(t, "tries") {
		l.Now = l.Now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 9, 11, 3600, 86400}).Draw(t, "seconds")) * time.Second)
		by := rapid.SampledFrom(People).Draw(t, "by")
		kind := rapid.IntRange(0, 22).Draw(t, "command")
		if kind > 15 && kind != 19 && rapid.IntRange(0, 3).Draw(t, "by itself") > 0 { // what is the system's to do, people try too
			by = system
		}
		l.try(id, l.command(t, kind, by, erasures), by)
		if rapid.IntRange(0, 5).Draw(t, "regrets") == 0 {
			l.try(id, ticket.Undo{}, by)
		}
	}
	return l
}

func (l *Life) try(id ticket.ID, c ticket.Command, by person.Actor) {
	step := Step{Before: l.State, Command: c, By: by, Now: l.Now}
	events, err := Rules.Decide(l.State, c, by, l.Now)
	step.Err = err
	act := l.newID("ac")
	for _, e := range events {
		r := ticket.Recorded{Event: e, Ticket: id, Version: len(l.History) + 1, Position: int64(len(l.History) + 1), At: l.Now, By: by, Act: act}
		l.History = append(l.History, r)
		step.Events = append(step.Events, r)
		l.State = ticket.Evolve(l.State, r)
	}
	step.After = l.State
	l.Steps = append(l.Steps, step)
}

func (l *Life) newID(kind string) ticket.ID {
	return ticket.ID(fmt.Sprintf("01930000-0000-7000-8000-%s%010d", kind, len(l.Steps)))
}

func open(t *rapid.T) ticket.Open {
	o := ticket.Open{
		Number: "2026-0000001", Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: Torino, Channel: ticket.Web,
		Identity: ticket.Verified, Citizen: CitizenID, Subject: "s1", Requester: ticket.ForSelf,
		Form: ticket.Form{GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.it",
			Phone: "+39 011 0000000", Description: "Non trovo il referto"},
	}
	if rapid.IntRange(0, 9).Draw(t, "form") == 0 {
		o.Service, o.Problem, o.Requester = ticket.OperatorsForm, "altro", ticket.AsOperator
	}
	return o
}

func (l *Life) command(t *rapid.T, kind int, by person.Actor, erasures bool) ticket.Command {
	switch {
	case kind > 19:
		return l.bySystem(t)
	case kind < 13:
		return l.update(t, by)
	case kind < 15:
		solved := rapid.Bool().Draw(t, "solved")
		return ticket.Reply{ID: l.newID("re"), Text: MarkCitizen, Solved: rapid.SampledFrom([]*bool{nil, &solved}).Draw(t, "said")}
	case kind < 16:
		return ticket.Undo{}
	case kind < 17:
		return ticket.Close{Resolution: rapid.IntRange(1, l.State.Resolution+1).Draw(t, "resolution")}
	case kind < 18:
		return ticket.Succeed{From: rapid.SampledFrom([]catalog.EntityCode{Torino, TO3}).Draw(t, "from"), To: TO3}
	case kind < 19 || !erasures:
		return ticket.Release{Operator: rapid.SampledFrom(People).Draw(t, "gone").ID}
	default:
		return ticket.Erase{}
	}
}

func (l *Life) update(t *rapid.T, by person.Actor) ticket.Update {
	u := ticket.Update{
		Status: rapid.SampledFrom(append(ticket.Statuses(), "", "", "")).Draw(t, "status"),
		Reason: rapid.SampledFrom([]string{"", "", MarkInternal, string(ticket.Spam)}).Draw(t, "reason"),
		Entity: rapid.SampledFrom([]catalog.EntityCode{"", "", "", "", "", Torino, TO3, catalog.Region}).Draw(t, "entity"),
	}
	if rapid.IntRange(0, 3).Draw(t, "reassign") == 0 {
		to := rapid.SampledFrom(People[:7]).Draw(t, "to")
		u.Assignee = rapid.SampledFrom([]*ticket.NewAssignee{{}, {Supervisors: true}, {Region: true}, {Operator: to.ID, At: to.Entity}}).Draw(t, "assignee")
	}
	if v := rapid.SampledFrom([]ticket.Visibility{"", ticket.Public, ticket.Public, ticket.Internal, ticket.Regional}).Draw(t, "note"); v != "" {
		u.Note = &ticket.NewNote{ID: l.newID("ae"), Visibility: v, Text: l.mark(u, v, by)}
	}
	if rapid.IntRange(0, 9).Draw(t, "reclassify") == 0 {
		u.Problem = rapid.SampledFrom([]catalog.ProblemID{"mancato-pagamento", "altro"}).Draw(t, "problem")
	}
	if rapid.IntRange(0, 3).Draw(t, "answer") == 0 {
		u.Answers, u.OutcomeNote = l.answers(t), l.newID("0c")
	}
	if rapid.IntRange(0, 5).Draw(t, "ground") == 0 {
		u.Reason = rapid.SampledFrom(wire(append(ticket.Overrides(), ticket.NotOurs))).Draw(t, "why")
	}
	if rapid.IntRange(0, 14).Draw(t, "duplicate") == 0 {
		u.DuplicateOf = &ticket.Main{Ticket: "01930000-0000-7000-8000-000000000999", Subject: "s1"}
	}
	return u
}

// bySystem is what timers and connected systems may try, at their time or too late.
func (l *Life) bySystem(t *rapid.T) ticket.Command {
	n := rapid.IntRange(1, 3).Draw(t, "n")
	yes := rapid.Bool().Draw(t, "yes")
	return rapid.SampledFrom([]ticket.Command{
		ticket.BeginPlaybook{}, ticket.BeginPlaybook{}, ticket.Remind{Run: l.State.Run.N, N: n},
		ticket.Warn{Handover: l.State.Handover.N, Due: l.Now}, ticket.Breach{Handover: l.State.Handover.N, Due: l.Now},
		ticket.NoticePingPong{Handover: l.State.Handover.N}, ticket.RemindCitizen{Asked: l.State.Asked.Note, N: n},
		ticket.Expire{Asked: l.State.Asked.Note, Note: l.newID("e0")}, ticket.ReportContact{Message: "m", Why: ticket.Bounced},
		ticket.Learn{Run: l.State.Run.N, Check: l.open(), Query: playbook.FindReport, Answer: &yes, Evidence: evidence},
		ticket.Learn{Run: l.State.Run.N, Check: l.open(), Query: playbook.FindReport, Why: ticket.Unreachable},
	}).Draw(t, "by itself")
}

var evidence = playbook.Evidence{"identifier": MarkChecks, "produced_on": "2026-03-01", "iuv": MarkChecks, "paid_on": "2026-03-01"}

// open is the check that the ticket's run would ask next; "" when there is none.
func (l *Life) open() playbook.CheckID {
	if run, _, ok := Rules.Running(l.State); ok {
		if walk, ok := Rules.Walked(run); ok {
			return walk.Steps[len(walk.Steps)-1].Check.ID
		}
	}
	return ""
}

// answers are to the check that is open, with the evidence that it takes.
func (l *Life) answers(t *rapid.T) []ticket.NewAnswer {
	a := ticket.NewAnswer{Check: l.open(), Yes: rapid.IntRange(0, 3).Draw(t, "yes") > 0, Evidence: playbook.Evidence{}}
	if run, _, ok := Rules.Running(l.State); ok && a.Check != "" {
		walk, _ := Rules.Walked(run)
		for _, e := range walk.Steps[len(walk.Steps)-1].Check.Evidence {
			if value, ok := evidence[e.Field]; ok {
				a.Evidence[e.Field] = value
			}
		}
	}
	return []ticket.NewAnswer{a}
}

// mark writes who may read the note, by mission.md and not by the rules under test: a public note goes to the citizen
// in every act but those that escalate or redirect.
func (l *Life) mark(u ticket.Update, v ticket.Visibility, by person.Actor) string {
	escalates := u.Status == ticket.HandedOver && l.State.Status != ticket.HandedOver || u.Assignee != nil && u.Assignee.Region
	redirects := u.Status == ticket.New && l.State.Status != ticket.New && by.Entity == catalog.Region || u.Entity != ""
	switch {
	case v == ticket.Internal:
		return MarkInternal
	case v == ticket.Regional, escalates, redirects:
		return MarkRegional
	default:
		return MarkCitizen
	}
}

func wire(grounds []ticket.Ground) (all []string) {
	for _, g := range grounds {
		all = append(all, string(g))
	}
	return all
}
