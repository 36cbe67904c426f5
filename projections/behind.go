// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// FigureID names what is counted on the wire.
type FigureID string

// What is counted: tickets as they stood at the moment, and what was done in the period.
const (
	AllTickets FigureID = "tutte"
	OpenNow    FigureID = "aperte"
	Unanswered FigureID = "senza_risposta"
	Unassigned FigureID = "senza_operatore"

	Arrivals     FigureID = "arrivate"
	FirstAnswers FigureID = "prime_risposte"
	Resolutions  FigureID = "risolte"
	Discards     FigureID = "scartate"
	Duplicates   FigureID = "doppie"
	Reopenings   FigureID = "riaperte"
	Handovers    FigureID = "inoltri"
	Recalls      FigureID = "riprese"
	Breaches     FigureID = "scadute"
	Overridden   FigureID = "forzature"
	Outcomes     FigureID = "esiti"
)

// FigureIDs lists all of them.
func FigureIDs() []FigureID {
	return []FigureID{AllTickets, OpenNow, Unanswered, Unassigned, Arrivals, FirstAnswers, Resolutions, Discards, Duplicates, Reopenings, Handovers,
		Recalls, Breaches, Overridden, Outcomes}
}

// OfTickets tells whether the figure counts tickets as they stood, and not what was done.
func (f FigureID) OfTickets() bool { return ofTickets[f] != "" }

// ofTickets are the figures that count tickets as they stood, as SQL.
var ofTickets = map[FigureID]string{
	AllTickets: "true", OpenNow: "s.status in (" + open + ")", Unanswered: "s.status in (" + open + ") and s.answered_at = 'infinity'",
	Unassigned: "s.status in (" + open + ") and s.assignee = ''",
}

// ofDeeds are the figures that count what was done.
var ofDeeds = map[FigureID]deedKind{
	Arrivals: opened, FirstAnswers: answered, Resolutions: resolved, Discards: discarded, Duplicates: duplicated, Reopenings: reopened,
	Handovers: handedOver, Recalls: takenBack, Breaches: breached, Overridden: handedOver, Outcomes: carriedOut,
}

