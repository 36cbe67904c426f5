// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/entrance"
	"github.com/sol-assistenza/sol/handlers/web/chart"
	"github.com/sol-assistenza/sol/projections"
)

// tile is one figure, large.
type tile struct {
	Name, Value, Note string
	Link              string // what is behind it
	n                 int    // that Value says, where it is no time
}

// sheet is a table of figures: it stands on the page, and is sent as a file.
type sheet struct {
	ID, Caption string
	Method      string // how it is counted; "" where the heads say it
	Heads       []string
	Rows        [][]figure
	File        string // address of the file
}

// columnHead is the head of a column on the page, where times are said in words.
type columnHead struct {
	Name   string
	Number bool // what stands below it are numbers
}

// Shown are the heads of a table that has rows.
func (s sheet) Shown() []columnHead {
	shown := make([]columnHead, len(s.Heads))
	for i, h := range s.Heads {
		shown[i] = columnHead{strings.TrimSuffix(h, " (minuti)"), s.Rows[0][i].File != ""}
	}
	return shown
}

// figure is what stands in a cell of it.
type figure struct {
	Text string
	File string // in the file, where that says it otherwise; "": Text
	Link string
	Bar  template.HTML // beside the number
	Same bool          // as in the row above: it is said again for the file, and for who hears it
}

// graph is a drawing, in two widths, with its table.
type graph struct {
	Wide, Narrow template.HTML
	Sheet        sheet
}

// Tall tells that the table is longer than a page should be: it scrolls by itself.
func (s sheet) Tall() bool { return len(s.Rows) > 20 }

// Slim tells that the table has few columns, and need not be as wide as the page.
func (s sheet) Slim() bool { return len(s.Heads) < 5 }

// send writes the table as rows of a file.
func (s sheet) send(out *entrance.Sheet) error {
	if err := out.Row(s.Heads...); err != nil {
		return err
	}
	for _, row := range s.Rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = cmp.Or(c.File, c.Text)
		}
		if err := out.Row(cells...); err != nil {
			return err
		}
	}
	return nil
}

func words(text string) figure { return figure{Text: text} }

// quantity is a number that leads to what is behind it; nothing is behind none.
func quantity(n int, link string) figure {
	c := figure{Text: grouped(n), File: strconv.Itoa(n)}
	if n > 0 {
		c.Link = link
	}
	return c
}

// lasting is a time that something took, in minutes in the file; none took no time.
func lasting(of projections.Took, seconds int64) figure {
	if of.Count == 0 {
		return figure{Text: "–", File: " "}
	}
	return figure{Text: lasted(seconds), File: strconv.FormatInt(seconds/60, 10)}
}

// lasted says a time in the two units that matter, in one piece.
func lasted(seconds int64) string {
	minutes, hours := seconds/60, seconds/3600
	switch {
	case minutes < 60:
		return fmt.Sprintf("%d\u00a0min", minutes)
	case hours < 48:
		return fmt.Sprintf("%d\u00a0h\u00a0%02d\u00a0min", hours, minutes%60)
	default:
		return fmt.Sprintf("%d\u00a0g\u00a0%d\u00a0h", hours/24, hours%24)
	}
}

