// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/entrance"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

func (w *Web) dashboardRoutes() []route {
	return []route{
		{pattern: "GET /cruscotto", by: placed, action: identity.ReadFigures, serve: w.dashboardPage},
		{pattern: "GET /cruscotto/dati/{sheet}", by: placed, action: identity.ReadFigures, serve: w.dashboardSheet},
		{pattern: "GET /cruscotto/elenco", by: placed, action: identity.ReadFigures, serve: w.behindPage},
		{pattern: exportRoute, by: placed, action: identity.ExportTickets, serve: w.exportBehind},
	}
}

// scoped is what figures are asked for, as it stands in the address.
type scoped struct {
	From, To string // 2006-01-02
	Entity   catalog.EntityCode
	Part     string // service, or service/problem
}

func scopeOf(v *visit) scoped {
	return scoped{From: v.FormValue("dal"), To: v.FormValue("al"), Entity: catalog.EntityCode(v.FormValue("ente")), Part: v.FormValue("tipologia")}
}

func (s scoped) scope() projections.Scope {
	service, problem, _ := strings.Cut(s.Part, "/")
	return projections.Scope{From: s.From, To: s.To, Entity: s.Entity, Service: catalog.ServiceID(service), Problem: catalog.ProblemID(problem)}
}

// address leads to a page about the same figures; more are further pairs of its query. What is empty is left out.
func (s scoped) address(path string, more ...string) string {
	query := url.Values{}
	pairs := append([]string{"dal", s.From, "al", s.To, "ente", string(s.Entity), "tipologia", s.Part}, more...)
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

// list leads to what is behind a figure.
func (s scoped) list(figure projections.FigureID, more ...string) string {
	return s.address("/cruscotto/elenco", append([]string{"cifra", string(figure)}, more...)...)
}

// dashboardData is the supervisors' page.
type dashboardData struct {
	scoped
	Title    string // whose figures
	Period   string // which days
	Shown    bool   // there are figures; else only the form, to correct
	Past     bool   // of a day that is over
	At       time.Time
	Position string
	Missing  int    // what happened lately and is not counted yet; 0: nothing
	Building bool   // the figures are being prepared for the first time
	Here     string // this page again
	Totals   string // the tiles as a file

	Earlier, Later string // the period before, and after; "" where there is none
	Usual          []crumb
	Now, Done      []tile
	Aside          []tile
	Graphs         []graph
	Sheets         []sheet

	Entities []catalog.Entity // to choose from; nil where there is no choice
	Services []catalog.Service
}

// figures reads them once they contain what had happened when they were asked for, or after two seconds.
func (w *Web) figures(v *visit, s scoped) (d projections.Dashboard, missing int64, err error) {
	head, _, err := w.cases.Store.Head(v.Context())
	if err != nil {
		return d, 0, err
	}
	if _, err = w.cases.Reader.WaitFigures(v.Context(), head); err != nil {
		return d, 0, err
	}
	d, err = w.cases.Reader.Dashboard(v.Context(), v.caller.Viewer(), s.scope())
	return d, max(0, head.N-d.Position.N), err
}

func (w *Web) dashboardPage(v *visit) error {
	s := scopeOf(v)
	data := w.dashboardFrame(v, s)
	figures, missing, err := w.figures(v, s)
	if p := periodProblem(err); p != nil {
		return w.render(v, p.Status, page{name: "cruscotto", title: "Cruscotto", problem: p, data: data})
	}
	if err != nil {
		return err
	}
	data.Shown, data.At, data.Position = true, figures.At, figures.Position.String()
	data.Missing, data.Building = int(missing), figures.Position.N == 0 && missing > 0
	s.From, s.To = figures.From, figures.To
	if figures.Entity != nil && data.Entities != nil {
		s.Entity = figures.Entity.Code
	}
	data.scoped, data.Here, data.Totals = s, s.address("/cruscotto"), s.address("/cruscotto/dati/totali.csv")
	data.Title = w.whose(v, s)
	data.Period, data.Past = days(figures.From, figures.To), figures.To != w.today()
	data.Earlier, data.Later = s.shift(-1, w.today()), s.shift(1, w.today())
	data.Now, data.Done, data.Aside = tiles(s, figures)
	data.Graphs = w.graphs(s, figures)
	data.Sheets = w.sheets(s, figures, data.Entities != nil)
	return w.render(v, http.StatusOK, page{name: "cruscotto", title: "Cruscotto", data: data})
}

// dashboardFrame is what stands around the figures: the form, and where to go from it.
func (w *Web) dashboardFrame(v *visit, s scoped) dashboardData {
	d := dashboardData{scoped: s, Services: w.cases.Catalog.Services()}
	if v.caller.Actor.Role != person.ASRSupervisor {
		d.Entities = w.cases.Catalog.Entities(w.cases.Store.Past())
	}
	today := w.today()
	of := func(from, to string) string { return scoped{from, to, s.Entity, s.Part}.address("/cruscotto") }
	first := today[:8] + "01"
	d.Usual = []crumb{
		{"Oggi", of(today, today)}, {"Ieri", of(plus(today, -1), plus(today, -1))}, {"Ultimi 7 giorni", of(plus(today, -6), today)},
		{"Ultimi 30 giorni", of(plus(today, -29), today)}, {"Mese scorso", of(plus(first, -1)[:8]+"01", plus(first, -1))},
	}
	return d
}

// whose figures they are, in words.
func (w *Web) whose(v *visit, s scoped) string {
	entity := s.Entity
	if v.caller.Actor.Role == person.ASRSupervisor {
		entity = v.caller.Actor.Entity
	}
	title := "Tutti gli enti"
	if entity != "" {
		title = w.place(entity)
	}
	if s.Part != "" {
		title += " · " + w.partName(s.Part)
	}
	return title
}

// partName is a service, or a problem of it, in words.
func (w *Web) partName(part string) string {
	id, problem, _ := strings.Cut(part, "/")
	service, ok := w.cases.Catalog.Service(catalog.ServiceID(id))
	if !ok {
		return part
	}
	if p, ok := service.Problem(catalog.ProblemID(problem)); ok {
		return p.Label + " (" + service.Label + ")"
	}
	return service.Label
}

func (w *Web) today() string { return w.cases.Store.Past().In(calendar.Rome()).Format(time.DateOnly) }

// plus is a day some days later. What is no day stays what it is: it was refused before.
func plus(day string, n int) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.AddDate(0, 0, n).Format(time.DateOnly)
}

