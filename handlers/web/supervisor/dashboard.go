// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package supervisor

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/dashboard"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// dashboardRoutes returns the routes of the dashboard.
func (p *Pages) dashboardRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /cruscotto", Access: ui.WithRole, Action: policy.ReadFigures, Handle: p.dashboardPage},
		{Pattern: "GET /cruscotto/dati/{sheet}", Access: ui.WithRole, Action: policy.ReadFigures, Handle: p.dashboardCSV},
		{Pattern: "GET /cruscotto/elenco", Access: ui.WithRole, Action: policy.ReadFigures, Handle: p.drilldownPage},
		{Pattern: ExportRoute, Access: ui.WithRole, Action: policy.ExportTickets, Handle: p.exportDrilldown},
	}
}

// figureScope is the period, entity and service of the figures, as in the query of the page's address.
type figureScope struct {
	From, To    string // 2006-01-02
	Entity      catalog.EntityCode
	ServicePath string // service, or service/problem
}

// readScope reads the scope from the query.
func readScope(r *ui.Request) figureScope {
	return figureScope{From: r.FormValue("dal"), To: r.FormValue("al"), Entity: catalog.EntityCode(r.FormValue("ente")), ServicePath: r.FormValue("tipologia")}
}

// scope converts the scope for the read model.
func (s figureScope) scope() dashboard.Scope {
	service, problem, _ := strings.Cut(s.ServicePath, "/")
	return dashboard.Scope{From: s.From, To: s.To, Entity: s.Entity, Service: catalog.ServiceID(service), Problem: catalog.ProblemID(problem)}
}

// link returns the address of a page with the same scope. more holds further names and values of the query; empty values are left out.
func (s figureScope) link(path string, more ...string) string {
	query := url.Values{}
	pairs := append([]string{"dal", s.From, "al", s.To, "ente", string(s.Entity), "tipologia", s.ServicePath}, more...)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// drilldownLink returns the address of a figure's drill-down.
func (s figureScope) drilldownLink(figure dashboard.FigureID, more ...string) string {
	return s.link("/cruscotto/elenco", append([]string{"cifra", string(figure)}, more...)...)
}

// dashboardData holds the values of the dashboard page.
type dashboardData struct {
	figureScope
	Title      string // entity and service of the figures
	Period     string // the days, in words
	HasFigures bool   // false: the scope was refused, and the page shows only the form
	IsPast     bool   // the period ended before today
	At         time.Time
	Position   string
	Uncounted  int    // number of events that the figures do not contain yet
	Building   bool   // the figures are being prepared for the first time
	Self       string // address of this page
	TotalsFile string // address of the tiles as a CSV file

	Earlier, Later            string // addresses of the period before and after this one; "": none
	Presets                   []ui.Crumb
	CurrentTiles, PeriodTiles []tile
	OtherTiles                []tile
	Charts                    []chartPanel
	Tables                    []table

	Entities []catalog.Entity // to choose from; nil for a supervisor of an ASR, who sees only one
	Services []catalog.Service
}

// loadFigures reads the figures after they contain all events that the log had at the time of the request, or after two seconds. missing
// is the number of these events that they do not contain.
func (p *Pages) loadFigures(r *ui.Request, s figureScope) (d dashboard.Dashboard, missing int64, err error) {
	head, _, err := p.App.Store.Head(r.Context())
	if err != nil {
		return d, 0, err
	}
	if _, err = p.App.Dashboard.Wait(r.Context(), head); err != nil {
		return d, 0, err
	}
	d, err = p.App.Dashboard.Read(r.Context(), r.Caller.Viewer(), s.scope())
	return d, max(0, head.N-d.Position.N), err
}

func (p *Pages) dashboardPage(r *ui.Request) error {
	s := readScope(r)
	data := p.newDashboardData(r, s)
	figures, missing, err := p.loadFigures(r, s)
	if problem := periodProblem(err); problem != nil {
		return p.Render(r, problem.Status, ui.Page{Template: "cruscotto", Title: "Cruscotto", Problem: problem, Data: data})
	}
	if err != nil {
		return err
	}
	data.HasFigures, data.At, data.Position = true, figures.At, figures.Position.String()
	data.Uncounted, data.Building = int(missing), figures.Position.N == 0 && missing > 0
	s.From, s.To = figures.From, figures.To
	if figures.Entity != nil && data.Entities != nil {
		s.Entity = figures.Entity.Code
	}
	data.figureScope, data.Self, data.TotalsFile = s, s.link("/cruscotto"), s.link("/cruscotto/dati/totali.csv")
	data.Title = p.scopeTitle(r, s)
	data.Period, data.IsPast = formatPeriod(figures.From, figures.To), figures.To != p.today(r.Context())
	data.Earlier, data.Later = s.shiftedLink(-1, p.today(r.Context())), s.shiftedLink(1, p.today(r.Context()))
	data.CurrentTiles, data.PeriodTiles, data.OtherTiles = tiles(s, figures)
	data.Charts = p.chartPanels(s, figures)
	data.Tables = p.tables(s, figures, data.Entities != nil)
	return p.Render(r, http.StatusOK, ui.Page{Template: "cruscotto", Title: "Cruscotto", Data: data})
}

// newDashboardData returns the page's data without figures: the form, and links to usual periods.
func (p *Pages) newDashboardData(r *ui.Request, s figureScope) dashboardData {
	d := dashboardData{figureScope: s, Services: p.App.Catalog.Services()}
	if policy.Allows(r.Caller.Actor, policy.ReadFigures, policy.RegionWide) {
		d.Entities = p.App.Catalog.Entities(p.App.Store.SettledTime(r.Context()))
	}
	today := p.today(r.Context())
	periodLink := func(from, to string) string { return figureScope{from, to, s.Entity, s.ServicePath}.link("/cruscotto") }
	first := today[:8] + "01"
	d.Presets = []ui.Crumb{
		{Name: "Oggi", Path: periodLink(today, today)}, {Name: "Ieri", Path: periodLink(addDays(today, -1), addDays(today, -1))}, {Name: "Ultimi 7 giorni", Path: periodLink(addDays(today, -6), today)},
		{Name: "Ultimi 30 giorni", Path: periodLink(addDays(today, -29), today)}, {Name: "Mese scorso", Path: periodLink(addDays(first, -1)[:8]+"01", addDays(first, -1))},
	}
	return d
}

// scopeTitle returns the entity and service of the figures, in words.
func (p *Pages) scopeTitle(r *ui.Request, s figureScope) string {
	entity := s.Entity
	if !policy.Allows(r.Caller.Actor, policy.ReadFigures, policy.RegionWide) {
		entity = r.Caller.Actor.Entity
	}
	title := "Tutti gli enti"
	if entity != "" {
		title = p.EntityName(entity)
	}
	if s.ServicePath != "" {
		title += " · " + p.servicePathLabel(s.ServicePath)
	}
	return title
}

// servicePathLabel returns the label of "service" or "service/problem".
func (p *Pages) servicePathLabel(part string) string {
	id, problem, _ := strings.Cut(part, "/")
	service, ok := p.App.Catalog.Service(catalog.ServiceID(id))
	if !ok {
		return part
	}
	if found, ok := service.Problem(catalog.ProblemID(problem)); ok {
		return found.Label + " (" + service.Label + ")"
	}
	return service.Label
}

// today returns the date in Rome, by the log's clock.
func (p *Pages) today(ctx context.Context) string {
	return p.App.Store.SettledTime(ctx).In(calendar.Rome()).Format(time.DateOnly)
}

// addDays returns the day n days after a day. It returns a text that is not a day unchanged: the read model refuses such a text.
func addDays(day string, n int) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.AddDate(0, 0, n).Format(time.DateOnly)
}

