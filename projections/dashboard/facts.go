// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"encoding/json"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// What the supervisors' figures are made from. No figure is stored: stored are the facts that every figure of every day
// follows from by a query, so that a past day is what had been recorded by its end, and stays that.
//
//   - A standing is how a ticket stood for a while: competent entity, classification, status, assignee, and how far it had
//     come (first answer, resolution, hand-overs, reopenings). It holds from from_at until to_at, and a ticket has exactly
//     one at every moment of its life. What is open, how old it is and who has it at the end of a day: the standings that
//     held then.
//   - A deed is something that was done once: opened, answered for the first time, resolved, handed over, breached, … It
//     counts from at until withdrawn_at, which is when its act was undone: for ever, mostly. How much came in or was resolved
//     in a period, and how long it took: what was done in it, and not undone by its end.
//
// Both are written by folding the log. The fold remembers a ticket by the rules' own state, without anything that tells who
// the citizen is: no name, no word, no hash comes here, so an erasure changes nothing.

// statusInterval is a row of the table "standings": how a ticket stood for a while.
type statusInterval struct {
	Ticket   ticket.ID
	Version  int // of the ticket, when it began: with the ticket it names the row
	Number   string
	Channel  ticket.Channel
	Opened   time.Time
	From, To time.Time // zero To: it holds
	intervalState
}

// intervalState is what a standing says. As long as it stays the same the standing goes on.
type intervalState struct {
	Entity   catalog.EntityCode
	Service  catalog.ServiceID
	Problem  catalog.ProblemID
	Status   ticket.Status
	Assignee string
	progress
}

// progress is how far a ticket has come.
type progress struct {
	Answered   time.Time `json:",omitzero"` // when the first note to the citizen was written; zero: none was
	Resolved   time.Time `json:",omitzero"` // when it was resolved, if it still is
	Handovers  int       `json:",omitempty"`
	Reopenings int       `json:",omitempty"`
}

// activity is a row of the table "deeds".
type activity struct {
	Ticket  ticket.ID
	Version int // of the ticket, with the event: with the ticket it names the row
	Number  string
	Kind    activityKind
	Entity  catalog.EntityCode // that did it; of a hand-over the one that gave, of a breach the one that is late
	Other   catalog.EntityCode // of a hand-over: the one that received
	Service catalog.ServiceID
	Problem catalog.ProblemID
	// Detail is the channel of what was opened, the ground of a hand-over, the reason of what was discarded, the role of who
	// reopened, playbook/outcome of what was carried out.
	Detail    string
	Operator  string // account of who did it, if it was one who works tickets
	Opened    time.Time
	At        time.Time
	Withdrawn time.Time `json:",omitzero"` // zero: it stands
}

type activityKind string

const (
	activityOpened     activityKind = "opened"
	activityAnswered   activityKind = "answered" // for the first time
	activityResolved   activityKind = "resolved"
	activityDiscarded  activityKind = "discarded"
	activityDuplicated activityKind = "duplicated"
	activityReopened   activityKind = "reopened"
	activityHandedOver activityKind = "handed_over"
	activityTakenBack  activityKind = "taken_back"
	activityBreached   activityKind = "breached"
	activityCarriedOut activityKind = "carried_out"
)

// ticketFigures is what the fold remembers of a ticket: column folded of the table "figures".
type ticketFigures struct {
	State    ticket.State   `json:"state"`
	Version  int            `json:"version"`
	Channel  ticket.Channel `json:"channel"`
	Opened   time.Time      `json:"opened"`
	Progress progress       `json:"progress,omitzero"`
	Before   progress       `json:"before,omitzero"`  // as it was before the last act, which may be undone
	Recent   []activity     `json:"recent,omitempty"` // what the last act did
	Since    time.Time      `json:"since"`            // when the standing that holds began,
	Begun    int            `json:"begun"`            // and at which version
}

// apply takes one event and tells which standings and deeds are to be written, those that it ends or withdraws included.
// An event that was taken already changes nothing.
func (f ticketFigures) apply(r ticket.Recorded) (after ticketFigures, intervals []statusInterval, activities []activity) {
	if r.Version <= f.Version {
		return f, nil, nil
	}
	r.At = r.At.UTC()
	was := f
	f.State, f.Version = anonymize(ticket.Evolve(was.State, r)), r.Version
	if f.State.Last.ID != was.State.Last.ID {
		f.Before, f.Recent = was.Progress, nil
	}
	switch e := r.Event.(type) {
	case ticket.Opened:
		f.Opened, f.Channel = r.At, e.Channel
	case ticket.ActWithdrawn:
		f.Progress = was.Before
		for _, d := range was.Recent {
			d.Withdrawn = r.At
			activities = append(activities, d)
		}
	case ticket.AssignmentEvent, ticket.NoteEvent, ticket.ProgressEvent, ticket.CompetenceEvent, ticket.ResolutionEvent,
		ticket.Reopened, ticket.AutoClosed, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent,
		ticket.CitizenReminded, ticket.ContactEvent, ticket.PersonalDataErased:
	}
	if d := f.activityOf(was, r); d.Kind != "" {
		activities = append(activities, d)
		f.Progress = f.Progress.with(d)
		if r.Act == f.State.Last.ID { // what the system notes beside it is not undone with it
			f.Recent = append(f.Recent[:len(f.Recent):len(f.Recent)], d)
		}
	}
	switch {
	case f.Begun == 0:
		f.Since, f.Begun = r.At, r.Version
	case f.currentState() == was.currentState():
		return f, nil, activities
	case !r.At.Equal(f.Since): // else it is the same moment: nobody ever saw how it stood in between
		ended := was.currentInterval()
		ended.To = r.At
		intervals = append(intervals, ended)
		f.Since, f.Begun = r.At, r.Version
	}
	return f, append(intervals, f.currentInterval()), activities
}