// shift leads to a period as long as this one, before or after it.
func (s scoped) shift(way int, today string) string {
	from, errFrom := time.Parse(time.DateOnly, s.From)
	to, errTo := time.Parse(time.DateOnly, s.To)
	if errFrom != nil || errTo != nil {
		return ""
	}
	n := way * (int(to.Sub(from)/(24*time.Hour)) + 1)
	s.From, s.To = plus(s.From, n), plus(s.To, n)
	if s.To > today {
		return ""
	}
	return s.address("/cruscotto")
}

// days says a period as people do.
func days(from, to string) string {
	if from == to {
		return "il " + italianDay(from)
	}
	return "dal " + italianDay(from) + " al " + italianDay(to)
}

// italianDay is a day as it is read in Italy. What is no day stays what it is.
func italianDay(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.Format("02/01/2006")
}

// periodProblems say what is wrong with what was asked for, by the wire's field: the name of the input, and why.
var periodProblems = map[string]fieldProblem{
	"from":    {"dal", "Il primo giorno non può venire dopo l’ultimo, e il periodo può durare al massimo cinque anni."},
	"to":      {"al", "L’ultimo giorno può essere al più tardi oggi."},
	"entity":  {"ente", "Le cifre di questo ente non si possono mostrare qui: ne scelga un altro."},
	"problem": {"tipologia", "Questa tipologia non c’è: la scelga dall’elenco."}, "service": {"tipologia", "Questo servizio non c’è: lo scelga dall’elenco."},
}

// periodProblem is a refusal of what was asked for, to be corrected in the form; nil for other errors.
func periodProblem(err error) *problem {
	var refused *projections.FilterError
	if !errors.As(err, &refused) {
		return nil
	}
	field, ok := periodProblems[refused.Field]
	if !ok {
		return nil
	}
	return &problem{Status: http.StatusUnprocessableEntity, Title: "Queste cifre non ci sono", Text: "Corregga la scelta e prema di nuovo «Mostra».", Fields: []fieldProblem{field}}
}

// dashboardSheet sends one of the tables as a file: the same rows that stand on the page.
func (w *Web) dashboardSheet(v *visit) error {
	s := scopeOf(v)
	name, isSheet := strings.CutSuffix(v.PathValue("sheet"), ".csv")
	figures, _, err := w.figures(v, s)
	if err != nil {
		return err
	}
	s.From, s.To = figures.From, figures.To
	all := append(w.sheets(s, figures, true), totals(s, figures))
	for _, g := range w.graphs(s, figures) {
		all = append(all, g.Sheet)
	}
	i := slices.IndexFunc(all, func(of sheet) bool { return of.ID == name })
	if i < 0 || !isSheet {
		return &ticket.NotYoursError{}
	}
	out := entrance.NewSheet(v.rw, "cruscotto-"+name+"-"+figures.To+".csv", ';')
	if err := all[i].send(out); err != nil {
		return err
	}
	return out.Send()
}

// byOpen puts what has most to do first.
func byOpen[T any](all []T, open func(T) int) []T {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b T) int { return cmp.Compare(open(b), open(a)) })
	return sorted
}
