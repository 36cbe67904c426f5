// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// FigureID names what is counted on the wire.
type FigureID string

// What is counted: tickets as they stood at the moment, and what was done in the period.
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

// FigureIDs lists all of them.
func FigureIDs() []FigureID {
	return []FigureID{AllTickets, OpenTickets, Unanswered, Unassigned, Arrivals, FirstAnswers, Resolutions, Discards, Duplicates, Reopenings, Handovers,
		Recalls, Breaches, OverrideHandovers, Outcomes}
}

// CountsTickets tells whether the figure counts tickets as they stood, and not what was done.
func (f FigureID) CountsTickets() bool { return ticketFigureConditions[f] != "" }

// ticketFigureConditions are the figures that count tickets as they stood, as SQL.
var ticketFigureConditions = map[FigureID]string{
	AllTickets: "true", OpenTickets: "s.status in (" + openStatuses + ")", Unanswered: "s.status in (" + openStatuses + ") and s.answered_at = 'infinity'",
	Unassigned: "s.status in (" + openStatuses + ") and s.assignee = ''",
}

// activityFigureKinds are the figures that count what was done.
var activityFigureKinds = map[FigureID]activityKind{
	Arrivals: activityOpened, FirstAnswers: activityAnswered, Resolutions: activityResolved, Discards: activityDiscarded, Duplicates: activityDuplicated, Reopenings: activityReopened,
	Handovers: activityHandedOver, Recalls: activityTakenBack, Breaches: activityBreached, OverrideHandovers: activityHandedOver, Outcomes: activityCarriedOut,
}

// DrillDown asks for what is behind a figure, or behind a part of it. Zero fields are not asked for.
type DrillDown struct {
	Scope
	Figure   FigureID      // zero: AllTickets
	Status   ticket.Status // of tickets
	Age      string        // of tickets, as they stood: at least so many days, e.g. "7", and less than the next of 1, 3, 7, 14, 30; "0": less than one
	Day      string        // of the period, on which it was done
	Operator string        // an account, or Supervisors: of tickets whose they are, else who did it
	Giver    catalog.EntityCode
	Receiver catalog.EntityCode
	Detail   string // the ground of a hand-over, playbook/outcome of an outcome

	Cursor string // Next of the page before, with the same question
	Limit  int    // 1–200, default 50
}

// DrillDownItem is one of what a figure counts: a ticket as it stood at the moment, or one thing that was done with it.
type DrillDownItem struct {
	Ticket   ticket.ID
	Number   string
	Entity   ticketview.Entity
	Receiver *ticketview.Entity // that received a hand-over
	Service  ticketview.Labelled
	Problem  ticketview.Labelled
	Channel  ticket.Channel // of tickets
	Status   ticket.Status  // of tickets
	Operator string         // name of whose it is, or of who did it; "" for nobody, the system or a citizen
	Detail   string         // see Behind
	OpenedAt time.Time
	At       time.Time     // when it was done; of tickets, since when they stood so
	Elapsed  time.Duration // from opening till then; of tickets, till the moment: their age

	AnsweredAt, ResolvedAt time.Time // of tickets; zero: not yet
	Handovers, Reopenings  int       // of tickets
	Reachable              bool      // the viewer may open the ticket today

	version    int
	operatorID string
}

// DrillDownPage is a page of what a figure counts.
type DrillDownPage struct {
	Items    []DrillDownItem
	Next     string // "" on the last page
	Total    int    // is the figure
	From, To string
	At       time.Time
	Position eventstore.Position
}

// drillDownQuery is a question for what is behind a figure, checked and said in SQL.
type drillDownQuery struct {
	period
	where   *readmodel.Conditions
	tickets bool
	after   *drillDownCursor
	limit   int
}

// drillDownCursor is where a page ended. It is no secret and no right: the question and the policies decide what is shown.
type drillDownCursor struct {
	at      time.Time
	ticket  string
	version int
}

func (c DrillDownItem) cursorText(tickets bool) string {
	at := c.At
	if tickets {
		at = c.OpenedAt
	}
	return fmt.Sprintf("%d.%s.%d", at.UnixMicro(), c.Ticket, c.version)
}

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

