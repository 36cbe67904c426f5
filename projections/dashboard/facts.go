// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"encoding/json"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// This file holds the facts from which the supervisors' figures are counted. No figure is stored. A query counts the figures of any day
// from the facts, so the figures of a past day are what had been recorded by its end, and never change.
//
//   - A status interval is a time in which a ticket's entity, classification, status, assignee and progress (first answer, resolution,
//     hand-overs, reopenings) stay the same. It is valid from from_at until to_at, and every ticket has exactly one at every moment since it
//     was opened. Open tickets, their ages and their assignees at the end of a day are counted from the intervals that are valid then.
//   - An activity is something that was done once: opened, answered for the first time, resolved, handed over, breached, … It counts from at
//     until withdrawn_at, the moment at which its act was undone; for most activities that is infinity. Arrivals and resolutions of a period,
//     and their durations, are counted from the activities in the period that were not undone by its end.
//
// The fold of the log writes both. It keeps the ticket.State of the rules without the data that identify the citizen: the read model holds
// no name, text or hash, so an erasure changes nothing in it.

// statusInterval is a row of the table "standings".
type statusInterval struct {
	Ticket   ticket.ID
	Version  int // of the event that began the interval; with the ticket, the key of the row
	Number   string
	Channel  ticket.Channel
	Opened   time.Time
	From, To time.Time // a zero To means that the interval has not ended
	intervalState
}

// intervalState is the part of a ticket that stays the same during a status interval.
type intervalState struct {
	Entity   catalog.EntityCode
	Service  catalog.ServiceID
	Problem  catalog.ProblemID
	Status   ticket.Status
	Assignee string
	progress
}

// progress holds what has happened to a ticket so far.
type progress struct {
	Answered   time.Time `json:",omitzero"` // time of the first note to the citizen by an operator, or zero
	Resolved   time.Time `json:",omitzero"` // time of the resolution, or zero if the ticket is not resolved
	Handovers  int       `json:",omitempty"`
	Reopenings int       `json:",omitempty"`
}

// activity is a row of the table "deeds".
type activity struct {
	Ticket  ticket.ID
	Version int // of the event; with the ticket, the key of the row
	Number  string
	Kind    activityKind
	// Entity is the entity that had the ticket: of a hand-over the giver, of a breach the one that is late. Of a hand-over that is taken back
	// it is the one that takes it back, of an outcome the entity of the run.
	Entity  catalog.EntityCode
	Other   catalog.EntityCode // of a hand-over the receiver; of one that is taken back, the one that had the ticket
	Service catalog.ServiceID
	Problem catalog.ProblemID
	// Detail is the channel of an opening, the ground of a hand-over, the reason of a discard, the role of the actor who reopened, or
	// playbook/outcome of an outcome that was carried out.
	Detail    string
	Operator  string // account of the actor if it is an operator, otherwise ""
	Opened    time.Time
	At        time.Time
	Withdrawn time.Time `json:",omitzero"` // zero if it was not undone
}

// activityKind is the kind of an activity. It is stored.
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

// ticketFigures is the state of the fold of one ticket, stored in column folded of the table "figures".
type ticketFigures struct {
	State    ticket.State   `json:"state"`
	Version  int            `json:"version"`
	Channel  ticket.Channel `json:"channel"`
	Opened   time.Time      `json:"opened"`
	Progress progress       `json:"progress,omitzero"`
	Before   progress       `json:"before,omitzero"`  // before the last act, which may be undone
	Recent   []activity     `json:"recent,omitempty"` // of the last act
	Since    time.Time      `json:"since"`            // when the current status interval began
	Begun    int            `json:"begun"`            // version of the event that began it
}

// apply returns the figures after one more event, and the status intervals and activities to write, including those that the event ends or
// withdraws. An event that was applied already changes nothing.
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
		ticket.CitizenReminded, ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
	}
	if d := f.activityOf(was, r); d.Kind != "" {
		activities = append(activities, d)
		f.Progress = f.Progress.with(d)
		if r.Act == f.State.Last.ID { // an undo does not withdraw events that the system adds to the act
			f.Recent = append(f.Recent[:len(f.Recent):len(f.Recent)], d)
		}
	}
	switch {
	case f.Begun == 0:
		f.Since, f.Begun = r.At, r.Version
	case f.currentState() == was.currentState():
		return f, nil, activities
	case !r.At.Equal(f.Since): // within one moment the interval is replaced, because it had no duration
		ended := was.currentInterval()
		ended.To = r.At
		intervals = append(intervals, ended)
		f.Since, f.Begun = r.At, r.Version
	}
	return f, append(intervals, f.currentInterval()), activities
}

// anonymize returns a state without the citizen, without the actor of the last act, and without what no figure follows from: links, contacts,
// whose view ends when, and which note and reply are the latest.
func anonymize(s ticket.State) ticket.State {
	s.Person, s.Citizen, s.Last.By = "", "", person.Actor{}
	s.LinkIssue, s.Address, s.Informing = 0, 0, ticket.Informing{}
	for _, u := range []*ticket.UndoableState{&s.UndoableState, &s.Last.Before} {
		u.PublicNote, u.Answered, u.Former = "", 0, nil
	}
	return s
}

// currentState returns the values that hold until the next event changes one of them.
func (f ticketFigures) currentState() intervalState {
	return intervalState{f.State.Entity, f.State.Service, f.State.Problem, f.State.Status, f.State.Assignee.WireName(),
		f.Progress}
}

// currentInterval returns the interval that has begun and has no end yet.
func (f ticketFigures) currentInterval() statusInterval {
	return statusInterval{
		Ticket: f.State.ID, Version: f.Begun, Number: f.State.Number, Channel: f.Channel, Opened: f.Opened, From: f.Since,
		intervalState: f.currentState(),
	}
}

// activityOf returns the activity of an event, without a kind if figures do not count the event. was is the ticket's state before it; the
// activity belongs to the entity that had the ticket then.
func (f ticketFigures) activityOf(was ticketFigures, r ticket.Recorded) activity {
	d := activity{
		Ticket: r.Ticket, Version: r.Version, Number: f.State.Number, Entity: was.State.Entity, Service: was.State.Service,
		Problem: was.State.Problem, Opened: f.Opened, At: r.At,
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
	case ticket.OutcomeCarriedOut: // of the run's entity, even if the same act has handed the ticket over before
		run := was.State.Run
		d.Kind, d.Entity, d.Detail = activityCarriedOut, run.Entity, string(run.Pinned.Playbook)+"/"+string(e.Outcome)
	case ticket.InternalNote, ticket.RegionalNote:
	case ticket.TransferredToSuccessor:
	case ticket.HandoverWarned, ticket.PingPongNoticed:
	case ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried, ticket.AnswersForgotten, ticket.PlaybookReminded:
	case ticket.AssignmentEvent, ticket.ProgressEvent, ticket.ActWithdrawn, ticket.AutoClosed, ticket.Reclassified,
		ticket.CitizenReminded, ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
	}
	return d
}

// with returns the progress after one more activity.
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

// marshal returns the figures as JSON, as the table stores them.
func (f ticketFigures) marshal() string {
	text, err := json.Marshal(f)
	if err != nil {
		panic("encode ticket figures: " + err.Error())
	}
	return string(text)
}
