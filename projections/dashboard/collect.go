// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// ageLimits are the limits between the age ranges of open tickets, in days.
var ageLimits = []int{1, 3, 7, 14, 30}

// AgeRanges returns the age ranges of open tickets, with counts of 0.
func AgeRanges() []AgeFigure {
	ages := make([]AgeFigure, len(ageLimits)+1)
	for i, d := range ageLimits {
		ages[i].To, ages[i+1].From = d, d
	}
	return ages
}

// problemKey identifies a problem: other services have problems with the same id.
type problemKey struct {
	service catalog.ServiceID
	problem catalog.ProblemID
}

// collector collects the figures of a dashboard.
type collector struct {
	result    Dashboard
	entities  map[catalog.EntityCode]*EntityFigures
	services  map[catalog.ServiceID]*PartFigures
	problems  map[problemKey]*PartFigures
	operators map[string]*OperatorFigures
	days      map[string]*DayFigures
	statuses  map[ticket.Status]int
	ages      []int
}

// figureGroup is a group of counted rows. columns names the fields that define the group; the other fields are empty.
type figureGroup struct {
	columns                                           string
	entity, other, service, problem, detail, operator string
	status, day                                       string
	age                                               int
}

// groupingSQL returns the SQL of the names, separated by spaces, of the columns that define a row of grouping sets.
func groupingSQL(columns ...string) string {
	named := make([]string, len(columns))
	for i, c := range columns {
		named[i] = fmt.Sprintf("case grouping(%[1]s) when 0 then '%[1]s' end", c)
	}
	return "concat_ws(' ', " + strings.Join(named, ", ") + ")"
}

// getOrCreate returns the value of a key, and adds a new value if there is none.
func getOrCreate[K comparable, V any](m map[K]*V, k K) *V {
	if m[k] == nil {
		m[k] = new(V)
	}
	return m[k]
}

// figuresOf returns the Figures of a group, or nil for a group that setGroupCount counts.
func (g *collector) figuresOf(group figureGroup) *Figures {
	switch group.columns {
	case "":
		return &g.result.Total
	case "entity":
		return &getOrCreate(g.entities, catalog.EntityCode(group.entity)).Figures
	case "service":
		return &getOrCreate(g.services, catalog.ServiceID(group.service)).Figures
	case "service problem":
		return &getOrCreate(g.problems, problemKey{catalog.ServiceID(group.service), catalog.ProblemID(group.problem)}).Figures
	default:
		return nil
	}
}

// collectIntervals counts tickets at the moment of the period.
func (g *collector) collectIntervals(ctx context.Context, s readmodel.Snapshot, p period) error {
	where := p.intervalConditions()
	where.Add("s.status <> 'chiuso'")
	at, limits, agreed := where.Arg(p.at), where.Arg(secondsOf(ageLimits)), where.Arg(p.perPerson)
	rows, err := s.Tx.Query(ctx, fmt.Sprintf(`
		select `+groupingSQL("entity", "service", "problem", "named", "status", "age")+`,
			coalesce(entity, ''), coalesce(service, ''), coalesce(problem, ''), coalesce(named, ''), coalesce(status, ''), coalesce(age, 0), count(*),
			count(*) filter (where answered_at = 'infinity'), count(*) filter (where assignee = ''),
			percentile_disc(array[0.5, 0.9]) within group (order by old)
		from (
			select entity, service, problem, assignee, `+namedOperator("assignee", "%[5]s")+` as named, status, status in (%[1]s) as works, answered_at,
				width_bucket(old, %[3]s) as age, old
			from (
				select s.*, greatest(0, floor(extract(epoch from %[2]s::timestamptz - opened_at)))::bigint as old
				from `+Model.View("standings")+` s where %[4]s) s) s
		group by grouping sets ((works), (works, entity), (works, service), (works, service, problem), (works, named), (works, age), (status))
		having works or works is null`, openStatuses, at, limits, where.SQL(), agreed), where.Args...)
	if err != nil {
		return err
	}
	var group figureGroup
	var n, unanswered, unassigned int
	var age []int64
	_, err = pgx.ForEachRow(rows, []any{&group.columns, &group.entity, &group.service, &group.problem, &group.operator, &group.status,
		&group.age, &n, &unanswered, &unassigned, &age}, func() error {
		switch group.columns {
		case "status":
			g.statuses[ticket.Status(group.status)] = n
		case "age":
			g.ages[group.age] = n
		case "named":
			if group.operator != "" {
				getOrCreate(g.operators, group.operator).Open = n
			}
		default:
			f := g.figuresOf(group)
			f.Open, f.Unanswered, f.Unassigned, f.Age = n, unanswered, unassigned, newTook(n, age)
		}
		return nil
	})
	return err
}

