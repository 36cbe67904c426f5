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
	"github.com/sol-assistenza/sol/projections"
)

// figureNames are the titles of the lists behind the figures.
var figureNames = map[projections.FigureID]string{
	projections.AllTickets: "Richieste", projections.OpenTickets: "Richieste aperte", projections.Unanswered: "Aperte senza prima risposta", projections.Unassigned: "Aperte senza operatore",
	projections.Arrivals: "Richieste arrivate", projections.FirstAnswers: "Prime risposte", projections.Resolutions: "Richieste risolte", projections.Discards: "Richieste scartate",
	projections.Duplicates: "Richieste segnate come doppie", projections.Reopenings: "Riaperture", projections.Handovers: "Passaggi di competenza", projections.Recalls: "Inoltri ripresi",
	projections.Breaches: "Prese in carico scadute", projections.OverrideHandovers: "Inoltri contro le verifiche", projections.Outcomes: "Esiti delle verifiche",
}

// drilldownData is the list behind a figure.
type drilldownData struct {
	projections.DrillDownPage
	Name         string
	ScopeTitle   string
	Period       string
	FilterTexts  []string // what else it was narrowed to, in words
	ListsTickets bool     // as they stood; else what was done
	IsHandover   bool     // it is about hand-overs
	IsPast       bool
	BackLink     string // to the figures
	NextLink     string // the next page; "" on the last
	FirstLink    string // the first page; "" on it
	FileLink     string
}

// readDrilldown reads what was asked for from the address.
func readDrilldown(v *ui.Request) (figureScope, projections.DrillDown, []string) {
	s := readScope(v)
	b := projections.DrillDown{
		Scope: s.scope(), Figure: cmp.Or(projections.FigureID(v.FormValue("cifra")), projections.AllTickets), Status: ticket.Status(v.FormValue("stato")), Age: v.FormValue("eta"), Day: v.FormValue("giorno"),
		Operator: v.FormValue("operatore"), Giver: catalog.EntityCode(v.FormValue("da")), Receiver: catalog.EntityCode(v.FormValue("a")), Detail: v.FormValue("dettaglio"),
	}
	return s, b, []string{
		"cifra", string(b.Figure), "stato", string(b.Status), "eta", b.Age, "giorno", b.Day, "operatore", b.Operator, "da", string(b.Giver), "a", string(b.Receiver), "dettaglio", b.Detail,
	}
}

func (w *Pages) drilldownPage(v *ui.Request) error {
	s, b, asked := readDrilldown(v)
	b.Cursor = v.FormValue("dopo")
	list, err := w.App.Dashboard.DrillDown(v.Context(), v.Caller.Viewer(), b)
	if err != nil {
		return err
	}
	s.From, s.To = list.From, list.To
	d := drilldownData{
		DrillDownPage: list, Name: figureNames[b.Figure], ScopeTitle: w.scopeTitle(v, s), Period: formatPeriod(list.From, list.To), ListsTickets: b.Figure.CountsTickets(), IsPast: list.To != w.today(),
		IsHandover: b.Figure == projections.Handovers || b.Figure == projections.Recalls || b.Figure == projections.OverrideHandovers,
		BackLink:   s.link("/cruscotto"), FileLink: s.link("/cruscotto/elenco.csv", asked...),
	}
	if list.Next != "" {
		d.NextLink = s.link("/cruscotto/elenco", append(asked, "dopo", list.Next)...)
	}
	if b.Cursor != "" {
		d.FirstLink = s.link("/cruscotto/elenco", asked...)
	}
	for i := range d.Items {
		d.Items[i].Detail = w.detailLabel(b.Figure, d.Items[i].Detail)
	}
	if d.FilterTexts, err = w.filterTexts(v, b); err != nil {
		return err
	}
	return w.Render(v, http.StatusOK, ui.Page{Template: "cruscotto-elenco", Title: d.Name, Breadcrumb: []ui.Crumb{{Name: "Cruscotto", Path: d.BackLink}}, Data: d})
}

