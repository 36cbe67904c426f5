// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Reader reads figures, drill-downs and exports for viewers. Every query runs under row-level security for its viewer.
type Reader struct {
	store         *eventstore.Store
	catalog       *catalog.Catalog
	operatorNames ticketview.OperatorNames
	perPerson     PerPerson
	exportSlots   chan struct{} // holds one value for each page of an export that is being read
}

// PerPerson returns the entities that agreed to figures of single operators (law 300/1970, article 4). Tickets and activities of all other
// entities name no operator in figures, drill-downs and exports, and cannot be selected by one.
type PerPerson func(context.Context) ([]catalog.EntityCode, error)

// NewReader returns a reader that uses the store's pool for requests. A perPerson of nil means that no entity agreed.
func NewReader(store *eventstore.Store, c *catalog.Catalog, operators ticketview.OperatorNames, perPerson PerPerson) *Reader {
	if perPerson == nil {
		perPerson = func(context.Context) ([]catalog.EntityCode, error) { return nil, nil }
	}
	return &Reader{store: store, catalog: c, operatorNames: operators, perPerson: perPerson, exportSlots: make(chan struct{}, maxExportReads)}
}

// agreed returns the entities that agreed to figures of single operators; never nil, which SQL would read as null.
func (r *Reader) agreed(ctx context.Context) ([]catalog.EntityCode, error) {
	agreed, err := r.perPerson(ctx)
	return append([]catalog.EntityCode{}, agreed...), err
}

// Wait waits until the figures have reached the position, for at most two seconds; stale reports that they have not reached it by then. It
// holds no connection. Errors: those of Store.CheckPosition.
func (r *Reader) Wait(ctx context.Context, after eventstore.Position) (stale bool, err error) {
	return readmodel.WaitFor(ctx, r.store, Model, after)
}

// Read returns the figures for a scope. Tickets and activities that the viewer may not see are not counted. Error: *readmodel.FilterError
// for a field of the scope that is not valid.
func (r *Reader) Read(ctx context.Context, v ticketview.Viewer, s Scope) (Dashboard, error) {
	p, err := s.validate(v, r.catalog, r.store.SettledTime(ctx))
	if err == nil {
		p.perPerson, err = r.agreed(ctx)
	}
	if err != nil {
		return Dashboard{}, err
	}
	g := collector{
		entities:  map[catalog.EntityCode]*EntityFigures{},
		services:  map[catalog.ServiceID]*PartFigures{},
		problems:  map[problemKey]*PartFigures{},
		operators: map[string]*OperatorFigures{},
		days:      map[string]*DayFigures{},
		statuses:  map[ticket.Status]int{},
		ages:      make([]int, len(ageLimits)+1),
	}
	err = readmodel.WithSnapshot(ctx, r.store, v.Reader(), []readmodel.Model{Model}, func(snap readmodel.Snapshot) error {
		g.result.Position = snap.Position
		if err := g.collectIntervals(ctx, snap, p); err != nil {
			return err
		}
		if err := g.collectActivities(ctx, snap, p); err != nil {
			return err
		}
		if err := g.collectDurations(ctx, snap, p); err != nil {
			return err
		}
		return g.collectOpenByDay(ctx, snap, p)
	})
	if err != nil {
		return Dashboard{}, fmt.Errorf("read figures: %w", err)
	}
	names, err := ticketview.LookUpNames(ctx, r.catalog, r.operatorNames, v.Reader(), slices.Sorted(maps.Keys(g.operators)))
	if err != nil {
		return Dashboard{}, fmt.Errorf("read figures: %w", err)
	}
	return g.build(p, names), nil
}

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

// namedOperator returns the SQL of a column with an operator: ” for an operator of an entity that has not agreed to be counted by person.
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

// build returns the dashboard with names, in the order of its lists.
func (g *collector) build(p period, n ticketview.Names) Dashboard {
	d := g.result
	d.PerPerson = p.perPerson
	d.From, d.To, d.At, d.Service, d.Problem = p.From, p.To, p.at.UTC(), string(p.Service), string(p.Problem)
	if p.Entity != "" {
		e := n.Entity(p.Entity)
		d.Entity = &e
	}
	for _, s := range ticket.Statuses() {
		if s != ticket.StatusClosed {
			d.Statuses = append(d.Statuses, StatusFigure{s, s.Label(), g.statuses[s]})
		}
	}
	d.Ages = AgeRanges()
	for i, count := range g.ages {
		d.Ages[i].Count = count
	}
	for _, day := range p.days() {
		figures := *getOrCreate(g.days, day)
		figures.Day = day
		d.Days = append(d.Days, figures)
	}
	g.addParts(&d, n)
	for i, f := range d.Flows {
		d.Flows[i].From, d.Flows[i].To = n.Entity(f.From.Code), n.Entity(f.To.Code)
	}
	slices.SortFunc(d.Flows, func(a, b FlowFigure) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.From.Code, b.From.Code), cmp.Compare(a.To.Code, b.To.Code))
	})
	slices.SortFunc(d.Grounds, func(a, b GroundFigure) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Ground, b.Ground)) })
	slices.SortFunc(d.Outcomes, func(a, b OutcomeFigure) int {
		return cmp.Or(cmp.Compare(a.Playbook, b.Playbook), b.Count-a.Count, cmp.Compare(a.Outcome, b.Outcome))
	})
	for id, o := range g.operators {
		o.ID, o.Name = id, n.OperatorName(id)
		if id == ticket.Supervisors {
			o.Name = "Supervisori"
		}
		d.Operators = append(d.Operators, *o)
	}
	slices.SortFunc(d.Operators, func(a, b OperatorFigures) int {
		return cmp.Or(b.Open-a.Open, b.Resolutions-a.Resolutions, cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return d.withoutNilLists()
}

// addParts adds the figures of entities, services and problems in the order of their codes. For a scope of one entity it leaves out the
// other entities of its hand-overs.
func (g *collector) addParts(d *Dashboard, n ticketview.Names) {
	for _, code := range slices.Sorted(maps.Keys(g.entities)) {
		if d.Entity != nil && d.Entity.Code != code {
			continue
		}
		e := *g.entities[code]
		e.Entity = n.Entity(code)
		d.Entities = append(d.Entities, e)
	}
	for _, s := range slices.Sorted(maps.Keys(g.services)) {
		part := *g.services[s]
		part.Service = n.Service(s)
		d.Services = append(d.Services, part)
	}
	for k, part := range g.problems {
		problem := n.Problem(k.service, k.problem, false)
		part.Service, part.Problem = n.Service(k.service), &problem
		d.Problems = append(d.Problems, *part)
	}
	slices.SortFunc(d.Problems, func(a, b PartFigures) int {
		return cmp.Or(cmp.Compare(a.Service.ID, b.Service.ID), cmp.Compare(a.Problem.ID, b.Problem.ID))
	})
}

// withoutNilLists returns the dashboard with empty lists in place of nil, which JSON would show as null.
func (d Dashboard) withoutNilLists() Dashboard {
	d.Entities, d.Services, d.Problems = orEmpty(d.Entities), orEmpty(d.Services), orEmpty(d.Problems)
	d.Flows, d.Grounds, d.Outcomes, d.Operators = orEmpty(d.Flows), orEmpty(d.Grounds), orEmpty(d.Outcomes), orEmpty(d.Operators)
	return d
}

// orEmpty returns the list, or an empty one for nil, which JSON would encode as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
