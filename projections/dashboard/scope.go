// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"fmt"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Scope is what figures are asked for: days in Rome, both included, and what to narrow them to. Zero fields are not asked
// for. What is open, and how old, is as it was at the end of the last day; everything else is of the whole period.
type Scope struct {
	From, To string             // 2006-01-02; zero: 30 days up to To, today
	Entity   catalog.EntityCode // a supervisor of an ASR is shown their own
	Service  catalog.ServiceID
	Problem  catalog.ProblemID
}

const (
	dayFormat   = time.DateOnly
	defaultDays = 30   // of a period that was not chosen
	maxDays     = 1830 // of one that was: five years

	infinity = "infinity" // what has not come
)

// period is a scope that was checked.
type period struct {
	Scope
	from, end time.Time // the period: up to end, which is not of it
	at        time.Time // the moment that the figures are true for
	cutoff    string    // what was recorded before it counts: end, or infinity where the period is not over
}

// validate refuses what there are no figures for, and fills in what was not asked for.
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
	if err := readmodel.CheckText(map[string]string{"entity": string(s.Entity), "service": string(s.Service), "problem": string(s.Problem)}); err != nil {
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
	if v.Actor.Role == person.ASRSupervisor {
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

func startOfDay(t time.Time) time.Time {
	t = t.In(calendar.Rome())
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, calendar.Rome())
}

func parseDay(field, asked string, otherwise time.Time) (time.Time, error) {
	if asked == "" {
		return otherwise, nil
	}
	d, err := time.ParseInLocation(dayFormat, asked, calendar.Rome())
	if err != nil || d.Year() < 2000 {
		return d, readmodel.NewFilterError(field, refusal.NotADay.With(), "e.g. 2026-03-31")
	}
	return d, nil
}

// days are those of the period.
func (p period) days() []string {
	var all []string
	for d := p.from; d.Before(p.end); d = d.AddDate(0, 0, 1) {
		all = append(all, d.Format(dayFormat))
	}
	return all
}

// intervalConditions says in SQL which standings held at the end of the period, of the tickets that were asked for.
func (p period) intervalConditions() *readmodel.Conditions {
	c := &readmodel.Conditions{}
	c.Add("s.from_at < %[1]s::timestamptz and s.to_at >= %[1]s::timestamptz", p.cutoff)
	p.addScope(c, "s", "s.entity = %s")
	return c
}

// activityConditions says in SQL what was done in the period and not undone by its end.
func (p period) activityConditions() *readmodel.Conditions {
	c := &readmodel.Conditions{}
	c.Add("d.at >= %s", p.from)
	c.Add("d.at < %[1]s::timestamptz and d.withdrawn_at >= %[1]s::timestamptz", p.cutoff)
	p.addScope(c, "d", "(d.entity = %[1]s or d.other = %[1]s)")
	return c
}

func (p period) addScope(c *readmodel.Conditions, of, entity string) {
	if p.Entity != "" {
		c.Add(entity, string(p.Entity))
	}
	if p.Service != "" {
		c.Add(of+".service = %s", string(p.Service))
	}
	if p.Problem != "" {
		c.Add(of+".problem = %s", string(p.Problem))
	}
}

// openStatuses are the statuses in which somebody still has to work, and overrides the grounds against the playbook, as SQL: an index that
// holds these alone is used where they are named.
var (
	openStatuses    = readmodel.QuoteList(slices.DeleteFunc(ticket.Statuses(), func(s ticket.Status) bool { return !s.IsOpen() }))
	overrideGrounds = readmodel.QuoteList(ticket.OverrideGrounds())
)
