// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

import (
	"net/http"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
)

// auditRoutes returns the routes of the auditor's pages.
func (p *Pages) auditRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /revisione", Access: ui.WithRole, Action: policy.ReadEvents, Handle: p.searchPage},
		{Pattern: "POST /revisione", Access: ui.WithRole, Action: policy.ReadEvents, Handle: p.search},
		{Pattern: "GET /revisione/coda", Access: ui.WithRole, Action: policy.ReadEvents, Handle: p.queueAsOfPage},
		{Pattern: "GET /revisione/{id}", Access: ui.WithRole, Action: policy.ReadEvents, Handle: p.replayPage},
		{Pattern: "GET /revisione/{id}/fascicolo.html", Access: ui.WithRole, Action: policy.TakeDossier, Handle: p.dossierHTML},
		{Pattern: "GET /revisione/{id}/fascicolo.json", Access: ui.WithRole, Action: policy.TakeDossier, Handle: p.dossierJSON},
		{Pattern: "GET /revisione/{id}/accessi", Access: ui.WithRole, Action: policy.ReadAccesses, Handle: p.accessesPage},
		{Pattern: "GET /revisione/{id}/accessi.csv", Access: ui.WithRole, Action: policy.ReadAccesses, Handle: p.accessesCSV},
	}
}

// auditTrail is the breadcrumb of the auditor's pages.
var auditTrail = []ui.Crumb{{Name: "Revisione", Path: "/revisione"}}

// searchData holds a search in all tickets.
type searchData struct {
	Q    string
	Page *lists.Page // nil: nothing was searched for
}

func (p *Pages) searchPage(r *ui.Request) error {
	return p.Render(r, http.StatusOK, ui.Page{Template: "revisione", Title: "Revisione", Data: searchData{}})
}

// search lists the tickets that a text is found in. The form is sent by POST, since the text can be a name or a tax code, which must not
// be in an address.
func (p *Pages) search(r *ui.Request) error {
	d := searchData{Q: strings.TrimSpace(r.FormValue("q"))}
	if d.Q == "" {
		return r.Redirect("/revisione")
	}
	found, err := p.App.ListTickets(r.Context(), r.Caller, lists.Filter{Q: d.Q, Cursor: r.FormValue("da")})
	if err != nil {
		return err
	}
	d.Page = &found
	return p.Render(r, http.StatusOK, ui.Page{Template: "revisione", Title: "Revisione", Data: d})
}

// formatInstant formats a moment in Rome with milliseconds, so that events within one second can be told apart.
func formatInstant(t time.Time) string {
	return t.In(calendar.Rome()).Format("02/01/2006 15:04:05,000")
}

// momentLayouts holds the accepted layouts of a moment without a zone, and the time that each covers. A moment means the end of that time.
var momentLayouts = []struct {
	layout string
	covers time.Duration
}{
	{"2006-01-02T15:04:05", time.Second}, {"2006-01-02T15:04", time.Minute}, {"2006-01-02", 24 * time.Hour},
}

// parseMoment reads a moment of an address or an input: RFC 3339 as the log keeps it, or a second, a minute or a day in Rome, which mean
// their last microsecond.
func parseMoment(text string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC(), true
	}
	for _, g := range momentLayouts {
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
