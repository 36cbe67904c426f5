// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/entrance"
	"github.com/sol-assistenza/sol/projections"
)

// figureNames are the titles of the lists behind the figures.
var figureNames = map[projections.FigureID]string{
	projections.AllTickets: "Richieste", projections.OpenNow: "Richieste aperte", projections.Unanswered: "Aperte senza prima risposta", projections.Unassigned: "Aperte senza operatore",
	projections.Arrivals: "Richieste arrivate", projections.FirstAnswers: "Prime risposte", projections.Resolutions: "Richieste risolte", projections.Discards: "Richieste scartate",
	projections.Duplicates: "Richieste segnate come doppie", projections.Reopenings: "Riaperture", projections.Handovers: "Passaggi di competenza", projections.Recalls: "Inoltri ripresi",
	projections.Breaches: "Prese in carico scadute", projections.Overridden: "Inoltri contro le verifiche", projections.Outcomes: "Esiti delle verifiche",
}

// behindData is the list behind a figure.
type behindData struct {
	projections.Counting
	Name    string
	Whose   string
	Period  string
	Narrow  []string // what else it was narrowed to, in words
	Tickets bool     // as they stood; else what was done
	Handed  bool     // it is about hand-overs
	Past    bool
	Back    string // to the figures
	Later   string // the next page; "" on the last
	First   string // the first page; "" on it
	File    string
}

// behindOf reads what was asked for from the address.
func behindOf(v *visit) (scoped, projections.Behind, []string) {
	s := scopeOf(v)
	b := projections.Behind{
		Scope: s.scope(), Figure: cmp.Or(projections.FigureID(v.FormValue("cifra")), projections.AllTickets), Status: ticket.Status(v.FormValue("stato")), Age: v.FormValue("eta"), Day: v.FormValue("giorno"),
		Operator: v.FormValue("operatore"), Giver: catalog.EntityCode(v.FormValue("da")), Receiver: catalog.EntityCode(v.FormValue("a")), Detail: v.FormValue("dettaglio"),
	}
	return s, b, []string{
		"cifra", string(b.Figure), "stato", string(b.Status), "eta", b.Age, "giorno", b.Day, "operatore", b.Operator, "da", string(b.Giver), "a", string(b.Receiver), "dettaglio", b.Detail,
	}
}

func (w *Web) behindPage(v *visit) error {
	s, b, asked := behindOf(v)
	b.Cursor = v.FormValue("dopo")
	list, err := w.cases.Reader.Behind(v.Context(), v.caller.Viewer(), b)
	if err != nil {
		return err
	}
	s.From, s.To = list.From, list.To
	d := behindData{
		Counting: list, Name: figureNames[b.Figure], Whose: w.whose(v, s), Period: days(list.From, list.To), Tickets: b.Figure.OfTickets(), Past: list.To != w.today(),
		Handed: b.Figure == projections.Handovers || b.Figure == projections.Recalls || b.Figure == projections.Overridden,
		Back:   s.address("/cruscotto"), File: s.address("/cruscotto/elenco.csv", asked...),
	}
	if list.Next != "" {
		d.Later = s.address("/cruscotto/elenco", append(asked, "dopo", list.Next)...)
	}
	if b.Cursor != "" {
		d.First = s.address("/cruscotto/elenco", asked...)
	}
	for i := range d.Items {
		d.Items[i].Detail = w.detailName(b.Figure, d.Items[i].Detail)
	}
	if d.Narrow, err = w.narrowed(v, b); err != nil {
		return err
	}
	return w.render(v, http.StatusOK, page{name: "cruscotto-elenco", title: d.Name, trail: []crumb{{"Cruscotto", d.Back}}, data: d})
}

// narrowed says in words what the list was narrowed to.
func (w *Web) narrowed(v *visit, b projections.Behind) (said []string, err error) {
	add := func(name, value string) {
		if value != "" {
			said = append(said, name+": "+value)
		}
	}
	if b.Status != "" {
		add("stato", b.Status.Label())
	}
	for _, a := range projections.Ages() {
		if b.Age == strconv.Itoa(a.From) {
			add("aperta da", ageName(a))
		}
	}
	if b.Day != "" {
		add("giorno", italianDay(b.Day))
	}
	switch {
	case b.Operator == projections.Supervisors:
		add("operatore", "Supervisori")
	case b.Operator != "":
		names, err := w.identity.Names(v.Context(), []string{b.Operator})
		if err != nil {
			return nil, err
		}
		add("operatore", cmp.Or(names[b.Operator], "non più presente"))
	}
	if b.Giver != "" {
		add("da", w.place(b.Giver))
	}
	if b.Receiver != "" {
		add("a", w.place(b.Receiver))
	}
	if b.Detail != "" {
		add("dettaglio", w.detailName(b.Figure, b.Detail))
	}
	return said, nil
}

// detailName says in words what the detail of something done is.
func (w *Web) detailName(f projections.FigureID, detail string) string {
	if detail == "" {
		return ""
	}
	switch f {
	case projections.Arrivals:
		return channels[ticket.Channel(detail)]
	case projections.Handovers, projections.Overridden:
		return groundName(ticket.Ground(detail))
	case projections.Outcomes:
		run, outcome, _ := strings.Cut(detail, "/")
		return w.outcomeName(playbook.ID(run), playbook.OutcomeID(outcome))
	case projections.Reopenings:
		return "da: " + strings.ToLower(cmp.Or(roles[person.Role(detail)], "cittadino"))
	case projections.Discards:
		for _, c := range discards {
			if c.Value == detail {
				return c.Label
			}
		}
	}
	return detail
}

// exportBehind sends the whole list, however long it is.
func (w *Web) exportBehind(v *visit) error {
	_, b, _ := behindOf(v)
	var out *entrance.Sheet
	err := w.cases.Reader.Export(v.Context(), v.caller.Viewer(), b, func(p projections.Counting) error {
		out = entrance.NewSheet(v.rw, "cruscotto-"+string(b.Figure)+"-"+p.To+".csv", ';')
		return out.Row("Numero", "Ente", "Verso", "Servizio", "Tipologia", "Canale", "Stato", "Operatore", "Dettaglio", "Aperta", "Dal", "Minuti", "Prima risposta", "Risolta", "Passaggi", "Riaperture")
	}, func(items []projections.Counted) error {
		for _, i := range items {
			if err := out.Row(w.exported(b.Figure, i)...); err != nil {
				return err
			}
		}
		return out.Send()
	})
	if err != nil && out != nil {
		return w.brokeOff(v, err)
	}
	return err
}

// brokeOff ends a file that has begun: the browser must not take it for the whole.
func (w *Web) brokeOff(v *visit, err error) error {
	w.Log.LogAttrs(v.Context(), slog.LevelWarn, "an export broke off", slog.String("request_id", entrance.RequestID(v.Context())), slog.Any("error", err))
	panic(http.ErrAbortHandler)
}

func (w *Web) exported(f projections.FigureID, i projections.Counted) []string {
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return moment(t)
	}
	other := ""
	if i.Other != nil {
		other = w.place(i.Other.Code)
	}
	return []string{
		i.Number, w.place(i.Entity.Code), other, i.Service.Label, i.Problem.Label, channels[i.Channel], i.Status.Label(), i.Operator, w.detailName(f, i.Detail), when(i.OpenedAt), when(i.At),
		strconv.FormatInt(int64(i.Took/time.Minute), 10), when(i.AnsweredAt), when(i.ResolvedAt), strconv.Itoa(i.Handovers), strconv.Itoa(i.Reopenings),
	}
}
