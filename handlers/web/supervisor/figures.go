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

// tile is one figure in large type.
type tile struct {
	Name, Value, Note string
	Link              string // its drill-down
	count             int    // the number in Value, unless the figure is a time
}

// table is a table of figures, shown on the page and sent as a CSV file.
type table struct {
	ID, Caption string
	MethodNote  string // how the figures are counted; "" if the column heads say it
	EmptyText   string // shown without rows; "": nobody in the period
	Heads       []string
	Rows        [][]cell
	File        string // address of the CSV file
}

// columnHead is the head of a column on the page. It has no unit of time, since the page writes times with their units.
type columnHead struct {
	Name   string
	Number bool // the cells of the column are numbers
}

// Columns returns the column heads of a table that has at least one row.
func (s table) Columns() []columnHead {
	shown := make([]columnHead, len(s.Heads))
	for i, h := range s.Heads {
		shown[i] = columnHead{strings.TrimSuffix(h, " (minuti)"), s.Rows[0][i].File != ""}
	}
	return shown
}

// cell is a cell of a table.
type cell struct {
	Text     string
	File     string // the text in the CSV file; "": Text
	Link     string
	Bar      template.HTML // drawn beside the number
	Repeated bool          // the same text as in the row above; the file and screen readers need it in each row
}

// chartPanel is a chart in two widths, with the table of its numbers.
type chartPanel struct {
	Wide, Narrow template.HTML
	Table        table
}

// IsLong reports whether the table has so many rows (more than 20) that it scrolls on its own.
func (s table) IsLong() bool { return len(s.Rows) > 20 }

// IsNarrow reports whether the table has so few columns (less than 5) that it is not as wide as the page.
func (s table) IsNarrow() bool { return len(s.Heads) < 5 }

// writeRows writes heads and rows to a CSV file.
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

// countCell returns a cell with a number and a link to its drill-down. Zero has no link.
func countCell(n int, link string) cell {
	c := cell{Text: ui.FormatNumber(n), File: strconv.Itoa(n)}
	if n > 0 {
		c.Link = link
	}
	return c
}

// durationCell returns a cell with a time: in words on the page, in minutes in the file. Without cases the cell has no time.
func durationCell(took dashboard.Took, seconds int64) cell {
	if took.Count == 0 {
		return cell{Text: "–", File: " "}
	}
	return cell{Text: ui.FormatDuration(seconds), File: strconv.FormatInt(seconds/60, 10)}
}

// plural returns the singular for 1, otherwise the plural.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// tiles returns the totals in three groups: the state at the end of the period, the activities in it, and less important activities.
func tiles(s figureScope, d dashboard.Dashboard) (current, period, others []tile) {
	f := d.Total
	countTile := func(name string, n int, note, link string) tile {
		t := tile{Name: name, Value: ui.FormatNumber(n), Note: note, count: n}
		if n > 0 {
			t.Link = link
		}
		return t
	}
	durationTile := func(name string, took dashboard.Took, link string) tile {
		if took.Count == 0 {
			return tile{Name: name, Value: "–", Note: "nessuna nel periodo"}
		}
		return tile{Name: name, Value: ui.FormatDuration(took.Median), Note: "mediana; 9 su 10 entro " + ui.FormatDuration(took.P90), Link: link}
	}
	age := ""
	if f.Open > 0 {
		age = "età mediana " + ui.FormatDuration(f.Age.Median) + "; 9 su 10 entro " + ui.FormatDuration(f.Age.P90)
	}
	resolved := 0
	for _, status := range d.Statuses {
		if status.Status == ticket.StatusResolved {
			resolved = status.Count
		}
	}
	current = []tile{
		countTile("Aperte", f.Open, age, s.drilldownLink(dashboard.OpenTickets)),
		countTile("Senza prima risposta", f.Unanswered, "aperte, e il cittadino non ha ancora letto nulla", s.drilldownLink(dashboard.Unanswered)),
		countTile("Senza operatore", f.Unassigned, "aperte, e non assegnate", s.drilldownLink(dashboard.Unassigned)),
		countTile("In attesa di chiusura", resolved, "risolte, non ancora chiuse", s.drilldownLink(dashboard.AllTickets, "stato", string(ticket.StatusResolved))),
	}
	period = []tile{
		countTile("Arrivate", f.Arrivals, "richieste nuove", s.drilldownLink(dashboard.Arrivals)),
		countTile("Risolte", f.Resolutions, "", s.drilldownLink(dashboard.Resolutions)),
		durationTile("Prima risposta", f.FirstAnswer, s.drilldownLink(dashboard.FirstAnswers)),
		durationTile("Soluzione", f.Resolution, s.drilldownLink(dashboard.Resolutions)),
		countTile("Riaperte", f.Reopenings, "dopo una soluzione", s.drilldownLink(dashboard.Reopenings)),
		countTile("Passaggi di competenza", f.Handovers, "tra ASR e Regione", s.drilldownLink(dashboard.Handovers)),
		countTile("Prese in carico scadute", f.Breaches, "oltre il tempo previsto", s.drilldownLink(dashboard.Breaches)),
		countTile("Forzature", f.Overrides, "inoltri contro le verifiche", s.drilldownLink(dashboard.OverrideHandovers)),
	}
	others = []tile{
		countTile(plural(f.Discards, "scartata", "scartate"), f.Discards, "", s.drilldownLink(dashboard.Discards)),
		countTile(plural(f.Duplicates, "segnata come doppia", "segnate come doppie"), f.Duplicates, "", s.drilldownLink(dashboard.Duplicates)),
		countTile(plural(f.Recalls, "inoltro ripreso", "inoltri ripresi"), f.Recalls, "", s.drilldownLink(dashboard.Recalls)),
	}
	return current, period, others
}