// namedOperator returns the SQL of a column with an operator: an empty text for an operator of an entity that has not agreed to be counted by person.
// The supervisors as a group are not a person. agreed is the SQL of the entities that have.
func namedOperator(column, agreed string) string {
	return "case when entity = any (" + agreed + ") or " + column + " = '" + ticket.Supervisors + "' then " + column + " else '' end"
}

// secondsOf converts days to seconds.
func secondsOf(days []int) []int64 {
	all := make([]int64, len(days))
	for i, d := range days {
		all[i] = int64(d) * 24 * 60 * 60
	}
	return all
}

// newTook returns durations from a count and two percentiles.
func newTook(n int, percentiles []int64) Took { return Took{n, percentiles[0], percentiles[1]} }

// collectActivities counts the activities in the period.
func (g *collector) collectActivities(ctx context.Context, s readmodel.Snapshot, p period) error {
	where := p.activityConditions()
	agreed := where.Arg(p.perPerson)
	rows, err := s.Tx.Query(ctx, `
		select `+groupingSQL("entity", "other", "service", "problem", "detail", "named", "day")+`, kind,
			coalesce(entity, ''), coalesce(other, ''), coalesce(service, ''), coalesce(problem, ''), coalesce(detail, ''), coalesce(named, ''), coalesce(day::text, ''),
			count(*), count(*) filter (where kind = 'handed_over' and detail in (`+overrideGrounds+`))
		from (select d.*, `+namedOperator("operator", agreed)+` as named, (at at time zone 'Europe/Rome')::date as day from `+Model.View("deeds")+` d where `+where.SQL()+`) d
		group by grouping sets ((kind), (kind, entity), (kind, other), (kind, entity, other), (kind, service), (kind, service, problem),
			(kind, detail), (kind, named), (kind, day))`, where.Args...)
	if err != nil {
		return err
	}
	var group figureGroup
	var kind activityKind
	var n, overrides int
	_, err = pgx.ForEachRow(rows, []any{&group.columns, &kind, &group.entity, &group.other, &group.service, &group.problem, &group.detail,
		&group.operator, &group.day, &n, &overrides}, func() error {
		if f := g.figuresOf(group); f != nil {
			f.setCount(kind, n, overrides)
		} else {
			g.setGroupCount(group, kind, n)
		}
		return nil
	})
	return err
}

// collectDurations computes the durations of first answers and resolutions. It is a query of its own because percentiles sort the rows of
// every group, and counts need no order.
func (g *collector) collectDurations(ctx context.Context, s readmodel.Snapshot, p period) error {
	where := p.activityConditions()
	where.Add("d.kind in ('answered', 'resolved')")
	rows, err := s.Tx.Query(ctx, `
		select `+groupingSQL("entity", "service", "problem")+`, kind, coalesce(entity, ''), coalesce(service, ''), coalesce(problem, ''),
			count(*), percentile_disc(array[0.5, 0.9]) within group (order by floor(extract(epoch from at - opened_at))::bigint)
		from `+Model.View("deeds")+` d where `+where.SQL()+`
		group by grouping sets ((kind), (kind, entity), (kind, service), (kind, service, problem))`, where.Args...)
	if err != nil {
		return err
	}
	var group figureGroup
	var kind activityKind
	var n int
	var times []int64
	_, err = pgx.ForEachRow(rows, []any{&group.columns, &kind, &group.entity, &group.service, &group.problem, &n, &times}, func() error {
		if f := g.figuresOf(group); kind == activityAnswered {
			f.FirstAnswer = newTook(n, times)
		} else {
			f.Resolution = newTook(n, times)
		}
		return nil
	})
	return err
}

