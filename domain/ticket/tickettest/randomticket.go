// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package tickettest makes tickets for tests: facts and actors for tests of the rules, scenarios, and random tickets and logs for
// properties. The rules decide the commands of scenarios and random tickets.
package tickettest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

// The entities of the actors, beside the Region.
const (
	Torino catalog.EntityCode = "010301"
	TO3    catalog.EntityCode = "010203"
)

// CitizenID is the account of the citizen who opens the tickets.
const CitizenID = "01930000-0000-7000-8000-00000000c171"

// Actors lists the actors of random tickets.
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

// The marks in the texts of random tickets. Each names the audience for which the text was written.
const (
	MarkInternal = "SOLO-INTERNO"
	MarkRegional = "SOLO-REGIONE"
	MarkCitizen  = "PER-IL-CITTADINO"
	MarkChecks   = "SOLO-VERIFICHE" // in evidence
)

// Engine decides the commands of scenarios and random tickets.
var Engine = rules.Engine{Catalog: catalog.Default(), Hold: rules.DefaultHold, Playbooks: playbook.Default()}

// Step is a command that was given to a random ticket, and the decision: events or an error.
type Step struct {
	Before, After ticket.State
	Command       ticket.Command
	By            person.Actor
	Now           time.Time
	Events        []ticket.Recorded
	Err           error
}

// RandomTicket is a ticket with random commands.
type RandomTicket struct {
	Steps   []Step
	History []ticket.Recorded
	State   ticket.State
	Now     time.Time
}

// DrawTicket draws a ticket with up to n commands after the one that opens it, and some undos. erasures allows that its personal data are
// erased. The positions are those of a log that holds only this ticket.
func DrawTicket(t *rapid.T, id ticket.ID, n int, erasures bool) RandomTicket {
	r := RandomTicket{Now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	r.attempt(id, openCommand(t), Actors[len(Actors)-3])
	for range rapid.IntRange(0, n).Draw(t, "commands") {
		r.Now = r.Now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 9, 11, 3600, 86400}).Draw(t, "seconds")) * time.Second)
		by := rapid.SampledFrom(Actors).Draw(t, "by")
		kind := rapid.IntRange(0, 25).Draw(t, "command")
		// The system gives most of its commands. Some are given by a person, whom the rules refuse.
		if kind > 15 && kind < 23 && kind != 19 && rapid.IntRange(0, 3).Draw(t, "by the system") > 0 {
			by = system
		}
		r.attempt(id, r.command(t, kind, by, erasures), by)
		if rapid.IntRange(0, 5).Draw(t, "undo") == 0 {
			r.attempt(id, ticket.Undo{}, by)
		}
		if former := r.State.Former; len(former) > 0 && rapid.IntRange(0, 3).Draw(t, "end of a view") == 0 {
			ended := rapid.SampledFrom(former).Draw(t, "former view")
			r.attempt(id, ticket.EndFormerView{Entity: ended.Entity, Since: ended.Since}, system)
		}
	}
	return r
}

// attempt gives the command to the ticket and records the step.
func (r *RandomTicket) attempt(id ticket.ID, c ticket.Command, by person.Actor) {
	step := Step{Before: r.State, Command: c, By: by, Now: r.Now}
	events, err := Engine.Decide(r.State, c, by, r.Now)
	step.Err = err
	act := r.newID("ac")
	for _, e := range events {
		n := len(r.History) + 1
		recorded := ticket.Recorded{Event: e, Ticket: id, Version: n, Position: int64(n), At: r.Now, By: by, Act: act}
		r.History = append(r.History, recorded)
		step.Events = append(step.Events, recorded)
		r.State = ticket.Evolve(r.State, recorded)
	}
	step.After = r.State
	r.Steps = append(r.Steps, step)
}

// newID returns an id with two characters for its kind and the number of the step.
func (r *RandomTicket) newID(kind string) ticket.ID {
	return ticket.ID(fmt.Sprintf("01930000-0000-7000-8000-%s%010d", kind, len(r.Steps)))
}

