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
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

// The entities whose people act, besides the Region.
const (
	Torino catalog.EntityCode = "010301"
	TO3    catalog.EntityCode = "010203"
)

// CitizenID is the account of the citizen whose ticket it is.
const CitizenID = "01930000-0000-7000-8000-00000000c171"

// Actors are who may try something.
var Actors = []person.Actor{
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

// Engine are the ones that histories are decided by.
var Engine = rules.Engine{Catalog: catalog.Default(), Hold: rules.DefaultHold, Playbooks: playbook.Default()}

// Step is one command that was tried.
type Step struct {
	Before, After ticket.State
	Command       ticket.Command
	By            person.Actor
	Now           time.Time
	Events        []ticket.Recorded
	Err           error
}

// RandomTicket is a ticket's made-up life.
type RandomTicket struct {
	Steps   []Step
	History []ticket.Recorded
	State   ticket.State
	Now     time.Time
}

// DrawTicket makes a life of up to n tries. erasures: whether the personal data may be erased on the way. Positions are
// those of a log that holds this ticket alone.
func DrawTicket(t *rapid.T, id ticket.ID, n int, erasures bool) RandomTicket {
	l := RandomTicket{Now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	l.attempt(id, openCommand(t), Actors[len(Actors)-3])
	for range rapid.IntRange(0, n).Draw(t, "tries") {
		l.Now = l.Now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 9, 11, 3600, 86400}).Draw(t, "seconds")) * time.Second)
		by := rapid.SampledFrom(Actors).Draw(t, "by")
		kind := rapid.IntRange(0, 22).Draw(t, "command")
		if kind > 15 && kind != 19 && rapid.IntRange(0, 3).Draw(t, "by itself") > 0 { // what is the system's to do, people try too
			by = system
		}
		l.attempt(id, l.command(t, kind, by, erasures), by)
		if rapid.IntRange(0, 5).Draw(t, "regrets") == 0 {
			l.attempt(id, ticket.Undo{}, by)
		}
	}
	return l
}