// shiftedLink returns the address of the period of the same length before (direction -1) or after (1) this one, "" if it would end after
// today.
func (s figureScope) shiftedLink(direction int, today string) string {
	from, errFrom := time.Parse(time.DateOnly, s.From)
	to, errTo := time.Parse(time.DateOnly, s.To)
	if errFrom != nil || errTo != nil {
		return ""
	}
	n := direction * (int(to.Sub(from)/(24*time.Hour)) + 1)
	s.From, s.To = addDays(s.From, n), addDays(s.To, n)
	if s.To > today {
		return ""
	}
	return s.link("/cruscotto")
}

// formatPeriod returns a period in Italian words.
func formatPeriod(from, to string) string {
	if from == to {
		return "il " + ui.FormatDate(from)
	}
	return "dal " + ui.FormatDate(from) + " al " + ui.FormatDate(to)
}

// periodProblems holds the error messages of a refused scope, by the field that the read model refuses.
var periodProblems = map[string]ui.FieldProblem{
	"from":    {Field: "dal", Text: "Il primo giorno non può venire dopo l’ultimo, e il periodo può durare al massimo cinque anni."},
	"to":      {Field: "al", Text: "L’ultimo giorno può essere al più tardi oggi."},
	"entity":  {Field: "ente", Text: "Le cifre di questo ente non si possono mostrare qui: ne scelga un altro."},
	"problem": {Field: "tipologia", Text: "Questa tipologia non c’è: la scelga dall’elenco."}, "service": {Field: "tipologia", Text: "Questo servizio non c’è: lo scelga dall’elenco."},
}

// periodProblem converts a readmodel.FilterError to an error message of the form. It returns nil for other errors.
func periodProblem(err error) *ui.Problem {
	var refused *readmodel.FilterError
	if !errors.As(err, &refused) {
		return nil
	}
	field, ok := periodProblems[refused.Field]
	if !ok {
		return nil
	}
	return &ui.Problem{Status: http.StatusUnprocessableEntity, Title: "Queste cifre non ci sono", Text: "Corregga la scelta e prema di nuovo «Mostra».", Fields: []ui.FieldProblem{field}}
}

// dashboardCSV sends one table of the page as a CSV file, with the same rows.
func (p *Pages) dashboardCSV(r *ui.Request) error {
	s := readScope(r)
	name, isSheet := strings.CutSuffix(r.PathValue("sheet"), ".csv")
	figures, _, err := p.loadFigures(r, s)
	if err != nil {
		return err
	}
	s.From, s.To = figures.From, figures.To
	all := append(p.tables(s, figures, true), totalsTable(s, figures))
	for _, g := range p.chartPanels(s, figures) {
		all = append(all, g.Table)
	}
	i := slices.IndexFunc(all, func(t table) bool { return t.ID == name })
	if i < 0 || !isSheet {
		return &ticket.NotVisibleError{}
	}
	out := middleware.NewCSVWriter(r.Writer, "cruscotto-"+name+"-"+figures.To+".csv", ';')
	if err := all[i].writeRows(out); err != nil {
		return err
	}
	return out.Flush()
}

// sortedByOpen returns a copy, sorted by the number of open tickets, largest first.
func sortedByOpen[T any](all []T, open func(T) int) []T {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b T) int { return cmp.Compare(open(b), open(a)) })
	return sorted
}
