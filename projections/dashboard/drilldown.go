// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// FigureID names a figure in the API.
type FigureID string

// The figures. The first four count tickets at a moment, the others activities in the period.
const (
	AllTickets  FigureID = "tutte"
	OpenTickets FigureID = "aperte"
	Unanswered  FigureID = "senza_risposta"
	Unassigned  FigureID = "senza_operatore"

	Arrivals          FigureID = "arrivate"
	FirstAnswers      FigureID = "prime_risposte"
	Resolutions       FigureID = "risolte"
	Discards          FigureID = "scartate"
	Duplicates        FigureID = "doppie"
	Reopenings        FigureID = "riaperte"
	Handovers         FigureID = "inoltri"
	Recalls           FigureID = "riprese"
	Breaches          FigureID = "scadute"
	OverrideHandovers FigureID = "forzature"
	Outcomes          FigureID = "esiti"
)

// FigureIDs returns all figures.
func FigureIDs() []FigureID {
	return []FigureID{AllTickets, OpenTickets, Unanswered, Unassigned, Arrivals, FirstAnswers, Resolutions, Discards, Duplicates, Reopenings,
		Handovers, Recalls, Breaches, OverrideHandovers, Outcomes}
}

// CountsTickets reports whether the figure counts tickets at a moment, not activities.
func (f FigureID) CountsTickets() bool { return ticketFigureConditions[f] != "" }

// ticketFigureConditions holds the SQL condition of every figure that counts tickets.
var ticketFigureConditions = map[FigureID]string{
	AllTickets:  "true",
	OpenTickets: "s.status in (" + openStatuses + ")",
	Unanswered:  "s.status in (" + openStatuses + ") and s.answered_at = 'infinity'",
	Unassigned:  "s.status in (" + openStatuses + ") and s.assignee = ''",
}

// activityFigureKinds holds the kind of activity that every other figure counts.
var activityFigureKinds = map[FigureID]activityKind{
	Arrivals:          activityOpened,
	FirstAnswers:      activityAnswered,
	Resolutions:       activityResolved,
	Discards:          activityDiscarded,
	Duplicates:        activityDuplicated,
	Reopenings:        activityReopened,
	Handovers:         activityHandedOver,
	Recalls:           activityTakenBack,
	Breaches:          activityBreached,
	OverrideHandovers: activityHandedOver,
	Outcomes:          activityCarriedOut,
}

// DrillDown names a figure, or a part of it, whose tickets or activities are to be listed. An empty field selects everything.
type DrillDown struct {
	Scope
	Figure   FigureID      // default: AllTickets
	Status   ticket.Status // of tickets
	Age      string        // of tickets, in days: the lower limit of an age range, one of 0, 1, 3, 7, 14, 30
	Day      string        // of activities
	Operator string        // an account, or ticket.Supervisors: the assignee of tickets, the actor of activities
	Giver    catalog.EntityCode
	Receiver catalog.EntityCode
	Detail   string // the ground of a hand-over, playbook/outcome of an outcome

	Cursor string // Next of the page before, with the same other fields
	Limit  int    // 1–200, default 50

	until     time.Time            // of an export: nothing that was recorded later counts; zero: everything counts
	perPerson []catalog.EntityCode // see PerPerson
}

// DrillDownItem is one ticket or one activity that a figure counts. A ticket is as it was at the moment of the period.
type DrillDownItem struct {
	Ticket   ticket.ID
	Number   string
	Entity   ticketview.Entity
	Receiver *ticketview.Entity // of a hand-over
	Service  ticketview.Labelled
	Problem  ticketview.Labelled
	Channel  ticket.Channel // of tickets
	Status   ticket.Status  // of tickets
	Operator string         // name of the assignee or of the actor; "" for nobody, the system or a citizen, and without an agreement (PerPerson)
	Detail   string         // see activity
	OpenedAt time.Time
	At       time.Time     // of the activity; of tickets, the beginning of their status interval
	Elapsed  time.Duration // from opening to At; of tickets, their age at the moment of the period

	AnsweredAt, ResolvedAt time.Time // of tickets; zero if not yet
	Handovers, Reopenings  int       // of tickets
	Reachable              bool      // whether the viewer may open the ticket today

	version    int
	operatorID string
}

// DrillDownPage is a page of the tickets or activities that a figure counts.
type DrillDownPage struct {
	Items    []DrillDownItem
	Next     string // "" on the last page
	Total    int    // the figure
	From, To string
	At       time.Time
	Position eventstore.Position
}

// drillDownQuery is a valid DrillDown in SQL.
type drillDownQuery struct {
	period
	where   *readmodel.Conditions
	tickets bool // it lists tickets, not activities
	after   *drillDownCursor
	limit   int
}

// drillDownCursor is the last item of a page. It is not signed, because it gives no access: the query and row-level security decide what is
// shown.
type drillDownCursor struct {
	at      time.Time
	ticket  string
	version int
}

// cursorText returns the cursor of the page after the item.
func (i DrillDownItem) cursorText(tickets bool) string {
	at := i.At
	if tickets {
		at = i.OpenedAt
	}
	return fmt.Sprintf("%d.%s.%d", at.UnixMicro(), i.Ticket, i.version)
}