func (l *RandomTicket) attempt(id ticket.ID, c ticket.Command, by person.Actor) {
	step := Step{Before: l.State, Command: c, By: by, Now: l.Now}
	events, err := Engine.Decide(l.State, c, by, l.Now)
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

func (l *RandomTicket) newID(kind string) ticket.ID {
	return ticket.ID(fmt.Sprintf("01930000-0000-7000-8000-%s%010d", kind, len(l.Steps)))
}

func openCommand(t *rapid.T) ticket.Open {
	o := ticket.Open{
		Number: "2026-0000001", Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: Torino, Channel: ticket.ChannelWeb,
		Identity: ticket.Verified, Citizen: CitizenID, Subject: "s1", Requester: ticket.ForSelf,
		Form: ticket.Form{GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.it",
			Phone: "+39 011 0000000", Description: "Non trovo il referto"},
	}
	if rapid.IntRange(0, 9).Draw(t, "form") == 0 {
		o.Service, o.Problem, o.Requester = ticket.OperatorsForm, "altro", ticket.AsOperator
	}
	return o
}

func (l *RandomTicket) command(t *rapid.T, kind int, by person.Actor, erasures bool) ticket.Command {
	switch {
	case kind > 19:
		return l.systemCommand(t)
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
		return ticket.TransferToSuccessor{From: rapid.SampledFrom([]catalog.EntityCode{Torino, TO3}).Draw(t, "from"), To: TO3}
	case kind < 19 || !erasures:
		return ticket.Release{Operator: rapid.SampledFrom(Actors).Draw(t, "gone").ID}
	default:
		return ticket.Erase{}
	}
}

func (l *RandomTicket) update(t *rapid.T, by person.Actor) ticket.Update {
	u := ticket.Update{
		Changes: ticket.Changes{Status: rapid.SampledFrom(append(ticket.Statuses(), "", "", "")).Draw(t, "status"), Reason: rapid.SampledFrom([]string{"", "", MarkInternal, string(ticket.Spam)}).Draw(t, "reason"), Entity: rapid.SampledFrom([]catalog.EntityCode{"", "", "", "", "", Torino, TO3, catalog.Region}).Draw(t, "entity")},
	}
	if rapid.IntRange(0, 3).Draw(t, "reassign") == 0 {
		to := rapid.SampledFrom(Actors[:7]).Draw(t, "to")
		u.Assignee = rapid.SampledFrom([]*ticket.AssigneeInput{{}, {Supervisors: true}, {Region: true}, {Operator: to.ID, Entity: to.Entity}}).Draw(t, "assignee")
	}
	if v := rapid.SampledFrom([]ticket.Visibility{"", ticket.Public, ticket.Public, ticket.Internal, ticket.Regional}).Draw(t, "note"); v != "" {
		u.Note = &ticket.NoteInput{ID: l.newID("ae"), Visibility: v, Text: l.audienceMark(u, v, by)}
	}
	if rapid.IntRange(0, 9).Draw(t, "reclassify") == 0 {
		u.Problem = rapid.SampledFrom([]catalog.ProblemID{"mancato-pagamento", "altro"}).Draw(t, "problem")
	}
	if rapid.IntRange(0, 3).Draw(t, "answer") == 0 {
		u.Answers, u.OutcomeNote = l.answerInputs(t), l.newID("0c")
	}
	if rapid.IntRange(0, 5).Draw(t, "ground") == 0 {
		u.Reason = rapid.SampledFrom(wireNames(append(ticket.OverrideGrounds(), ticket.NotOurs))).Draw(t, "why")
	}
	if rapid.IntRange(0, 14).Draw(t, "duplicate") == 0 {
		u.DuplicateOf = &ticket.OriginalTicket{Ticket: "01930000-0000-7000-8000-000000000999", Subject: "s1"}
	}
	return u
}

// systemCommand is what timers and connected systems may try, at their time or too late.
func (l *RandomTicket) systemCommand(t *rapid.T) ticket.Command {
	n := rapid.IntRange(1, 3).Draw(t, "n")
	yes := rapid.Bool().Draw(t, "yes")
	return rapid.SampledFrom([]ticket.Command{
		ticket.BeginPlaybook{}, ticket.BeginPlaybook{}, ticket.RemindPlaybook{Run: l.State.Run.N, N: n},
		ticket.WarnHandover{Handover: l.State.Handover.N, Due: l.Now}, ticket.BreachHandover{Handover: l.State.Handover.N, Due: l.Now},
		ticket.NoticePingPong{Handover: l.State.Handover.N}, ticket.RemindCitizen{Question: l.State.Asked.Note, N: n},
		ticket.ExpireQuestion{Question: l.State.Asked.Note, Note: l.newID("e0")}, ticket.ReportContact{Message: "m", Why: ticket.DeliveryBounced},
		ticket.RecordQueryResult{Run: l.State.Run.N, Check: l.openCheck(), Query: playbook.FindReport, Answer: &yes, Evidence: evidence},
		ticket.RecordQueryResult{Run: l.State.Run.N, Check: l.openCheck(), Query: playbook.FindReport, Why: ticket.SystemUnreachable},
	}).Draw(t, "by itself")
}

var evidence = playbook.Evidence{"identifier": MarkChecks, "produced_on": "2026-03-01", "iuv": MarkChecks, "paid_on": "2026-03-01"}

// openCheck is the check that the ticket's run would ask next; "" when there is none.
func (l *RandomTicket) openCheck() playbook.CheckID {
	if run, _, ok := Engine.RunFor(l.State); ok {
		if walk, ok := Engine.Walk(run); ok {
			return walk.Steps[len(walk.Steps)-1].Check.ID
		}
	}
	return ""
}

// answerInputs are to the check that is open, with the evidence that it takes.
func (l *RandomTicket) answerInputs(t *rapid.T) []ticket.AnswerInput {
	a := ticket.AnswerInput{Check: l.openCheck(), Yes: rapid.IntRange(0, 3).Draw(t, "yes") > 0, Evidence: playbook.Evidence{}}
	if run, _, ok := Engine.RunFor(l.State); ok && a.Check != "" {
		walk, _ := Engine.Walk(run)
		for _, e := range walk.Steps[len(walk.Steps)-1].Check.Evidence {
			if value, ok := evidence[e.Field]; ok {
				a.Evidence[e.Field] = value
			}
		}
	}
	return []ticket.AnswerInput{a}
}

// audienceMark writes who may read the note, by mission.md and not by the rules under test: a public note goes to the citizen
// in every act but those that escalate or redirect.
func (l *RandomTicket) audienceMark(u ticket.Update, v ticket.Visibility, by person.Actor) string {
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

func wireNames(grounds []ticket.Ground) (all []string) {
	for _, g := range grounds {
		all = append(all, string(g))
	}
	return all
}