// plural is the word for one thing, or for several.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// tiles are the figures of all together: what is so now, what was done, and what is worth a word besides.
func tiles(s scoped, d projections.Dashboard) (now, done, aside []tile) {
	f := d.Total
	one := func(name string, n int, note, link string) tile {
		t := tile{Name: name, Value: grouped(n), Note: note, n: n}
		if n > 0 {
			t.Link = link
		}
		return t
	}
	took := func(name string, of projections.Took, link string) tile {
		if of.Count == 0 {
			return tile{Name: name, Value: "–", Note: "nessuna nel periodo"}
		}
		return tile{Name: name, Value: lasted(of.Median), Note: "mediana; 9 su 10 entro " + lasted(of.P90), Link: link}
	}
	age := ""
	if f.Open > 0 {
		age = "età mediana " + lasted(f.Age.Median) + "; 9 su 10 entro " + lasted(f.Age.P90)
	}
	resolved := 0
	for _, status := range d.Statuses {
		if status.Status == ticket.Solved {
			resolved = status.Count
		}
	}
	now = []tile{
		one("Aperte", f.Open, age, s.list(projections.OpenNow)),
		one("Senza prima risposta", f.Unanswered, "aperte, e il cittadino non ha ancora letto nulla", s.list(projections.Unanswered)),
		one("Senza operatore", f.Unassigned, "aperte, e non assegnate", s.list(projections.Unassigned)),
		one("In attesa di chiusura", resolved, "risolte, non ancora chiuse", s.list(projections.AllTickets, "stato", string(ticket.Solved))),
	}
	done = []tile{
		one("Arrivate", f.Arrivals, "richieste nuove", s.list(projections.Arrivals)),
		one("Risolte", f.Resolutions, "", s.list(projections.Resolutions)),
		took("Prima risposta", f.FirstAnswer, s.list(projections.FirstAnswers)),
		took("Soluzione", f.Resolution, s.list(projections.Resolutions)),
		one("Riaperte", f.Reopenings, "dopo una soluzione", s.list(projections.Reopenings)),
		one("Passaggi di competenza", f.Handovers, "tra ASR e Regione", s.list(projections.Handovers)),
		one("Prese in carico scadute", f.Breaches, "oltre il tempo previsto", s.list(projections.Breaches)),
		one("Forzature", f.Overrides, "inoltri contro le verifiche", s.list(projections.Overridden)),
	}
	aside = []tile{
		one(plural(f.Discards, "scartata", "scartate"), f.Discards, "", s.list(projections.Discards)),
		one(plural(f.Duplicates, "segnata come doppia", "segnate come doppie"), f.Duplicates, "", s.list(projections.Duplicates)),
		one(plural(f.Recalls, "inoltro ripreso", "inoltri ripresi"), f.Recalls, "", s.list(projections.Recalls)),
	}
	return now, done, aside
}

// totals are the tiles as a table.
func totals(s scoped, d projections.Dashboard) sheet {
	f := d.Total
	t := sheet{ID: "totali", Caption: "Totali", Heads: []string{"Cifra", "Valore"}}
	now, done, aside := tiles(s, d)
	for _, group := range [][]tile{now, done, aside} {
		for _, one := range group {
			switch one.Name {
			case "Prima risposta":
				t.Rows = append(t.Rows, []figure{words("Prima risposta, mediana (minuti)"), lasting(f.FirstAnswer, f.FirstAnswer.Median)},
					[]figure{words("Prima risposta, 9 su 10 (minuti)"), lasting(f.FirstAnswer, f.FirstAnswer.P90)})
			case "Soluzione":
				t.Rows = append(t.Rows, []figure{words("Soluzione, mediana (minuti)"), lasting(f.Resolution, f.Resolution.Median)},
					[]figure{words("Soluzione, 9 su 10 (minuti)"), lasting(f.Resolution, f.Resolution.P90)})
			default:
				t.Rows = append(t.Rows, []figure{words(one.Name), quantity(one.n, "")})
			}
		}
	}
	return t
}

