// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"cmp"
	"maps"
	"slices"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

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
