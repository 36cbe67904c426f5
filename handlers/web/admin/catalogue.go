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

func (w *Pages) cataloguePage(v *ui.Request) error {
	var all []catalogueService
	for _, s := range w.App.Catalog.Services() {
		service := catalogueService{ID: string(s.ID), Label: s.Label}
		for _, p := range s.Problems {
			row := catalogueProblem{Problem: p}
			row.Playbook = w.startedPlaybook(s.ID, p.ID, false)
			if facilitated := w.startedPlaybook(s.ID, p.ID, true); facilitated != row.Playbook {
				row.Facilitated = facilitated
			}
			service.Problems = append(service.Problems, row)
		}
		all = append(all, service)
	}
	return w.Render(v, http.StatusOK, ui.Page{Template: "catalogo", Title: "Servizi e problemi", Breadcrumb: adminTrail, Data: all})
}

// startedPlaybook returns the playbook that a problem starts today, nil if none.
func (w *Pages) startedPlaybook(service catalog.ServiceID, problem catalog.ProblemID, facilitated bool) *playbook.Playbook {
	run, _ := w.App.Playbooks.Select(service, problem, facilitated)
	p, _ := w.App.Playbooks.Find(run.Playbook, run.Version)
	return p
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

func (w *Pages) calendarsPage(v *ui.Request) error {
	now := w.App.Store.Now().In(calendar.Rome())
	d := calendarData{Entities: w.App.Catalog.AllEntities(), Year: now.Year()}
	d.Entity = d.Entities[0]
	if e, ok := w.App.Catalog.Entity(catalog.EntityCode(v.FormValue("ente"))); ok {
		d.Entity = e
	}
	if year, err := strconv.Atoi(v.FormValue("anno")); err == nil && year >= 2000 && year <= 2100 {
		d.Year = year
	}
	entityCalendar := w.App.Catalog.Calendar(d.Entity.Code)
	for day := time.Date(d.Year, 1, 1, 12, 0, 0, 0, calendar.Rome()); day.Year() == d.Year; day = day.AddDate(0, 0, 1) {
		if name, ok := entityCalendar.Holiday(day); ok {
			d.Days = append(d.Days, dayOff{day.Format("02/01/2006"), weekdays[day.Weekday()], name, day.Format(time.DateOnly)})
		}
	}
	return w.Render(v, http.StatusOK, ui.Page{Template: "calendari", Title: "Calendari", Breadcrumb: adminTrail, Data: d})
}
