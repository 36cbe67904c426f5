// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package supervisor

import (
	"cmp"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/handlers/web/ui/chart"
	"github.com/sol-assistenza/sol/projections/dashboard"
)

// tile is one figure, large.
type tile struct {
	Name, Value, Note string
	Link              string // what is behind it
	count             int    // that Value says, where it is no time
}

// table is a table of figures: it stands on the page, and is sent as a file.
type table struct {
	ID, Caption string
	MethodNote  string // how it is counted; "" where the heads say it
	Heads       []string
	Rows        [][]cell
	File        string // address of the file
}

// columnHead is the head of a column on the page, where times are said in words.
type columnHead struct {
	Name   string
	Number bool // what stands below it are numbers
}

// Columns are the heads of a table that has rows.
func (s table) Columns() []columnHead {
	shown := make([]columnHead, len(s.Heads))
	for i, h := range s.Heads {
		shown[i] = columnHead{strings.TrimSuffix(h, " (minuti)"), s.Rows[0][i].File != ""}
	}
	return shown
}

// cell is what stands in a cell of it.
type cell struct {
	Text     string
	File     string // in the file, where that says it otherwise; "": Text
	Link     string
	Bar      template.HTML // beside the number
	Repeated bool          // as in the row above: it is said again for the file, and for who hears it
}

// chartPanel is a drawing, in two widths, with its table.
type chartPanel struct {
	Wide, Narrow template.HTML
	Table        table
}

// IsLong tells that the table is longer than a page should be: it scrolls by itself.
func (s table) IsLong() bool { return len(s.Rows) > 20 }

// IsNarrow tells that the table has few columns, and need not be as wide as the page.
func (s table) IsNarrow() bool { return len(s.Heads) < 5 }

// writeRows writes the table as rows of a file.
func (s table) writeRows(out *middleware.CSVWriter) error {
	if err := out.WriteRow(s.Heads...); err != nil {
		return err
	}
	for _, row := range s.Rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = cmp.Or(c.File, c.Text)
		}
		if err := out.WriteRow(cells...); err != nil {
			return err
		}
	}
	return nil
}

func textCell(text string) cell { return cell{Text: text} }

// countCell is a number that leads to what is behind it; nothing is behind none.
func countCell(n int, link string) cell {
	c := cell{Text: ui.FormatNumber(n), File: strconv.Itoa(n)}
	if n > 0 {
		c.Link = link
	}
	return c
}

// durationCell is a time that something took, in minutes in the file; none took no time.
func durationCell(of dashboard.Took, seconds int64) cell {
	if of.Count == 0 {
		return cell{Text: "–", File: " "}
	}
	return cell{Text: ui.FormatDuration(seconds), File: strconv.FormatInt(seconds/60, 10)}
}