// graphs are the drawings, each with the table that says the same.
func (w *Web) graphs(s scoped, d projections.Dashboard) []graph {
	came := sheet{ID: "andamento", Caption: "Arrivate e risolte, giorno per giorno", Heads: []string{"Giorno", "Arrivate", "Risolte"}}
	stood := sheet{ID: "aperte", Caption: "Aperte alla fine di ogni giorno", Heads: []string{"Giorno", "Aperte"}}
	var points []string
	var arrivals, resolutions, open []int
	for _, day := range d.Days {
		came.Rows = append(came.Rows, []figure{
			words(italianDay(day.Day)), quantity(day.Arrivals, s.list(projections.Arrivals, "giorno", day.Day)), quantity(day.Resolutions, s.list(projections.Resolutions, "giorno", day.Day)),
		})
		then := s
		then.From, then.To = day.Day, day.Day
		stood.Rows = append(stood.Rows, []figure{words(italianDay(day.Day)), quantity(day.Open, then.list(projections.OpenNow))})
		points, arrivals, resolutions, open = append(points, italianDay(day.Day)[:5]), append(arrivals, day.Arrivals), append(resolutions, day.Resolutions), append(open, day.Open)
	}
	old := sheet{ID: "eta", Caption: "Età delle richieste aperte, in giorni", Heads: []string{"Età", "Aperte"}, Method: "Giorni interi da quando è stata aperta la richiesta."}
	var columns []chart.Column
	for _, a := range d.Ages {
		old.Rows = append(old.Rows, []figure{words(ageName(a)), quantity(a.Count, s.list(projections.OpenNow, "eta", strconv.Itoa(a.From)))})
		columns = append(columns, chart.Column{Label: ageShort(a), Value: a.Count})
	}
	went := sheet{ID: "passaggi", Caption: "Passaggi di competenza", Heads: []string{"Da", "A", "Passaggi"}}
	flow := chart.Flow{Through: w.place(catalog.Region)}
	for _, f := range d.Flows {
		went.Rows = append(went.Rows, []figure{
			words(w.place(f.From.Code)), words(w.place(f.To.Code)), quantity(f.Count, s.list(projections.Handovers, "da", string(f.From.Code), "a", string(f.To.Code))),
		})
		if f.To.Code == catalog.Region {
			flow.In = append(flow.In, chart.Band{Name: w.place(f.From.Code), Value: f.Count})
		} else {
			flow.Out = append(flow.Out, chart.Band{Name: w.place(f.To.Code), Value: f.Count})
		}
	}
	named := func(of sheet, says string) chart.Named {
		return chart.Named{ID: "g-" + of.ID, Title: of.Caption, Description: says + " I numeri sono nella tabella che segue."}
	}
	last := 0
	if len(open) > 0 {
		last = open[len(open)-1]
	}
	flow.Named = named(went, fmt.Sprintf("A sinistra gli inoltri delle ASR alla Regione, a destra quelli della Regione alle ASR: %d in tutto.", d.Total.Handovers))
	return []graph{
		drawn(came, s, chart.Lines{Named: named(came, fmt.Sprintf("In tutto %d arrivate e %d risolte.", d.Total.Arrivals, d.Total.Resolutions)), Points: points,
			Series: []chart.Series{{Name: "Arrivate", Values: arrivals}, {Name: "Risolte", Values: resolutions}}}),
		drawn(stood, s, chart.Lines{Named: named(stood, fmt.Sprintf("Alla fine del periodo sono %d.", last)), Points: points, Series: []chart.Series{{Name: "Aperte", Values: open}}}),
		drawn(old, s, chart.Columns{Named: named(old, fmt.Sprintf("In tutto %d aperte, per giorni dall’apertura.", d.Total.Open)), Columns: columns}),
		drawn(went, s, flow),
	}
}

func drawn(of sheet, s scoped, d chart.Drawing) graph {
	of.File = s.address("/cruscotto/dati/" + of.ID + ".csv")
	return graph{d.Draw(chart.Wide), d.Draw(chart.Narrow), of}
}

func ageName(a projections.AgeFigure) string {
	switch {
	case a.From == 0:
		return "meno di 1 giorno"
	case a.To == 0:
		return strconv.Itoa(a.From) + " giorni o più"
	default:
		return fmt.Sprintf("da %d a %d giorni", a.From, a.To-1)
	}
}

// ageShort is an age below its column.
func ageShort(a projections.AgeFigure) string {
	switch {
	case a.From == 0:
		return "< 1"
	case a.To == 0:
		return strconv.Itoa(a.From) + "+"
	default:
		return fmt.Sprintf("%d–%d", a.From, a.To-1)
	}
}

// outcomeName is the title of an outcome in the playbooks of today: the run may have come to it through another playbook.
func (w *Web) outcomeName(of playbook.ID, id playbook.OutcomeID) string {
	title := string(id)
	for _, p := range w.cases.Playbooks.Current() {
		for _, o := range p.Outcomes {
			if o.ID == id && (p.ID == of || title == string(id)) {
				title = o.Title
			}
		}
	}
	return title
}

func (w *Web) playbookName(id playbook.ID) string {
	for _, p := range w.cases.Playbooks.Current() {
		if p.ID == id {
			return p.Title
		}
	}
	return string(id)
}