// parseDrillDownCursor returns the cursor of a text, or nil for an empty text. Error: *readmodel.FilterError.
func parseDrillDownCursor(text string) (*drillDownCursor, error) {
	if text == "" {
		return nil, nil
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 || !eventstore.IsID(parts[1]) {
		return nil, readmodel.NewFilterError("cursor", refusal.DrillDownCursor.With(), "that of the page before")
	}
	micros, err := strconv.ParseInt(parts[0], 10, 64)
	version, err2 := strconv.ParseInt(parts[2], 10, 32)
	if err != nil || err2 != nil || micros < 0 || micros > 1<<52 {
		return nil, readmodel.NewFilterError("cursor", refusal.DrillDownCursor.With(), "that of the page before")
	}
	return &drillDownCursor{time.UnixMicro(micros).UTC(), parts[1], int(version)}, nil
}

// validate returns the drill-down in SQL. Error: *readmodel.FilterError.
func (d DrillDown) validate(v ticketview.Viewer, c *catalog.Catalog, now time.Time) (drillDownQuery, error) {
	var q drillDownQuery
	var err error
	if q.period, err = d.Scope.validate(v, c, now); err != nil {
		return q, err
	}
	q.perPerson = d.perPerson
	if !d.until.IsZero() {
		q.period = q.cutAfter(d.until)
	}
	if q.after, err = parseDrillDownCursor(d.Cursor); err != nil {
		return q, err
	}
	if q.limit = d.Limit; q.limit == 0 {
		q.limit = readmodel.DefaultLimit
	}
	if d.Figure == "" {
		d.Figure = AllTickets
	}
	condition, tickets := ticketFigureConditions[d.Figure]
	kind, isActivity := activityFigureKinds[d.Figure]
	switch {
	case !tickets && !isActivity:
		return q, readmodel.NewFilterError("figure", refusal.UnknownFigure.With(), readmodel.JoinValues(FigureIDs()))
	case q.limit < 1 || q.limit > readmodel.MaxLimit:
		return q, readmodel.NewFilterError("limit", refusal.OutOfRange.With(), fmt.Sprintf("1 to %d", readmodel.MaxLimit))
	case d.Status != "" && !slices.Contains(ticket.Statuses(), d.Status):
		return q, readmodel.NewFilterError("status", refusal.UnknownStatus.With(), readmodel.JoinValues(ticket.Statuses()))
	}
	if err := readmodel.CheckText(map[string]string{"operator": d.Operator, "giver": string(d.Giver), "receiver": string(d.Receiver),
		"detail": d.Detail}); err != nil {
		return q, err
	}
	q.tickets = tickets
	if tickets {
		q.where = q.intervalConditions()
		q.where.Add(condition)
		return q, d.addTicketConditions(q)
	}
	q.where = q.activityConditions()
	q.where.Add("d.kind = %s", string(kind))
	if d.Figure == OverrideHandovers {
		q.where.Add("d.detail in (" + overrideGrounds + ")")
	}
	return q, d.addActivityConditions(q)
}

// addTicketConditions adds the conditions of a figure that counts tickets.
func (d DrillDown) addTicketConditions(q drillDownQuery) error {
	if d.Day != "" || d.Giver != "" || d.Receiver != "" || d.Detail != "" {
		return readmodel.NewFilterError("figure", refusal.NotForTickets.With(), "a figure that counts activities")
	}
	if d.Status != "" {
		q.where.Add("s.status = %s", string(d.Status))
	}
	if d.Operator != "" {
		q.where.Add("s.assignee = %s", d.Operator)
		d.addNamed(q, "s.entity")
	}
	if d.Age == "" {
		return nil
	}
	least, err := strconv.Atoi(d.Age)
	i := slices.Index(ageLimits, least)
	if err != nil || i < 0 && least != 0 {
		return readmodel.NewFilterError("age", refusal.UnknownAge.With(), "0, 1, 3, 7, 14 or 30")
	}
	q.where.Add("greatest(0, floor(extract(epoch from %s::timestamptz - s.opened_at))) >= %s", q.at, int64(least)*24*60*60)
	if i+1 < len(ageLimits) {
		q.where.Add("floor(extract(epoch from %s::timestamptz - s.opened_at)) < %s", q.at, int64(ageLimits[i+1])*24*60*60)
	}
	return nil
}

// addNamed adds the condition that an entity agreed to be counted by person, if the drill-down selects a person.
func (d DrillDown) addNamed(q drillDownQuery, entity string) {
	if d.Operator != "" && d.Operator != ticket.Supervisors {
		q.where.Add(entity+" = any (%s)", d.perPerson)
	}
}

// addActivityConditions adds the conditions of a figure that counts activities.
func (d DrillDown) addActivityConditions(q drillDownQuery) error {
	if d.Status != "" || d.Age != "" {
		return readmodel.NewFilterError("figure", refusal.NotForActivities.With(), "a figure that counts tickets")
	}
	if d.Day != "" {
		day, err := parseDay("day", d.Day, q.from)
		if err != nil {
			return err
		}
		q.where.Add("d.at >= %s and d.at < %s", day, day.AddDate(0, 0, 1))
	}
	d.addNamed(q, "d.entity")
	for column, value := range map[string]string{"operator": d.Operator, "entity": string(d.Giver), "other": string(d.Receiver),
		"detail": d.Detail} {
		if value != "" {
			q.where.Add("d."+column+" = %s", value)
		}
	}
	return nil
}