// plural is the word for one thing, or for several.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// tiles are the figures of all together: what is so now, what was done, and what is worth a word besides.
func tiles(s figureScope, d dashboard.Dashboard) (now, done, separate []tile) {
	f := d.Total
	one := func(name string, n int, note, link string) tile {
		t := tile{Name: name, Value: ui.FormatNumber(n), Note: note, count: n}
		if n > 0 {
			t.Link = link
		}
		return t
	}
	took := func(name string, of dashboard.Took, link string) tile {
		if of.Count == 0 {
			return tile{Name: name, Value: "–", Note: "nessuna nel periodo"}
		}
		return tile{Name: name, Value: ui.FormatDuration(of.Median), Note: "mediana; 9 su 10 entro " + ui.FormatDuration(of.P90), Link: link}
	}
	age := ""
	if f.Open > 0 {
		age = "età mediana " + ui.FormatDuration(f.Age.Median) + "; 9 su 10 entro " + ui.FormatDuration(f.Age.P90)
	}
	resolved := 0
	for _, status := range d.Statuses {
		if status.Status == ticket.Solved {
			resolved = status.Count
		}
	}
	now = []tile{
		one("Aperte", f.Open, age, s.drilldownLink(dashboard.OpenTickets)),
		one("Senza prima risposta", f.Unanswered, "aperte, e il cittadino non ha ancora letto nulla", s.drilldownLink(dashboard.Unanswered)),
		one("Senza operatore", f.Unassigned, "aperte, e non assegnate", s.drilldownLink(dashboard.Unassigned)),
		one("In attesa di chiusura", resolved, "risolte, non ancora chiuse", s.drilldownLink(dashboard.AllTickets, "stato", string(ticket.Solved))),
	}
	done = []tile{
		one("Arrivate", f.Arrivals, "richieste nuove", s.drilldownLink(dashboard.Arrivals)),
		one("Risolte", f.Resolutions, "", s.drilldownLink(dashboard.Resolutions)),
		took("Prima risposta", f.FirstAnswer, s.drilldownLink(dashboard.FirstAnswers)),
		took("Soluzione", f.Resolution, s.drilldownLink(dashboard.Resolutions)),
		one("Riaperte", f.Reopenings, "dopo una soluzione", s.drilldownLink(dashboard.Reopenings)),
		one("Passaggi di competenza", f.Handovers, "tra ASR e Regione", s.drilldownLink(dashboard.Handovers)),
		one("Prese in carico scadute", f.Breaches, "oltre il tempo previsto", s.drilldownLink(dashboard.Breaches)),
		one("Forzature", f.Overrides, "inoltri contro le verifiche", s.drilldownLink(dashboard.OverrideHandovers)),
	}
	separate = []tile{
		one(plural(f.Discards, "scartata", "scartate"), f.Discards, "", s.drilldownLink(dashboard.Discards)),
		one(plural(f.Duplicates, "segnata come doppia", "segnate come doppie"), f.Duplicates, "", s.drilldownLink(dashboard.Duplicates)),
		one(plural(f.Recalls, "inoltro ripreso", "inoltri ripresi"), f.Recalls, "", s.drilldownLink(dashboard.Recalls)),
	}
	return now, done, separate
}

// totalsTable are the tiles as a table.
func totalsTable(s figureScope, d dashboard.Dashboard) table {
	f := d.Total
	t := table{ID: "totali", Caption: "Totali", Heads: []string{"Cifra", "Valore"}}
	now, done, separate := tiles(s, d)
	for _, group := range [][]tile{now, done, separate} {
		for _, one := range group {
			switch one.Name {
			case "Prima risposta":
				t.Rows = append(t.Rows, []cell{textCell("Prima risposta, mediana (minuti)"), durationCell(f.FirstAnswer, f.FirstAnswer.Median)},
					[]cell{textCell("Prima risposta, 9 su 10 (minuti)"), durationCell(f.FirstAnswer, f.FirstAnswer.P90)})
			case "Soluzione":
				t.Rows = append(t.Rows, []cell{textCell("Soluzione, mediana (minuti)"), durationCell(f.Resolution, f.Resolution.Median)},
					[]cell{textCell("Soluzione, 9 su 10 (minuti)"), durationCell(f.Resolution, f.Resolution.P90)})
			default:
				t.Rows = append(t.Rows, []cell{textCell(one.Name), countCell(one.count, "")})
			}
		}
	}
	return t
}