// Behind asks for what is behind a figure, or behind a part of it. Zero fields are not asked for.
type Behind struct {
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

// Counted is one of what a figure counts: a ticket as it stood at the moment, or one thing that was done with it.
type Counted struct {
	Ticket   ticket.ID
	Number   string
	Entity   Entity
	Other    *Entity // that received a hand-over
	Service  Labelled
	Problem  Labelled
	Channel  ticket.Channel // of tickets
	Status   ticket.Status  // of tickets
	Operator string         // name of whose it is, or of who did it; "" for nobody, the system or a citizen
	Detail   string         // see Behind
	OpenedAt time.Time
	At       time.Time     // when it was done; of tickets, since when they stood so
	Took     time.Duration // from opening till then; of tickets, till the moment: their age

	AnsweredAt, ResolvedAt time.Time // of tickets; zero: not yet
	Handovers, Reopenings  int       // of tickets
	Reachable              bool      // the viewer may open the ticket today

	version int
	person  string
}

// Counting is a page of what a figure counts.
type Counting struct {
	Items    []Counted
	Next     string // "" on the last page
	Total    int    // is the figure
	From, To string
	At       time.Time
	Position eventstore.Position
}

// asked is a question for what is behind a figure, checked and said in SQL.
type asked struct {
	span
	*conditions
	tickets bool
	after   *place
	limit   int
}

// place is where a page ended. It is no secret and no right: the question and the policies decide what is shown.
type place struct {
	at      time.Time
	ticket  string
	version int
}

func (c Counted) place(tickets bool) string {
	at := c.At
	if tickets {
		at = c.OpenedAt
	}
	return fmt.Sprintf("%d.%s.%d", at.UnixMicro(), c.Ticket, c.version)
}

func placeOf(text string) (*place, error) {
	if text == "" {
		return nil, nil
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 || !eventstore.IsID(parts[1]) {
		return nil, &FilterError{"cursor", "not a place in this list", "that of the page before"}
	}
	micros, err := strconv.ParseInt(parts[0], 10, 64)
	version, err2 := strconv.ParseInt(parts[2], 10, 32)
	if err != nil || err2 != nil || micros < 0 || micros > 1<<52 {
		return nil, &FilterError{"cursor", "not a place in this list", "that of the page before"}
	}
	return &place{time.UnixMicro(micros).UTC(), parts[1], int(version)}, nil
}

// check refuses what has no answer, and says the question in SQL.
func (b Behind) check(v Viewer, c *catalog.Catalog, now time.Time) (asked, error) {
	var a asked
	var err error
	if a.span, err = b.Scope.check(v, c, now); err != nil {
		return a, err
	}
	if a.after, err = placeOf(b.Cursor); err != nil {
		return a, err
	}
	if a.limit = b.Limit; a.limit == 0 {
		a.limit = defaultLimit
	}
	if b.Figure == "" {
		b.Figure = AllTickets
	}
	where, tickets := ofTickets[b.Figure]
	kind, did := ofDeeds[b.Figure]
	switch {
	case !tickets && !did:
		return a, &FilterError{"figure", "no such figure", list(FigureIDs())}
	case a.limit < 1 || a.limit > maxLimit:
		return a, &FilterError{"limit", "out of range", fmt.Sprintf("1 to %d", maxLimit)}
	case b.Status != "" && !slices.Contains(ticket.Statuses(), b.Status):
		return a, &FilterError{"status", "no such status", list(ticket.Statuses())}
	}
	if err := text(map[string]string{"operator": b.Operator, "giver": string(b.Giver), "receiver": string(b.Receiver), "detail": b.Detail}); err != nil {
		return a, err
	}
	a.tickets = tickets
	if tickets {
		a.conditions = a.standings()
		a.add(where)
		return a, b.narrowTickets(a)
	}
	a.conditions = a.deeds()
	a.add("d.kind = %s", string(kind))
	if b.Figure == Overridden {
		a.add("d.detail in (" + overrides + ")")
	}
	return a, b.narrowDeeds(a)
}

func (b Behind) narrowTickets(a asked) error {
	if b.Day != "" || b.Giver != "" || b.Receiver != "" || b.Detail != "" {
		return &FilterError{"figure", "tickets as they stood have no day, giver, receiver or detail", "a figure of what was done"}
	}
	if b.Status != "" {
		a.add("s.status = %s", string(b.Status))
	}
	if b.Operator != "" {
		a.add("s.assignee = %s", b.Operator)
	}
	if b.Age == "" {
		return nil
	}
	least, err := strconv.Atoi(b.Age)
	i := slices.Index(ageDays, least)
	if err != nil || i < 0 && least != 0 {
		return &FilterError{"age", "no such age", "0, 1, 3, 7, 14 or 30"}
	}
	a.add("greatest(0, floor(extract(epoch from %s::timestamptz - s.opened_at))) >= %s", a.at, int64(least)*24*60*60)
	if i+1 < len(ageDays) {
		a.add("floor(extract(epoch from %s::timestamptz - s.opened_at)) < %s", a.at, int64(ageDays[i+1])*24*60*60)
	}
	return nil
}

func (b Behind) narrowDeeds(a asked) error {
	if b.Status != "" || b.Age != "" {
		return &FilterError{"figure", "what was done has no status or age", "a figure of tickets as they stood"}
	}
	if b.Day != "" {
		d, err := day("day", b.Day, a.from)
		if err != nil {
			return err
		}
		a.add("d.at >= %s and d.at < %s", d, d.AddDate(0, 0, 1))
	}
	for column, value := range map[string]string{"operator": b.Operator, "entity": string(b.Giver), "other": string(b.Receiver), "detail": b.Detail} {
		if value != "" {
			a.add("d."+column+" = %s", value)
		}
	}
	return nil
}
