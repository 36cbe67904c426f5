// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package supervisor

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/dashboard"
)

// figureNames holds the titles of the drill-downs.
var figureNames = map[dashboard.FigureID]string{
	dashboard.AllTickets: "Richieste", dashboard.OpenTickets: "Richieste aperte", dashboard.Unanswered: "Aperte senza prima risposta", dashboard.Unassigned: "Aperte senza operatore",
	dashboard.Arrivals: "Richieste arrivate", dashboard.FirstAnswers: "Prime risposte", dashboard.Resolutions: "Richieste risolte", dashboard.Discards: "Richieste scartate",
	dashboard.Duplicates: "Richieste segnate come doppie", dashboard.Reopenings: "Riaperture", dashboard.Handovers: "Passaggi di competenza", dashboard.Recalls: "Inoltri ripresi",
	dashboard.Breaches: "Prese in carico scadute", dashboard.OverrideHandovers: "Inoltri contro le verifiche", dashboard.Outcomes: "Esiti delle verifiche",
}

// drilldownData holds one page of a figure's drill-down.
type drilldownData struct {
	dashboard.DrillDownPage
	Name         string
	ScopeTitle   string
	Period       string
	FilterTexts  []string // the other filters of the list, in words
	ListsTickets bool     // the rows are tickets at the end of the period; false: activities of the period
	IsHandover   bool     // the rows are hand-overs
	IsPast       bool     // the period ended before today
	BackLink     string   // the dashboard
	NextLink     string   // the next page; "" on the last
	FirstLink    string   // the first page; "" on the first
	FileLink     string   // the list as a CSV file
}

// readDrilldown reads scope and filters of a drill-down from the query. It returns the filters also as names and values for links.
func readDrilldown(r *ui.Request) (figureScope, dashboard.DrillDown, []string) {
	s := readScope(r)
	b := dashboard.DrillDown{
		Scope: s.scope(), Figure: cmp.Or(dashboard.FigureID(r.FormValue("cifra")), dashboard.AllTickets), Status: ticket.Status(r.FormValue("stato")), Age: r.FormValue("eta"), Day: r.FormValue("giorno"),
		Operator: r.FormValue("operatore"), Giver: catalog.EntityCode(r.FormValue("da")), Receiver: catalog.EntityCode(r.FormValue("a")), Detail: r.FormValue("dettaglio"),
	}
	return s, b, []string{
		"cifra", string(b.Figure), "stato", string(b.Status), "eta", b.Age, "giorno", b.Day, "operatore", b.Operator, "da", string(b.Giver), "a", string(b.Receiver), "dettaglio", b.Detail,
	}
}

func (p *Pages) drilldownPage(r *ui.Request) error {
	s, b, query := readDrilldown(r)
	b.Cursor = r.FormValue("dopo")
	list, err := p.App.Looks.DrillDown(r.Context(), r.Caller, b)
	if err != nil {
		return err
	}
	s.From, s.To = list.From, list.To
	d := drilldownData{
		DrillDownPage: list, Name: figureNames[b.Figure], ScopeTitle: p.scopeTitle(r, s), Period: formatPeriod(list.From, list.To), ListsTickets: b.Figure.CountsTickets(), IsPast: list.To != p.today(r.Context()),
		IsHandover: b.Figure == dashboard.Handovers || b.Figure == dashboard.Recalls || b.Figure == dashboard.OverrideHandovers,
		BackLink:   s.link("/cruscotto"), FileLink: s.link("/cruscotto/elenco.csv", query...),
	}
	if list.Next != "" {
		d.NextLink = s.link("/cruscotto/elenco", append(query, "dopo", list.Next)...)
	}
	if b.Cursor != "" {
		d.FirstLink = s.link("/cruscotto/elenco", query...)
	}
	for i := range d.Items {
		d.Items[i].Detail = p.detailLabel(b.Figure, d.Items[i].Detail)
	}
	if d.FilterTexts, err = p.filterTexts(r, b); err != nil {
		return err
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "cruscotto-elenco", Title: d.Name, Breadcrumb: []ui.Crumb{{Name: "Cruscotto", Path: d.BackLink}}, Data: d})
}

