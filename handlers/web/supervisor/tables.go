// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package supervisor

import (
	"cmp"
	"slices"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/handlers/web/ui/chart"
	"github.com/sol-assistenza/sol/projections/dashboard"
)

// durationMethod explains to the reader how times are counted.
const durationMethod = "I tempi vanno dall’apertura della richiesta, notti e attese comprese. La mediana è il tempo che metà dei casi non supera, «9 su 10» quello che non superano nove casi su dieci: sono " +
	"tempi realmente osservati, senza stime."

// tables returns the tables of the page. The table by entity is included if all is true.
func (p *Pages) tables(s figureScope, d dashboard.Dashboard, all bool) []table {
	sheets := []table{p.statusTable(s, d)}
	if all {
		sheets = append(sheets, p.entityTable(s, d))
	}
	sheets = append(sheets, p.problemTable(s, d), p.operatorTable(s, d), p.outcomeTable(s, d), p.groundTable(s, d))
	for i := range sheets {
		sheets[i].File = s.link("/cruscotto/dati/" + sheets[i].ID + ".csv")
	}
	return sheets
}

// barCell returns a countCell with a bar whose full width is the number most.
func barCell(n, largest int, link string) cell {
	c := countCell(n, link)
	c.Bar = chart.Bar(n, largest)
	return c
}

func (*Pages) statusTable(s figureScope, d dashboard.Dashboard) table {
	t := table{ID: "stati", Caption: "Per stato", Heads: []string{"Stato", "Richieste"}}
	largest := 0
	for _, f := range d.Statuses {
		largest = max(largest, f.Count)
	}
	for _, f := range d.Statuses {
		t.Rows = append(t.Rows, []cell{textCell(f.Label), barCell(f.Count, largest, s.drilldownLink(dashboard.AllTickets, "stato", string(f.Status)))})
	}
	return t
}

func (p *Pages) entityTable(s figureScope, d dashboard.Dashboard) table {
	t := table{ID: "enti", Caption: "Per ente", MethodNote: durationMethod, Heads: []string{
		"Ente", "Aperte", "Senza risposta", "Arrivate", "Risolte", "Riaperte", "Inoltrate", "Ricevute", "Scadute", "Forzature", "Prima risposta, mediana (minuti)", "Prima risposta, 9 su 10 (minuti)",
		"Soluzione, mediana (minuti)", "Soluzione, 9 su 10 (minuti)",
	}}
	entities := sortedByOpen(d.Entities, func(f dashboard.EntityFigures) int { return f.Open })
	largest := 0
	for _, f := range entities {
		largest = max(largest, f.Open)
	}
	for _, f := range entities {
		own := s
		own.Entity = f.Entity.Code
		t.Rows = append(t.Rows, append([]cell{
			textCell(p.EntityName(f.Entity.Code)), barCell(f.Open, largest, own.drilldownLink(dashboard.OpenTickets)), countCell(f.Unanswered, own.drilldownLink(dashboard.Unanswered)),
			countCell(f.Arrivals, own.drilldownLink(dashboard.Arrivals)), countCell(f.Resolutions, own.drilldownLink(dashboard.Resolutions)), countCell(f.Reopenings, own.drilldownLink(dashboard.Reopenings)),
			countCell(f.Handovers, own.drilldownLink(dashboard.Handovers, "da", string(f.Entity.Code))), countCell(f.Received, own.drilldownLink(dashboard.Handovers, "a", string(f.Entity.Code))),
			countCell(f.Breaches, own.drilldownLink(dashboard.Breaches)), countCell(f.Overrides, own.drilldownLink(dashboard.OverrideHandovers, "da", string(f.Entity.Code))),
		}, durationCells(f.Figures)...))
	}
	return t
}

func durationCells(f dashboard.Figures) []cell {
	return []cell{
		durationCell(f.FirstAnswer, f.FirstAnswer.Median), durationCell(f.FirstAnswer, f.FirstAnswer.P90), durationCell(f.Resolution, f.Resolution.Median), durationCell(f.Resolution, f.Resolution.P90),
	}
}