// validate refuses what has no answer, and says the question in SQL.
func (b DrillDown) validate(v ticketview.Viewer, c *catalog.Catalog, now time.Time) (drillDownQuery, error) {
	var a drillDownQuery
	var err error
	if a.period, err = b.Scope.validate(v, c, now); err != nil {
		return a, err
	}
	if a.after, err = parseDrillDownCursor(b.Cursor); err != nil {
		return a, err
	}
	if a.limit = b.Limit; a.limit == 0 {
		a.limit = readmodel.DefaultLimit
	}
	if b.Figure == "" {
		b.Figure = AllTickets
	}
	condition, tickets := ticketFigureConditions[b.Figure]
	kind, did := activityFigureKinds[b.Figure]
	switch {
	case !tickets && !did:
		return a, readmodel.NewFilterError("figure", refusal.UnknownFigure.With(), readmodel.JoinValues(FigureIDs()))
	case a.limit < 1 || a.limit > readmodel.MaxLimit:
		return a, readmodel.NewFilterError("limit", refusal.OutOfRange.With(), fmt.Sprintf("1 to %d", readmodel.MaxLimit))
	case b.Status != "" && !slices.Contains(ticket.Statuses(), b.Status):
		return a, readmodel.NewFilterError("status", refusal.UnknownStatus.With(), readmodel.JoinValues(ticket.Statuses()))
	}
	if err := readmodel.CheckText(map[string]string{"operator": b.Operator, "giver": string(b.Giver), "receiver": string(b.Receiver), "detail": b.Detail}); err != nil {
		return a, err
	}
	a.tickets = tickets
	if tickets {
		a.where = a.intervalConditions()
		a.where.Add(condition)
		return a, b.addTicketConditions(a)
	}
	a.where = a.activityConditions()
	a.where.Add("d.kind = %s", string(kind))
	if b.Figure == OverrideHandovers {
		a.where.Add("d.detail in (" + overrideGrounds + ")")
	}
	return a, b.addActivityConditions(a)
}

func (b DrillDown) addTicketConditions(a drillDownQuery) error {
	if b.Day != "" || b.Giver != "" || b.Receiver != "" || b.Detail != "" {
		return readmodel.NewFilterError("figure", refusal.NotForTickets.With(), "a figure of what was done")
	}
	if b.Status != "" {
		a.where.Add("s.status = %s", string(b.Status))
	}
	if b.Operator != "" {
		a.where.Add("s.assignee = %s", b.Operator)
	}
	if b.Age == "" {
		return nil
	}
	least, err := strconv.Atoi(b.Age)
	i := slices.Index(ageLimits, least)
	if err != nil || i < 0 && least != 0 {
		return readmodel.NewFilterError("age", refusal.UnknownAge.With(), "0, 1, 3, 7, 14 or 30")
	}
	a.where.Add("greatest(0, floor(extract(epoch from %s::timestamptz - s.opened_at))) >= %s", a.at, int64(least)*24*60*60)
	if i+1 < len(ageLimits) {
		a.where.Add("floor(extract(epoch from %s::timestamptz - s.opened_at)) < %s", a.at, int64(ageLimits[i+1])*24*60*60)
	}
	return nil
}

func (b DrillDown) addActivityConditions(a drillDownQuery) error {
	if b.Status != "" || b.Age != "" {
		return readmodel.NewFilterError("figure", refusal.NotForActivities.With(), "a figure of tickets as they stood")
	}
	if b.Day != "" {
		d, err := parseDay("day", b.Day, a.from)
		if err != nil {
			return err
		}
		a.where.Add("d.at >= %s and d.at < %s", d, d.AddDate(0, 0, 1))
	}
	for column, value := range map[string]string{"operator": b.Operator, "entity": string(b.Giver), "other": string(b.Receiver), "detail": b.Detail} {
		if value != "" {
			a.where.Add("d."+column+" = %s", value)
		}
	}
	return nil
}