// chartPanels are the drawings, each with the table that says the same.
func (w *Pages) chartPanels(s figureScope, d dashboard.Dashboard) []chartPanel {
	came := table{ID: "andamento", Caption: "Arrivate e risolte, giorno per giorno", Heads: []string{"Giorno", "Arrivate", "Risolte"}}
	stood := table{ID: "aperte", Caption: "Aperte alla fine di ogni giorno", Heads: []string{"Giorno", "Aperte"}}
	var points []string
	var arrivals, resolutions, open []int
	for _, day := range d.Days {
		came.Rows = append(came.Rows, []cell{
			textCell(ui.FormatDate(day.Day)), countCell(day.Arrivals, s.drilldownLink(dashboard.Arrivals, "giorno", day.Day)), countCell(day.Resolutions, s.drilldownLink(dashboard.Resolutions, "giorno", day.Day)),
		})
		then := s
		then.From, then.To = day.Day, day.Day
		stood.Rows = append(stood.Rows, []cell{textCell(ui.FormatDate(day.Day)), countCell(day.Open, then.drilldownLink(dashboard.OpenTickets))})
		points, arrivals, resolutions, open = append(points, ui.FormatDate(day.Day)[:5]), append(arrivals, day.Arrivals), append(resolutions, day.Resolutions), append(open, day.Open)
	}
	old := table{ID: "eta", Caption: "Età delle richieste aperte, in giorni", Heads: []string{"Età", "Aperte"}, MethodNote: "Giorni interi da quando è stata aperta la richiesta."}
	var columns []chart.Column
	for _, a := range d.Ages {
		old.Rows = append(old.Rows, []cell{textCell(ageLabel(a)), countCell(a.Count, s.drilldownLink(dashboard.OpenTickets, "eta", strconv.Itoa(a.From)))})
		columns = append(columns, chart.Column{Label: ageTick(a), Value: a.Count})
	}
	went := table{ID: "passaggi", Caption: "Passaggi di competenza", Heads: []string{"Da", "A", "Passaggi"}}
	flow := chart.Flow{Hub: w.EntityName(catalog.Region)}
	for _, f := range d.Flows {
		went.Rows = append(went.Rows, []cell{
			textCell(w.EntityName(f.From.Code)), textCell(w.EntityName(f.To.Code)), countCell(f.Count, s.drilldownLink(dashboard.Handovers, "da", string(f.From.Code), "a", string(f.To.Code))),
		})
		if f.To.Code == catalog.Region {
			flow.In = append(flow.In, chart.Band{Name: w.EntityName(f.From.Code), Value: f.Count})
		} else {
			flow.Out = append(flow.Out, chart.Band{Name: w.EntityName(f.To.Code), Value: f.Count})
		}
	}
	named := func(of table, says string) chart.Labels {
		return chart.Labels{ID: "g-" + of.ID, Title: of.Caption, Description: says + " I numeri sono nella tabella che segue."}
	}
	last := 0
	if len(open) > 0 {
		last = open[len(open)-1]
	}
	flow.Labels = named(went, fmt.Sprintf("A sinistra gli inoltri delle ASR alla Regione, a destra quelli della Regione alle ASR: %d in tutto.", d.Total.Handovers))
	return []chartPanel{
		newChartPanel(came, s, chart.Lines{Labels: named(came, fmt.Sprintf("In tutto %d arrivate e %d risolte.", d.Total.Arrivals, d.Total.Resolutions)), Points: points,
			Series: []chart.Series{{Name: "Arrivate", Values: arrivals}, {Name: "Risolte", Values: resolutions}}}),
		newChartPanel(stood, s, chart.Lines{Labels: named(stood, fmt.Sprintf("Alla fine del periodo sono %d.", last)), Points: points, Series: []chart.Series{{Name: "Aperte", Values: open}}}),
		newChartPanel(old, s, chart.Columns{Labels: named(old, fmt.Sprintf("In tutto %d aperte, per giorni dall’apertura.", d.Total.Open)), Columns: columns}),
		newChartPanel(went, s, flow),
	}
}

func newChartPanel(of table, s figureScope, d chart.Drawing) chartPanel {
	of.File = s.link("/cruscotto/dati/" + of.ID + ".csv")
	return chartPanel{d.Draw(chart.Wide), d.Draw(chart.Narrow), of}
}

func ageLabel(a dashboard.AgeFigure) string {
	switch {
	case a.From == 0:
		return "meno di 1 giorno"
	case a.To == 0:
		return strconv.Itoa(a.From) + " giorni o più"
	default:
		return fmt.Sprintf("da %d a %d giorni", a.From, a.To-1)
	}
}

// ageTick is an age below its column.
func ageTick(a dashboard.AgeFigure) string {
	switch {
	case a.From == 0:
		return "< 1"
	case a.To == 0:
		return strconv.Itoa(a.From) + "+"
	default:
		return fmt.Sprintf("%d–%d", a.From, a.To-1)
	}
}

// outcomeTitle is the title of an outcome in the playbooks of today: the run may have come to it through another playbook.
func (w *Pages) outcomeTitle(of playbook.ID, id playbook.OutcomeID) string {
	title := string(id)
	for _, p := range w.App.Playbooks.Current() {
		for _, o := range p.Outcomes {
			if o.ID == id && (p.ID == of || title == string(id)) {
				title = o.Title
			}
		}
	}
	return title
}

func (w *Pages) playbookTitle(id playbook.ID) string {
	for _, p := range w.App.Playbooks.Current() {
		if p.ID == id {
			return p.Title
		}
	}
	return string(id)
}