// anonymize is a state that does not tell whose ticket it is, nor whose the last act was.
func anonymize(s ticket.State) ticket.State {
	s.Subject, s.Citizen, s.Last.By = "", "", person.Actor{}
	return s
}

func (f ticketFigures) currentState() intervalState {
	return intervalState{f.State.Entity, f.State.Service, f.State.Problem, f.State.Status, ticketview.AssigneeKey(f.State.Assignee), f.Progress}
}

func (f ticketFigures) currentInterval() statusInterval {
	return statusInterval{
		Ticket: f.State.ID, Version: f.Begun, Number: f.State.Number, Channel: f.Channel, Opened: f.Opened, From: f.Since, intervalState: f.currentState(),
	}
}

// activityOf is what an event did that counts; of no kind for what does not. The ticket is where it was before.
func (f ticketFigures) activityOf(was ticketFigures, r ticket.Recorded) activity {
	d := activity{
		Ticket: r.Ticket, Version: r.Version, Number: f.State.Number, Entity: was.State.Entity, Service: was.State.Service, Problem: was.State.Problem,
		Opened: f.Opened, At: r.At,
	}
	if r.By.Role.Operates() {
		d.Operator = r.By.ID
	}
	switch e := r.Event.(type) {
	case ticket.Opened:
		d.Kind, d.Entity, d.Service, d.Problem, d.Detail = activityOpened, e.Entity, e.Service, e.Problem, string(e.Channel)
	case ticket.CitizenNote:
		if was.Progress.Answered.IsZero() && d.Operator != "" {
			d.Kind = activityAnswered
		}
	case ticket.Resolved:
		d.Kind = activityResolved
	case ticket.Discarded:
		d.Kind, d.Detail = activityDiscarded, string(e.Why)
	case ticket.MarkedDuplicate:
		d.Kind = activityDuplicated
	case ticket.Reopened:
		d.Kind, d.Detail = activityReopened, string(r.By.Role)
	case ticket.Escalated:
		d.Kind, d.Other, d.Detail = activityHandedOver, catalog.Region, string(e.Ground)
	case ticket.Redirected:
		d.Kind, d.Other = activityHandedOver, e.To
	case ticket.Recalled:
		d.Kind, d.Entity, d.Other = activityTakenBack, e.Entity, was.State.Entity
	case ticket.HandoverBreached:
		d.Kind = activityBreached
	case ticket.OutcomeCarriedOut: // by the entity of the run, also where the same act has handed the ticket over
		run := was.State.Run
		d.Kind, d.Entity, d.Detail = activityCarriedOut, run.Entity, string(run.Pinned.Playbook)+"/"+string(e.Outcome)
	case ticket.InternalNote, ticket.RegionalNote:
	case ticket.TransferredToSuccessor:
	case ticket.HandoverWarned, ticket.PingPongNoticed:
	case ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried, ticket.AnswersForgotten, ticket.PlaybookReminded:
	case ticket.AssignmentEvent, ticket.ProgressEvent, ticket.ActWithdrawn, ticket.AutoClosed, ticket.Reclassified,
		ticket.CitizenReminded, ticket.ContactEvent, ticket.PersonalDataErased:
	}
	return d
}

// with is how far a ticket has come once something more was done.
func (p progress) with(d activity) progress {
	switch d.Kind {
	case activityAnswered:
		p.Answered = d.At
	case activityResolved, activityDiscarded, activityDuplicated:
		p.Resolved = d.At
	case activityReopened:
		p.Resolved, p.Reopenings = time.Time{}, p.Reopenings+1
	case activityHandedOver:
		p.Handovers++
	case activityOpened, activityTakenBack, activityBreached, activityCarriedOut:
	}
	return p
}

func (f ticketFigures) marshal() string {
	text, err := json.Marshal(f)
	if err != nil {
		panic("a memory of plain values cannot be encoded: " + err.Error())
	}
	return string(text)
}
