// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"fmt"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Scope is the period and the part of the tickets that figures count. Days are in Europe/Rome, both included; an empty field selects
// everything. Open tickets and their ages are counted at the end of the last day, all other figures over the whole period.
type Scope struct {
	From, To string             // 2006-01-02; defaults: today for To, 30 days up to To for From
	Entity   catalog.EntityCode // for a supervisor of an ASR, always their own
	Service  catalog.ServiceID
	Problem  catalog.ProblemID
}

const (
	dayFormat   = time.DateOnly
	defaultDays = 30   // length of the period without From
	maxDays     = 1830 // longest period: five years

	infinity = "infinity" // in Postgres: later than every moment
)

// period is a valid scope.
type period struct {
	Scope
	from, end time.Time // first moment of the period, and first moment after it
	at        time.Time // the moment at which open tickets are counted: end, or now while the period is not over
	cutoff    string    // events recorded before it count: end, or infinity while the period is not over

	perPerson []catalog.EntityCode // the entities that agreed to figures of single operators; see PerPerson
}

// validate returns the period with default values for empty fields. Error: *readmodel.FilterError.
func (s Scope) validate(v ticketview.Viewer, c *catalog.Catalog, now time.Time) (period, error) {
	today := startOfDay(now)
	last, err := parseDay("to", s.To, today)
	if err != nil {
		return period{}, err
	}
	first, err := parseDay("from", s.From, last.AddDate(0, 0, 1-defaultDays))
	if err != nil {
		return period{}, err
	}
	if err := readmodel.CheckText(map[string]string{"entity": string(s.Entity), "service": string(s.Service),
		"problem": string(s.Problem)}); err != nil {
		return period{}, err
	}
	switch {
	case last.After(today):
		return period{}, readmodel.NewFilterError("to", refusal.FutureDay.With(), "a day up to "+today.Format(dayFormat))
	case first.After(last):
		return period{}, readmodel.NewFilterError("from", refusal.PeriodReversed.With(), "a day up to "+last.Format(dayFormat))
	case first.Before(last.AddDate(0, 0, 1-maxDays)):
		return period{}, readmodel.NewFilterError("from", refusal.PeriodTooLong.With(), fmt.Sprintf("at most %d days", maxDays))
	case s.Problem != "" && s.Service == "":
		return period{}, readmodel.NewFilterError("problem", refusal.ProblemWithoutService.With(), "service and problem together")
	}
	if s.Entity != "" {
		if _, ok := c.Entity(s.Entity); !ok {
			return period{}, readmodel.NewFilterError("entity", refusal.UnknownEntity.With(), "its ministerial code, or "+string(catalog.Region))
		}
	}
	if !policy.Allows(v.Actor, policy.ReadFigures, policy.RegionWide) && v.Actor.Entity != "" {
		if s.Entity != "" && s.Entity != v.Actor.Entity {
			return period{}, readmodel.NewFilterError("entity", refusal.ForeignEntity.With(), string(v.Actor.Entity))
		}
		s.Entity = v.Actor.Entity
	}
	s.From, s.To = first.Format(dayFormat), last.Format(dayFormat)
	p := period{Scope: s, from: first, end: last.AddDate(0, 0, 1)}
	p.at, p.cutoff = p.end, p.end.UTC().Format(time.RFC3339Nano)
	if last.Equal(today) {
		p.at, p.cutoff = now, infinity
	}
	return p, nil
}

// cutAfter returns the period without what was recorded after a moment.
func (p period) cutAfter(moment time.Time) period {
	next := moment.Add(time.Microsecond) // the precision of the database
	if next.Before(p.end) {
		p.at, p.cutoff = moment, next.UTC().Format(time.RFC3339Nano)
	}
	return p
}

// startOfDay returns the first moment of a moment's day in Rome.
func startOfDay(t time.Time) time.Time {
	t = t.In(calendar.Rome())
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, calendar.Rome())
}

// parseDay returns the first moment of a day in Rome, or the default value for an empty text. Error: *readmodel.FilterError for the field.
func parseDay(field, text string, defaultDay time.Time) (time.Time, error) {
	if text == "" {
		return defaultDay, nil
	}
	d, err := time.ParseInLocation(dayFormat, text, calendar.Rome())
	if err != nil || d.Year() < 2000 {
		return d, readmodel.NewFilterError(field, refusal.NotADay.With(), "e.g. 2026-03-31")
	}
	return d, nil
}

// days returns the days of the period.
func (p period) days() []string {
	var all []string
	for d := p.from; d.Before(p.end); d = d.AddDate(0, 0, 1) {
		all = append(all, d.Format(dayFormat))
	}
	return all
}

// intervalConditions returns the conditions of the status intervals in the scope that are valid at the end of the period.
func (p period) intervalConditions() *readmodel.Conditions {
	c := &readmodel.Conditions{}
	c.Add("s.from_at < %[1]s::timestamptz and s.to_at >= %[1]s::timestamptz", p.cutoff)
	p.addScope(c, "s", "s.entity = %s")
	return c
}

// activityConditions returns the conditions of the activities in the scope and the period that were not undone by its end.
func (p period) activityConditions() *readmodel.Conditions {
	c := &readmodel.Conditions{}
	c.Add("d.at >= %s", p.from)
	c.Add("d.at < %[1]s::timestamptz and d.withdrawn_at >= %[1]s::timestamptz", p.cutoff)
	p.addScope(c, "d", "(d.entity = %[1]s or d.other = %[1]s)")
	return c
}

// addScope adds the conditions of the scope. alias is the table's alias, entity the condition for an entity.
func (p period) addScope(c *readmodel.Conditions, alias, entity string) {
	if p.Entity != "" {
		c.Add(entity, string(p.Entity))
	}
	if p.Service != "" {
		c.Add(alias+".service = %s", string(p.Service))
	}
	if p.Problem != "" {
		c.Add(alias+".problem = %s", string(p.Problem))
	}
}

// openStatuses lists the statuses of open tickets, and overrideGrounds the grounds against the playbook's outcome, as SQL literals: partial
// indexes with the same literals can be used.
var (
	openStatuses    = readmodel.QuoteList(slices.DeleteFunc(ticket.Statuses(), func(s ticket.Status) bool { return !s.IsOpen() }))
	overrideGrounds = readmodel.QuoteList(ticket.OverrideGrounds())
)
