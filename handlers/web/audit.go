// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

// auditRoutes are the auditor's pages: what was recorded, and how it looked at any moment.
func (w *Web) auditRoutes() []route {
	return []route{
		{pattern: "GET /revisione", by: placed, action: identity.ReadEvents, serve: w.findPage},
		{pattern: "POST /revisione", by: placed, action: identity.ReadEvents, serve: w.find},
		{pattern: "GET /revisione/coda", by: placed, action: identity.ReadEvents, serve: w.pastQueuePage},
		{pattern: "GET /revisione/{id}", by: placed, action: identity.ReadEvents, serve: w.replayPage},
		{pattern: "GET /revisione/{id}/fascicolo.html", by: placed, action: identity.TakeDossier, serve: w.dossierHTML},
		{pattern: "GET /revisione/{id}/fascicolo.json", by: placed, action: identity.TakeDossier, serve: w.dossierJSON},
		{pattern: "GET /revisione/{id}/accessi", by: placed, action: identity.ReadAccesses, serve: w.accessesPage},
		{pattern: "GET /revisione/{id}/accessi.csv", by: placed, action: identity.ReadAccesses, serve: w.accessesCSV},
	}
}

// auditTrail is where the auditor's pages stand.
var auditTrail = []crumb{{"Revisione", "/revisione"}}

// findData is a search among all tickets.
type findData struct {
	Q    string
	Page *projections.Page // nil: nothing was asked for
}

func (w *Web) findPage(v *visit) error {
	return w.render(v, http.StatusOK, page{name: "revisione", title: "Revisione", data: findData{}})
}

// find answers a form that is sent by POST: what is searched for may be a name or a codice fiscale, which addresses must
// not hold.
func (w *Web) find(v *visit) error {
	d := findData{Q: strings.TrimSpace(v.FormValue("q"))}
	if d.Q == "" {
		return v.go303("/revisione")
	}
	found, err := w.cases.Tickets(v.Context(), v.caller, projections.Filter{Q: d.Q, Cursor: v.FormValue("da")})
	if err != nil {
		return err
	}
	d.Page = &found
	return w.render(v, http.StatusOK, page{name: "revisione", title: "Revisione", data: d})
}

// instant is a moment to the thousandth of a second: what happened within one minute must be told apart.
func instant(t time.Time) string { return t.In(calendar.Rome()).Format("02/01/2006 15:04:05,000") }

// grains are the ways to name a moment, and how much of it each covers: it means the end of that.
var grains = []struct {
	layout string
	covers time.Duration
}{
	{"2006-01-02T15:04:05", time.Second}, {"2006-01-02T15:04", time.Minute}, {"2006-01-02", 24 * time.Hour},
}

// parseMoment reads a moment of an address or a field: as the log keeps it, or a second, a minute or a day in Rome.
func parseMoment(text string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC(), true
	}
	for _, g := range grains {
		t, err := time.ParseInLocation(g.layout, text, calendar.Rome())
		if err != nil {
			continue
		}
		end := t.Add(g.covers)
		if g.covers == 24*time.Hour {
			end = t.AddDate(0, 0, 1) // a day in Rome has 23, 24 or 25 hours
		}
		return end.Add(-time.Microsecond).UTC(), true
	}
	return time.Time{}, false
}