// openCommand draws the form: mostly the citizen's, sometimes the operators' own.
func openCommand(t *rapid.T) ticket.Open {
	o := ticket.Open{
		Number: "2026-0000001", Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: Torino, Channel: ticket.ChannelWeb,
		Identity: ticket.Verified, Citizen: CitizenID, Person: "p1", Requester: ticket.ForSelf,
		Form: ticket.Form{GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.it",
			Phone: "+39 011 0000000", Description: "Non trovo il referto"},
	}
	if rapid.IntRange(0, 4).Draw(t, "e-mail") == 0 {
		o.Channel, o.Form.Email = ticket.ChannelCounter, ""
	}
	if rapid.IntRange(0, 9).Draw(t, "form") == 0 && o.Form.Email != "" {
		o.Service, o.Problem, o.Requester = ticket.OperatorsForm, "altro", ticket.AsOperator
	} else if rapid.IntRange(0, 3).Draw(t, "requester") == 0 {
		o.Requester, o.Form.OnBehalfOf = ticket.ForDelegator, "Altra Finta"
	}
	return o
}

// command draws a command. kind is a number from 0 to 25; 13 of these are updates.
func (r *RandomTicket) command(t *rapid.T, kind int, by person.Actor, erasures bool) ticket.Command {
	switch {
	case kind > 24:
		return readerCommand(t)
	case kind > 22:
		return contactCommand(t)
	case kind > 19:
		return r.systemCommand(t)
	case kind < 13:
		return r.update(t, by)
	case kind < 15:
		return r.reply(t)
	case kind < 16:
		return ticket.Undo{}
	case kind < 17:
		return ticket.Close{Resolution: rapid.IntRange(1, r.State.Resolution+1).Draw(t, "resolution")}
	case kind < 18:
		return ticket.TransferToSuccessor{From: rapid.SampledFrom([]catalog.EntityCode{Torino, TO3}).Draw(t, "from"), To: TO3}
	case kind < 19 || !erasures:
		return ticket.Release{Operator: rapid.SampledFrom(Actors).Draw(t, "released").ID}
	default:
		return ticket.Erase{}
	}
}

// update draws an operator's update, with a note that is marked for its audience.
func (r *RandomTicket) update(t *rapid.T, by person.Actor) ticket.Update {
	u := ticket.Update{
		UpdateFields: ticket.UpdateFields{
			Status: rapid.SampledFrom(append(ticket.Statuses(), "", "", "")).Draw(t, "status"),
			Reason: rapid.SampledFrom([]string{"", "", MarkInternal, string(ticket.Spam)}).Draw(t, "reason"),
			Entity: rapid.SampledFrom([]catalog.EntityCode{"", "", "", "", "", Torino, TO3, catalog.Region}).Draw(t, "entity"),
		},
	}
	if rapid.IntRange(0, 3).Draw(t, "reassign") == 0 {
		to := rapid.SampledFrom(Actors[:7]).Draw(t, "to")
		choices := []*ticket.AssigneeInput{{}, {Supervisors: true}, {Region: true}, {Operator: to.ID, Entity: to.Entity}}
		u.Assignee = rapid.SampledFrom(choices).Draw(t, "assignee")
	}
	visibilities := []ticket.Visibility{"", ticket.Public, ticket.Public, ticket.Internal, ticket.Regional}
	if v := rapid.SampledFrom(visibilities).Draw(t, "note"); v != "" {
		u.Note = &ticket.NoteInput{ID: r.newID("ae"), Visibility: v, Text: r.audienceMark(u, v, by)}
	}
	if rapid.IntRange(0, 9).Draw(t, "reclassify") == 0 {
		u.Problem = rapid.SampledFrom([]catalog.ProblemID{"mancato-pagamento", "altro"}).Draw(t, "problem")
	}
	if rapid.IntRange(0, 3).Draw(t, "answer") == 0 {
		u.Answers, u.OutcomeNote = r.answerInputs(t), r.newID("0c")
	}
	if rapid.IntRange(0, 5).Draw(t, "ground") == 0 {
		u.Reason = rapid.SampledFrom(wireNames(append(ticket.OverrideGrounds(), ticket.NotOurs))).Draw(t, "ground of the hand-over")
	}
	if rapid.IntRange(0, 14).Draw(t, "duplicate") == 0 {
		u.DuplicateOf = &ticket.OriginalTicket{Ticket: "01930000-0000-7000-8000-000000000999", Person: "p1"}
	}
	return u
}