// problemTable lists each service, followed by its problems.
func (p *Pages) problemTable(s figureScope, d dashboard.Dashboard) table {
	t := table{ID: "tipologie", Caption: "Per servizio e tipologia", MethodNote: durationMethod, Heads: []string{
		"Servizio", "Tipologia", "Aperte", "Senza risposta", "Arrivate", "Risolte", "Riaperte", "Passaggi", "Prima risposta, mediana (minuti)", "Prima risposta, 9 su 10 (minuti)",
		"Soluzione, mediana (minuti)", "Soluzione, 9 su 10 (minuti)",
	}}
	const all = "tutte"
	largest := d.Total.Open
	add := func(service, problem, part string, f dashboard.Figures) {
		own := s
		own.ServicePath = part
		t.Rows = append(t.Rows, append([]cell{
			{Text: service, Repeated: problem != all}, textCell(problem), barCell(f.Open, largest, own.drilldownLink(dashboard.OpenTickets)), countCell(f.Unanswered, own.drilldownLink(dashboard.Unanswered)), countCell(f.Arrivals, own.drilldownLink(dashboard.Arrivals)),
			countCell(f.Resolutions, own.drilldownLink(dashboard.Resolutions)), countCell(f.Reopenings, own.drilldownLink(dashboard.Reopenings)), countCell(f.Handovers, own.drilldownLink(dashboard.Handovers)),
		}, durationCells(f)...))
	}
	for _, service := range d.Services {
		add(service.Service.Label, all, service.Service.ID, service.Figures)
		for _, figures := range sortedByOpen(d.Problems, func(f dashboard.PartFigures) int { return f.Open }) {
			if figures.Service.ID == service.Service.ID {
				add(service.Service.Label, figures.Problem.Label, service.Service.ID+"/"+figures.Problem.ID, figures.Figures)
			}
		}
	}
	return t
}

const (
	operatorMethod = "Solo per gli enti che hanno registrato un accordo sulle cifre per persona (legge 300/1970, articolo 4)."
	noAgreement    = "Le cifre per persona sono spente: richiedono un accordo ai sensi della legge 300/1970, articolo 4, che l’ente non ha registrato."
)

func (*Pages) operatorTable(s figureScope, d dashboard.Dashboard) table {
	t := table{ID: "operatori", Caption: "Carico per operatore", Heads: []string{"Operatore", "Aperte", "Prime risposte", "Risolte"}, MethodNote: operatorMethod}
	if s.Entity != "" && !slices.Contains(d.PerPerson, s.Entity) || len(d.PerPerson) == 0 {
		t.EmptyText = noAgreement
	}
	largest := 0
	for _, f := range d.Operators {
		largest = max(largest, f.Open)
	}
	for _, f := range d.Operators {
		t.Rows = append(t.Rows, []cell{
			textCell(cmp.Or(f.Name, "operatore non più presente")), barCell(f.Open, largest, s.drilldownLink(dashboard.OpenTickets, "operatore", f.ID)),
			countCell(f.Answers, s.drilldownLink(dashboard.FirstAnswers, "operatore", f.ID)), countCell(f.Resolutions, s.drilldownLink(dashboard.Resolutions, "operatore", f.ID)),
		})
	}
	return t
}

func (p *Pages) outcomeTable(s figureScope, d dashboard.Dashboard) table {
	t := table{ID: "esiti", Caption: "Esiti delle verifiche", Heads: []string{"Verifiche", "Esito", "Volte"}}
	largest := 0
	for _, f := range d.Outcomes {
		largest = max(largest, f.Count)
	}
	for _, f := range d.Outcomes {
		t.Rows = append(t.Rows, []cell{
			textCell(p.playbookTitle(f.Playbook)), textCell(p.outcomeTitle(f.Playbook, f.Outcome)),
			barCell(f.Count, largest, s.drilldownLink(dashboard.Outcomes, "dettaglio", string(f.Playbook)+"/"+string(f.Outcome))),
		})
	}
	return t
}

func (*Pages) groundTable(s figureScope, d dashboard.Dashboard) table {
	t := table{ID: "motivi", Caption: "Motivi degli inoltri alla Regione", Heads: []string{"Motivo", "Inoltri"}}
	largest := 0
	for _, f := range d.Grounds {
		largest = max(largest, f.Count)
	}
	for _, f := range d.Grounds {
		t.Rows = append(t.Rows, []cell{textCell(groundLabel(f.Ground)), barCell(f.Count, largest, s.drilldownLink(dashboard.Handovers, "dettaglio", string(f.Ground)))})
	}
	return t
}

func groundLabel(g ticket.Ground) string {
	if g == ticket.ByOutcome {
		return "Esito delle verifiche"
	}
	return ui.LabelOf(ui.HandoverGrounds, string(g))
}
