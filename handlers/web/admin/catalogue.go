// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"net/http"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// catalogueService is a service with its problems and the playbook of each.
type catalogueService struct {
	ID, Label string
	Problems  []catalogueProblem
}

type catalogueProblem struct {
	catalog.Problem
	Playbook, Facilitated *playbook.Playbook // Facilitated: the playbook after facilitated access; nil if it is the same
}

func (p *Pages) cataloguePage(r *ui.Request) error {
	var all []catalogueService
	for _, s := range p.App.Catalog.Services() {
		service := catalogueService{ID: string(s.ID), Label: s.Label}
		for _, problem := range s.Problems {
			row := catalogueProblem{Problem: problem}
			row.Playbook = p.startedPlaybook(s.ID, problem.ID, false)
			if facilitated := p.startedPlaybook(s.ID, problem.ID, true); facilitated != row.Playbook {
				row.Facilitated = facilitated
			}
			service.Problems = append(service.Problems, row)
		}
		all = append(all, service)
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "catalogo", Title: "Servizi e problemi", Breadcrumb: adminTrail, Data: all})
}

// startedPlaybook returns the playbook that a problem starts today, nil if none.
func (p *Pages) startedPlaybook(service catalog.ServiceID, problem catalog.ProblemID, facilitated bool) *playbook.Playbook {
	run, _ := p.App.Playbooks.Select(service, problem, facilitated)
	pb, _ := p.App.Playbooks.Find(run.Playbook, run.Version)
	return pb
}

// calendarData holds the days of a year on which an entity does not work, without weekends.
type calendarData struct {
	Entities []catalog.Entity
	Entity   catalog.Entity
	Year     int
	Days     []dayOff
}

type dayOff struct {
	Day, Weekday, Name string
	ISODate            string
}

var weekdays = [...]string{"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"}

func (p *Pages) calendarsPage(r *ui.Request) error {
	now := p.App.Store.Now().In(calendar.Rome())
	d := calendarData{Entities: p.App.Catalog.AllEntities(), Year: now.Year()}
	d.Entity = d.Entities[0]
	if e, ok := p.App.Catalog.Entity(catalog.EntityCode(r.FormValue("ente"))); ok {
		d.Entity = e
	}
	if year, err := strconv.Atoi(r.FormValue("anno")); err == nil && year >= 2000 && year <= 2100 {
		d.Year = year
	}
	entityCalendar := p.App.Catalog.Calendar(d.Entity.Code)
	for day := time.Date(d.Year, 1, 1, 12, 0, 0, 0, calendar.Rome()); day.Year() == d.Year; day = day.AddDate(0, 0, 1) {
		if name, ok := entityCalendar.Holiday(day); ok {
			d.Days = append(d.Days, dayOff{day.Format("02/01/2006"), weekdays[day.Weekday()], name, day.Format(time.DateOnly)})
		}
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "calendari", Title: "Calendari", Breadcrumb: adminTrail, Data: d})
}