// filterTexts returns the filters of the list in words.
func (p *Pages) filterTexts(r *ui.Request, b dashboard.DrillDown) (texts []string, err error) {
	add := func(name, value string) {
		if value != "" {
			texts = append(texts, name+": "+value)
		}
	}
	if b.Status != "" {
		add("stato", b.Status.Label())
	}
	for _, a := range dashboard.AgeRanges() {
		if b.Age == strconv.Itoa(a.From) {
			add("aperta da", ageLabel(a))
		}
	}
	if b.Day != "" {
		add("giorno", ui.FormatDate(b.Day))
	}
	switch {
	case b.Operator == ticket.Supervisors:
		add("operatore", "Supervisori")
	case b.Operator != "":
		names, err := p.Identity.Names(r.Context(), r.Caller.Viewer().Reader(), []string{b.Operator})
		if err != nil {
			return nil, err
		}
		add("operatore", cmp.Or(names[b.Operator], "non più presente"))
	}
	if b.Giver != "" {
		add("da", p.EntityName(b.Giver))
	}
	if b.Receiver != "" {
		add("a", p.EntityName(b.Receiver))
	}
	if b.Detail != "" {
		add("dettaglio", p.detailLabel(b.Figure, b.Detail))
	}
	return texts, nil
}

// detailLabel returns the detail of an activity in words.
func (p *Pages) detailLabel(f dashboard.FigureID, detail string) string {
	if detail == "" {
		return ""
	}
	switch f {
	case dashboard.Arrivals:
		return ui.ChannelNames[ticket.Channel(detail)]
	case dashboard.Handovers, dashboard.OverrideHandovers:
		return groundLabel(ticket.Ground(detail))
	case dashboard.Outcomes:
		run, outcome, _ := strings.Cut(detail, "/")
		return p.outcomeTitle(playbook.ID(run), playbook.OutcomeID(outcome))
	case dashboard.Reopenings:
		return "da: " + strings.ToLower(cmp.Or(ui.RoleNames[person.Role(detail)], "cittadino"))
	case dashboard.Discards:
		return ui.LabelOf(ui.DiscardReasons, detail)
	}
	return detail
}

// exportDrilldown sends the whole list as a CSV file, whatever its length. An error after the first row aborts the download.
func (p *Pages) exportDrilldown(r *ui.Request) error {
	_, b, _ := readDrilldown(r)
	var out *middleware.CSVWriter
	err := p.App.Looks.ExportTickets(r.Context(), r.Caller, b, func(list dashboard.DrillDownPage) error {
		out = middleware.NewCSVWriter(r.Writer, "cruscotto-"+string(b.Figure)+"-"+list.To+".csv", ';')
		return out.WriteRow("Numero", "Ente", "Verso", "Servizio", "Tipologia", "Canale", "Stato", "Operatore", "Dettaglio", "Aperta", "Dal", "Minuti", "Prima risposta", "Risolta", "Passaggi", "Riaperture")
	}, func(items []dashboard.DrillDownItem) error {
		for _, i := range items {
			if err := out.WriteRow(p.csvRow(b.Figure, i)...); err != nil {
				return err
			}
		}
		return out.Flush()
	})
	if err != nil && out != nil {
		return p.AbortDownload(r, err)
	}
	return err
}

func (p *Pages) csvRow(f dashboard.FigureID, i dashboard.DrillDownItem) []string {
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return ui.FormatTime(t)
	}
	other := ""
	if i.Receiver != nil {
		other = p.EntityName(i.Receiver.Code)
	}
	return []string{
		i.Number, p.EntityName(i.Entity.Code), other, i.Service.Label, i.Problem.Label, ui.ChannelNames[i.Channel], i.Status.Label(), i.Operator, p.detailLabel(f, i.Detail), when(i.OpenedAt), when(i.At),
		strconv.FormatInt(int64(i.Elapsed/time.Minute), 10), when(i.AnsweredAt), when(i.ResolvedAt), strconv.Itoa(i.Handovers), strconv.Itoa(i.Reopenings),
	}
}