// totalsTable returns the tiles as a table.
func totalsTable(s figureScope, d dashboard.Dashboard) table {
	f := d.Total
	t := table{ID: "totali", Caption: "Totali", Heads: []string{"Cifra", "Valore"}}
	current, period, others := tiles(s, d)
	for _, group := range [][]tile{current, period, others} {
		for _, tile := range group {
			switch tile.Name {
			case "Prima risposta":
				t.Rows = append(t.Rows, []cell{textCell("Prima risposta, mediana (minuti)"), durationCell(f.FirstAnswer, f.FirstAnswer.Median)},
					[]cell{textCell("Prima risposta, 9 su 10 (minuti)"), durationCell(f.FirstAnswer, f.FirstAnswer.P90)})
			case "Soluzione":
				t.Rows = append(t.Rows, []cell{textCell("Soluzione, mediana (minuti)"), durationCell(f.Resolution, f.Resolution.Median)},
					[]cell{textCell("Soluzione, 9 su 10 (minuti)"), durationCell(f.Resolution, f.Resolution.P90)})
			default:
				t.Rows = append(t.Rows, []cell{textCell(tile.Name), countCell(tile.count, "")})
			}
		}
	}
	return t
}

// chartPanels returns the charts of the page, each with the table of its numbers.
func (p *Pages) chartPanels(s figureScope, d dashboard.Dashboard) []chartPanel {
	arrivalsTable := table{ID: "andamento", Caption: "Arrivate e risolte, giorno per giorno", Heads: []string{"Giorno", "Arrivate", "Risolte"}}
	openTable := table{ID: "aperte", Caption: "Aperte alla fine di ogni giorno", Heads: []string{"Giorno", "Aperte"}}
	var points []string
	var arrivals, resolutions, open []int
	for _, day := range d.Days {
		arrivalsTable.Rows = append(arrivalsTable.Rows, []cell{
			textCell(ui.FormatDate(day.Day)), countCell(day.Arrivals, s.drilldownLink(dashboard.Arrivals, "giorno", day.Day)), countCell(day.Resolutions, s.drilldownLink(dashboard.Resolutions, "giorno", day.Day)),
		})
		dayScope := s
		dayScope.From, dayScope.To = day.Day, day.Day
		openTable.Rows = append(openTable.Rows, []cell{textCell(ui.FormatDate(day.Day)), countCell(day.Open, dayScope.drilldownLink(dashboard.OpenTickets))})
		points, arrivals, resolutions, open = append(points, ui.FormatDate(day.Day)[:5]), append(arrivals, day.Arrivals), append(resolutions, day.Resolutions), append(open, day.Open)
	}
	ageTable := table{ID: "eta", Caption: "Età delle richieste aperte, in giorni", Heads: []string{"Età", "Aperte"}, MethodNote: "Giorni interi da quando è stata aperta la richiesta."}
	var columns []chart.Column
	for _, a := range d.Ages {
		ageTable.Rows = append(ageTable.Rows, []cell{textCell(ageLabel(a)), countCell(a.Count, s.drilldownLink(dashboard.OpenTickets, "eta", strconv.Itoa(a.From)))})
		columns = append(columns, chart.Column{Label: ageTick(a), Value: a.Count})
	}
	handoversTable := table{ID: "passaggi", Caption: "Passaggi di competenza", Heads: []string{"Da", "A", "Passaggi"}}
	flow := chart.Flow{Hub: p.EntityName(catalog.Region)}
	for _, f := range d.Flows {
		handoversTable.Rows = append(handoversTable.Rows, []cell{
			textCell(p.EntityName(f.From.Code)), textCell(p.EntityName(f.To.Code)), countCell(f.Count, s.drilldownLink(dashboard.Handovers, "da", string(f.From.Code), "a", string(f.To.Code))),
		})
		if f.To.Code == catalog.Region {
			flow.In = append(flow.In, chart.Band{Name: p.EntityName(f.From.Code), Value: f.Count})
		} else {
			flow.Out = append(flow.Out, chart.Band{Name: p.EntityName(f.To.Code), Value: f.Count})
		}
	}
	labels := func(t table, description string) chart.Labels {
		return chart.Labels{ID: "g-" + t.ID, Title: t.Caption, Description: description + " I numeri sono nella tabella che segue."}
	}
	last := 0
	if len(open) > 0 {
		last = open[len(open)-1]
	}
	flow.Labels = labels(handoversTable, fmt.Sprintf("A sinistra gli inoltri delle ASR alla Regione, a destra quelli della Regione alle ASR: %d in tutto.", d.Total.Handovers))
	return []chartPanel{
		newChartPanel(arrivalsTable, s, chart.Lines{Labels: labels(arrivalsTable, fmt.Sprintf("In tutto %d arrivate e %d risolte.", d.Total.Arrivals, d.Total.Resolutions)), Points: points,
			Series: []chart.Series{{Name: "Arrivate", Values: arrivals}, {Name: "Risolte", Values: resolutions}}}),
		newChartPanel(openTable, s, chart.Lines{Labels: labels(openTable, fmt.Sprintf("Alla fine del periodo sono %d.", last)), Points: points, Series: []chart.Series{{Name: "Aperte", Values: open}}}),
		newChartPanel(ageTable, s, chart.Columns{Labels: labels(ageTable, fmt.Sprintf("In tutto %d aperte, per giorni dall’apertura.", d.Total.Open)), Columns: columns}),
		newChartPanel(handoversTable, s, flow),
	}
}

func newChartPanel(t table, s figureScope, d chart.Drawing) chartPanel {
	t.File = s.link("/cruscotto/dati/" + t.ID + ".csv")
	return chartPanel{d.Draw(chart.Wide), d.Draw(chart.Narrow), t}
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

// ageTick returns the short label of an age range, below its column of the chart.
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

// outcomeTitle returns the title of an outcome in the current playbooks: that of the preferred playbook if it has the outcome,
// otherwise that of another playbook, since a run can end in one. It returns the outcome's id if no current playbook has it.
func (p *Pages) outcomeTitle(preferred playbook.ID, id playbook.OutcomeID) string {
	title := string(id)
	for _, pb := range p.App.Playbooks.Current() {
		for _, o := range pb.Outcomes {
			if o.ID == id && (pb.ID == preferred || title == string(id)) {
				title = o.Title
			}
		}
	}
	return title
}

func (p *Pages) playbookTitle(id playbook.ID) string {
	for _, pb := range p.App.Playbooks.Current() {
		if pb.ID == id {
			return pb.Title
		}
	}
	return string(id)
}
