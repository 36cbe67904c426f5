// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package dashboard holds the read model of the supervisors' figures, and its reader: figures, drill-downs and exports. Every figure is
// exact and equals the length of its drill-down. The package stores no personal data.
package dashboard

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Dashboard holds the figures for a scope. Open tickets are counted at one moment. Activities are counted in the period, without those
// undone by that moment. All figures are exact.
type Dashboard struct {
	From      string             `json:"from" doc:"First day, Europe/Rome" example:"2026-03-01"`
	To        string             `json:"to" doc:"Last day" example:"2026-03-31"`
	At        time.Time          `json:"at" doc:"The moment of the figures: the end of the last day, or now"`
	Entity    *ticketview.Entity `json:"entity,omitempty"`
	Service   string             `json:"service,omitempty"`
	Problem   string             `json:"problem,omitempty"`
	Total     Figures            `json:"total"`
	Statuses  []StatusFigure     `json:"statuses" doc:"Number of tickets by status at the moment of the figures, without closed tickets"`
	Ages      []AgeFigure        `json:"ages" doc:"Open tickets by age since they were opened"`
	Days      []DayFigures       `json:"days" doc:"Every day of the period"`
	Entities  []EntityFigures    `json:"entities"`
	Services  []PartFigures      `json:"services"`
	Problems  []PartFigures      `json:"problems"`
	Flows     []FlowFigure       `json:"flows" doc:"Number of hand-overs by sending and receiving entity"`
	Grounds   []GroundFigure     `json:"grounds" doc:"Hand-overs to the Region by ground; overrides are those against the checks"`
	Outcomes  []OutcomeFigure    `json:"outcomes" doc:"Outcomes of playbooks that were carried out"`
	Operators []OperatorFigures  `json:"operators" doc:"Of the entities that recorded an agreement to figures of single operators (law 300/1970, article 4)"`

	PerPerson []catalog.EntityCode `json:"-"` // the entities with such an agreement
	Position  eventstore.Position  `json:"-"`
}

// Figures are the figures that are counted in total and for each entity, service and problem.
type Figures struct {
	Open       int  `json:"open" doc:"Number of open tickets at the moment of the figures"`
	Unanswered int  `json:"unanswered" doc:"Number of open tickets without a first note to the citizen"`
	Unassigned int  `json:"unassigned" doc:"Number of open tickets without an assignee"`
	Age        Took `json:"age" doc:"Age of the open tickets"`

	Arrivals    int  `json:"arrivals" doc:"Opened in the period"`
	Resolutions int  `json:"resolutions" doc:"Number of resolutions in the period; a ticket that was resolved twice counts twice"`
	Discards    int  `json:"discards" doc:"Number of tickets that were discarded"`
	Duplicates  int  `json:"duplicates" doc:"Number of tickets that were marked as duplicates"`
	Reopenings  int  `json:"reopenings"`
	Handovers   int  `json:"handovers" doc:"Number of hand-overs in both directions; for an entity, the hand-overs that it sent"`
	Recalls     int  `json:"recalls" doc:"Number of recalled hand-overs"`
	Breaches    int  `json:"breaches" doc:"Number of breaches; for an entity, the breaches of hand-overs to it"`
	Overrides   int  `json:"overrides" doc:"Hand-overs against the checks"`
	FirstAnswer Took `json:"first_answer" doc:"Time from opening to the first note to the citizen, for the tickets with that note in the period"`
	Resolution  Took `json:"resolution" doc:"Time from opening to resolution, for the resolutions in the period"`
}

// Took holds durations of Count cases: the value that half of the cases do not exceed, and the value that nine in ten do not exceed. Both
// are values of a case. Durations are elapsed time and include nights and the time of waiting for the citizen.
type Took struct {
	Count  int   `json:"count"`
	Median int64 `json:"median_seconds"`
	P90    int64 `json:"p90_seconds"`
}

// StatusFigure is the number of tickets in a status.
type StatusFigure struct {
	Status ticket.Status `json:"status"`
	Label  string        `json:"label" doc:"Italian"`
	Count  int           `json:"count"`
}

// AgeFigure is the number of open tickets with an age of at least From days and less than To days. A To of 0 means no limit.
type AgeFigure struct {
	From  int `json:"from_days"`
	To    int `json:"to_days,omitempty"`
	Count int `json:"count"`
}

// DayFigures are the figures of one day.
type DayFigures struct {
	Day         string `json:"day"`
	Open        int    `json:"open" doc:"At its end, or now"`
	Arrivals    int    `json:"arrivals"`
	Resolutions int    `json:"resolutions"`
}

// EntityFigures are the figures of one entity.
type EntityFigures struct {
	Entity ticketview.Entity `json:"entity"`
	Figures
	Received int `json:"received" doc:"Hand-overs to it"`
}

// PartFigures are the figures of a service, or of one problem of a service.
type PartFigures struct {
	Service ticketview.Labelled  `json:"service"`
	Problem *ticketview.Labelled `json:"problem,omitempty"`
	Figures
}

// FlowFigure is the number of hand-overs from one entity to another.
type FlowFigure struct {
	From  ticketview.Entity `json:"from"`
	To    ticketview.Entity `json:"to"`
	Count int               `json:"count"`
}

// GroundFigure is the number of hand-overs to the Region with a ground. A hand-over without a playbook has no ground and is not counted.
type GroundFigure struct {
	Ground   ticket.Ground `json:"ground"`
	Override bool          `json:"override"`
	Count    int           `json:"count"`
}

// OutcomeFigure is the number of times that an outcome was carried out.
type OutcomeFigure struct {
	Playbook playbook.ID        `json:"playbook" doc:"That the run began with"`
	Outcome  playbook.OutcomeID `json:"outcome"`
	Count    int                `json:"count"`
}

// OperatorFigures are the figures of one operator, or of the supervisors as a group.
type OperatorFigures struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Open        int    `json:"open" doc:"Assigned to them, at that moment"`
	Answers     int    `json:"answers" doc:"First answers that they gave"`
	Resolutions int    `json:"resolutions"`
}