// systemCommand draws a command of a timer, a saga or an adapter. The ticket may have changed since, so that it is refused.
func (r *RandomTicket) systemCommand(t *rapid.T) ticket.Command {
	n := rapid.IntRange(1, 3).Draw(t, "n")
	yes := rapid.Bool().Draw(t, "yes")
	return rapid.SampledFrom([]ticket.Command{
		ticket.BeginPlaybook{}, ticket.BeginPlaybook{}, ticket.RemindPlaybook{Run: r.State.Run.N, N: n},
		ticket.WarnHandover{Handover: r.State.Handover.N, Due: r.Now}, ticket.BreachHandover{Handover: r.State.Handover.N, Due: r.Now},
		ticket.NoticePingPong{Handover: r.State.Handover.N}, ticket.RemindCitizen{Question: r.State.Asked.Note, N: n},
		ticket.ExpireQuestion{Question: r.State.Asked.Note, Note: r.newID("e0")}, ticket.ReportContact{Message: "m", Why: ticket.DeliveryBounced},
		ticket.ReportContact{Message: "m", Why: ticket.DeliveryBounced, Address: r.State.Address},
		ticket.KeepMail{ID: r.newID("e1"), Why: receivedmail.AutomaticMail, Text: MarkInternal, Mail: unverifiedMail},
		ticket.ForwardReply{To: "01930000-0000-7000-8000-000000000999", Version: 2},
		ticket.RecordQueryResult{Run: r.State.Run.N, Check: r.openCheck(), Query: playbook.FindReport, Answer: &yes, Evidence: evidence},
		ticket.RecordQueryResult{Run: r.State.Run.N, Check: r.openCheck(), Query: playbook.FindReport, Why: ticket.SystemUnreachable},
	}).Draw(t, "system command")
}

var evidence = playbook.Evidence{"identifier": MarkChecks, "produced_on": "2026-03-01", "iuv": MarkChecks, "paid_on": "2026-03-01"}

// openCheck returns the last check that the run of the ticket asks; "" if there is no run.
func (r *RandomTicket) openCheck() playbook.CheckID {
	if run, _, ok := Engine.RunFor(r.State); ok {
		if walk, ok := Engine.Walk(run); ok {
			return walk.Steps[len(walk.Steps)-1].Check.ID
		}
	}
	return ""
}

// answerInputs draws an answer to the open check, with all evidence that it takes.
func (r *RandomTicket) answerInputs(t *rapid.T) []ticket.AnswerInput {
	a := ticket.AnswerInput{Check: r.openCheck(), Yes: rapid.IntRange(0, 3).Draw(t, "yes") > 0, Evidence: playbook.Evidence{}}
	if run, _, ok := Engine.RunFor(r.State); ok && a.Check != "" {
		walk, _ := Engine.Walk(run)
		for _, e := range walk.Steps[len(walk.Steps)-1].Check.Evidence {
			if value, ok := evidence[e.Field]; ok {
				a.Evidence[e.Field] = value
			}
		}
	}
	return []ticket.AnswerInput{a}
}

// audienceMark returns the mark for the audience of a note. It does not use the rules under test: a public note is for the citizen, except
// in an update that escalates or redirects.
func (r *RandomTicket) audienceMark(u ticket.Update, v ticket.Visibility, by person.Actor) string {
	escalates := u.Status == ticket.StatusHandedOver && r.State.Status != ticket.StatusHandedOver || u.Assignee != nil && u.Assignee.Region
	redirects := u.Status == ticket.StatusNew && r.State.Status != ticket.StatusNew && by.Entity == catalog.Region || u.Entity != ""
	switch {
	case v == ticket.Internal:
		return MarkInternal
	case v == ticket.Regional, escalates, redirects:
		return MarkRegional
	default:
		return MarkCitizen
	}
}

// wireNames returns the grounds as text.
func wireNames(grounds []ticket.Ground) (all []string) {
	for _, g := range grounds {
		all = append(all, string(g))
	}
	return all
}