// filterTexts says in words what the list was narrowed to.
func (w *Pages) filterTexts(v *ui.Request, b projections.DrillDown) (said []string, err error) {
	add := func(name, value string) {
		if value != "" {
			said = append(said, name+": "+value)
		}
	}
	if b.Status != "" {
		add("stato", b.Status.Label())
	}
	for _, a := range projections.AgeRanges() {
		if b.Age == strconv.Itoa(a.From) {
			add("aperta da", ageLabel(a))
		}
	}
	if b.Day != "" {
		add("giorno", ui.FormatDate(b.Day))
	}
	switch {
	case b.Operator == projections.Supervisors:
		add("operatore", "Supervisori")
	case b.Operator != "":
		names, err := w.Identity.Names(v.Context(), []string{b.Operator})
		if err != nil {
			return nil, err
		}
		add("operatore", cmp.Or(names[b.Operator], "non più presente"))
	}
	if b.Giver != "" {
		add("da", w.EntityName(b.Giver))
	}
	if b.Receiver != "" {
		add("a", w.EntityName(b.Receiver))
	}
	if b.Detail != "" {
		add("dettaglio", w.detailLabel(b.Figure, b.Detail))
	}
	return said, nil
}

// detailLabel says in words what the detail of something done is.
func (w *Pages) detailLabel(f projections.FigureID, detail string) string {
	if detail == "" {
		return ""
	}
	switch f {
	case projections.Arrivals:
		return ui.ChannelNames[ticket.Channel(detail)]
	case projections.Handovers, projections.OverrideHandovers:
		return groundLabel(ticket.Ground(detail))
	case projections.Outcomes:
		run, outcome, _ := strings.Cut(detail, "/")
		return w.outcomeTitle(playbook.ID(run), playbook.OutcomeID(outcome))
	case projections.Reopenings:
		return "da: " + strings.ToLower(cmp.Or(ui.RoleNames[person.Role(detail)], "cittadino"))
	case projections.Discards:
		return ui.LabelOf(ui.DiscardReasons, detail)
	}
	return detail
}

// exportDrilldown sends the whole list, however long it is.
func (w *Pages) exportDrilldown(v *ui.Request) error {
	_, b, _ := readDrilldown(v)
	var out *middleware.CSVWriter
	err := w.App.Dashboard.Export(v.Context(), v.Caller.Viewer(), b, func(p projections.DrillDownPage) error {
		out = middleware.NewCSVWriter(v.Writer, "cruscotto-"+string(b.Figure)+"-"+p.To+".csv", ';')
		return out.WriteRow("Numero", "Ente", "Verso", "Servizio", "Tipologia", "Canale", "Stato", "Operatore", "Dettaglio", "Aperta", "Dal", "Minuti", "Prima risposta", "Risolta", "Passaggi", "Riaperture")
	}, func(items []projections.DrillDownItem) error {
		for _, i := range items {
			if err := out.WriteRow(w.csvRow(b.Figure, i)...); err != nil {
				return err
			}
		}
		return out.Flush()
	})
	if err != nil && out != nil {
		return w.AbortDownload(v, err)
	}
	return err
}

func (w *Pages) csvRow(f projections.FigureID, i projections.DrillDownItem) []string {
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return ui.FormatTime(t)
	}
	other := ""
	if i.Receiver != nil {
		other = w.EntityName(i.Receiver.Code)
	}
	return []string{
		i.Number, w.EntityName(i.Entity.Code), other, i.Service.Label, i.Problem.Label, ui.ChannelNames[i.Channel], i.Status.Label(), i.Operator, w.detailLabel(f, i.Detail), when(i.OpenedAt), when(i.At),
		strconv.FormatInt(int64(i.Elapsed/time.Minute), 10), when(i.AnsweredAt), when(i.ResolvedAt), strconv.Itoa(i.Handovers), strconv.Itoa(i.Reopenings),
	}
}