// setCount sets the count of a kind of activity.
func (f *Figures) setCount(kind activityKind, n, overrides int) {
	switch kind {
	case activityOpened:
		f.Arrivals = n
	case activityResolved:
		f.Resolutions = n
	case activityDiscarded:
		f.Discards = n
	case activityDuplicated:
		f.Duplicates = n
	case activityReopened:
		f.Reopenings = n
	case activityHandedOver:
		f.Handovers, f.Overrides = n, overrides
	case activityTakenBack:
		f.Recalls = n
	case activityBreached:
		f.Breaches = n
	case activityAnswered, activityCarriedOut: // collectDurations and setGroupCount count them
	}
}

// setGroupCount sets the count of a kind of activity in a group that has no Figures.
func (g *collector) setGroupCount(group figureGroup, kind activityKind, n int) {
	switch {
	case group.columns == "other" && kind == activityHandedOver:
		getOrCreate(g.entities, catalog.EntityCode(group.other)).Received = n
	case group.columns == "entity other" && kind == activityHandedOver:
		from, to := ticketview.Entity{Code: catalog.EntityCode(group.entity)}, ticketview.Entity{Code: catalog.EntityCode(group.other)}
		g.result.Flows = append(g.result.Flows, FlowFigure{from, to, n})
	case group.columns == "detail" && kind == activityCarriedOut:
		run, outcome, _ := strings.Cut(group.detail, "/")
		g.result.Outcomes = append(g.result.Outcomes, OutcomeFigure{playbook.ID(run), playbook.OutcomeID(outcome), n})
	case group.columns == "detail" && kind == activityHandedOver:
		if ground := ticket.Ground(group.detail); ground != "" {
			g.result.Grounds = append(g.result.Grounds, GroundFigure{ground, ground.IsOverride(), n})
		}
	case group.columns == "named" && kind == activityAnswered && group.operator != "":
		getOrCreate(g.operators, group.operator).Answers = n
	case group.columns == "named" && kind == activityResolved && group.operator != "":
		getOrCreate(g.operators, group.operator).Resolutions = n
	case group.columns == "day" && kind == activityOpened:
		getOrCreate(g.days, group.day).Arrivals = n
	case group.columns == "day" && kind == activityResolved:
		getOrCreate(g.days, group.day).Resolutions = n
	}
}

// collectOpenByDay counts the open tickets at the end of each day: those that were open when the period began, plus the changes of each
// day.
func (g *collector) collectOpenByDay(ctx context.Context, s readmodel.Snapshot, p period) error {
	c := &readmodel.Conditions{}
	c.Add("s.from_at < %[1]s::timestamptz", p.cutoff)
	c.Add("s.to_at >= %s", p.from)
	p.addScope(c, "s", "s.entity = %s")
	rows, err := s.Tx.Query(ctx, `
		with works as (select from_at, to_at from `+Model.View("standings")+` s where s.status in (`+openStatuses+`) and `+c.SQL()+`)
		select '', count(*) from works where from_at < $2
		union all
		select (e.at at time zone 'Europe/Rome')::date::text, sum(e.more) from works cross join lateral (values (from_at, 1), (to_at, -1)) e (at, more)
		where e.at >= $2 and e.at < $1::timestamptz group by 1`, c.Args...)
	if err != nil {
		return err
	}
	changed := map[string]int{}
	var d string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&d, &n}, func() error { changed[d] = n; return nil }); err != nil {
		return err
	}
	open := changed[""]
	for _, d := range p.days() {
		open += changed[d]
		getOrCreate(g.days, d).Open = open
	}
	return nil
}
