// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/web/chart"
	"github.com/sol-assistenza/sol/projections"
)

// method says how times are counted.
const method = "I tempi vanno dall’apertura della richiesta, notti e attese comprese. La mediana è il tempo che metà dei casi non supera, «9 su 10» quello che non superano nove casi su dieci: sono " +
	"tempi realmente osservati, senza stime."

// sheets are the tables that stand on the page as they are. all: those of more than one entity too.
func (w *Web) sheets(s scoped, d projections.Dashboard, all bool) []sheet {
	sheets := []sheet{w.byStatus(s, d)}
	if all {
		sheets = append(sheets, w.byEntity(s, d))
	}
	sheets = append(sheets, w.byProblem(s, d), w.byOperator(s, d), w.byOutcome(s, d), w.byGround(s, d))
	for i := range sheets {
		sheets[i].File = s.address("/cruscotto/dati/" + sheets[i].ID + ".csv")
	}
	return sheets
}

// barred is a number with its bar.
func barred(n, most int, link string) figure {
	c := quantity(n, link)
	c.Bar = chart.Bar(n, most)
	return c
}

func (*Web) byStatus(s scoped, d projections.Dashboard) sheet {
	t := sheet{ID: "stati", Caption: "Per stato", Heads: []string{"Stato", "Richieste"}}
	most := 0
	for _, f := range d.Statuses {
		most = max(most, f.Count)
	}
	for _, f := range d.Statuses {
		t.Rows = append(t.Rows, []figure{words(f.Label), barred(f.Count, most, s.list(projections.AllTickets, "stato", string(f.Status)))})
	}
	return t
}

func (w *Web) byEntity(s scoped, d projections.Dashboard) sheet {
	t := sheet{ID: "enti", Caption: "Per ente", Method: method, Heads: []string{
		"Ente", "Aperte", "Senza risposta", "Arrivate", "Risolte", "Riaperte", "Inoltrate", "Ricevute", "Scadute", "Forzature", "Prima risposta, mediana (minuti)", "Prima risposta, 9 su 10 (minuti)",
		"Soluzione, mediana (minuti)", "Soluzione, 9 su 10 (minuti)",
	}}
	entities := byOpen(d.Entities, func(f projections.EntityFigures) int { return f.Open })
	most := 0
	for _, f := range entities {
		most = max(most, f.Open)
	}
	for _, f := range entities {
		own := s
		own.Entity = f.Entity.Code
		t.Rows = append(t.Rows, append([]figure{
			words(w.place(f.Entity.Code)), barred(f.Open, most, own.list(projections.OpenNow)), quantity(f.Unanswered, own.list(projections.Unanswered)),
			quantity(f.Arrivals, own.list(projections.Arrivals)), quantity(f.Resolutions, own.list(projections.Resolutions)), quantity(f.Reopenings, own.list(projections.Reopenings)),
			quantity(f.Handovers, own.list(projections.Handovers, "da", string(f.Entity.Code))), quantity(f.Received, own.list(projections.Handovers, "a", string(f.Entity.Code))),
			quantity(f.Breaches, own.list(projections.Breaches)), quantity(f.Overrides, own.list(projections.Overridden, "da", string(f.Entity.Code))),
		}, times(f.Figures)...))
	}
	return t
}

func times(f projections.Figures) []figure {
	return []figure{
		lasting(f.FirstAnswer, f.FirstAnswer.Median), lasting(f.FirstAnswer, f.FirstAnswer.P90), lasting(f.Resolution, f.Resolution.Median), lasting(f.Resolution, f.Resolution.P90),
	}
}

// byProblem lists every service, and beneath it its problems.
func (w *Web) byProblem(s scoped, d projections.Dashboard) sheet {
	t := sheet{ID: "tipologie", Caption: "Per servizio e tipologia", Method: method, Heads: []string{
		"Servizio", "Tipologia", "Aperte", "Senza risposta", "Arrivate", "Risolte", "Riaperte", "Passaggi", "Prima risposta, mediana (minuti)", "Prima risposta, 9 su 10 (minuti)",
		"Soluzione, mediana (minuti)", "Soluzione, 9 su 10 (minuti)",
	}}
	const all = "tutte"
	most := d.Total.Open
	add := func(service, problem, part string, f projections.Figures) {
		own := s
		own.Part = part
		t.Rows = append(t.Rows, append([]figure{
			{Text: service, Same: problem != all}, words(problem), barred(f.Open, most, own.list(projections.OpenNow)), quantity(f.Unanswered, own.list(projections.Unanswered)), quantity(f.Arrivals, own.list(projections.Arrivals)),
			quantity(f.Resolutions, own.list(projections.Resolutions)), quantity(f.Reopenings, own.list(projections.Reopenings)), quantity(f.Handovers, own.list(projections.Handovers)),
		}, times(f)...))
	}
	for _, service := range d.Services {
		add(service.Service.Label, all, service.Service.ID, service.Figures)
		for _, p := range byOpen(d.Problems, func(f projections.PartFigures) int { return f.Open }) {
			if p.Service.ID == service.Service.ID {
				add(service.Service.Label, p.Problem.Label, service.Service.ID+"/"+p.Problem.ID, p.Figures)
			}
		}
	}
	return t
}

func (*Web) byOperator(s scoped, d projections.Dashboard) sheet {
	t := sheet{ID: "operatori", Caption: "Carico per operatore", Heads: []string{"Operatore", "Aperte", "Prime risposte", "Risolte"}}
	most := 0
	for _, f := range d.Operators {
		most = max(most, f.Open)
	}
	for _, f := range d.Operators {
		t.Rows = append(t.Rows, []figure{
			words(cmp.Or(f.Name, "operatore non più presente")), barred(f.Open, most, s.list(projections.OpenNow, "operatore", f.ID)),
			quantity(f.Answers, s.list(projections.FirstAnswers, "operatore", f.ID)), quantity(f.Resolutions, s.list(projections.Resolutions, "operatore", f.ID)),
		})
	}
	return t
}

func (w *Web) byOutcome(s scoped, d projections.Dashboard) sheet {
	t := sheet{ID: "esiti", Caption: "Esiti delle verifiche", Heads: []string{"Verifiche", "Esito", "Volte"}}
	most := 0
	for _, f := range d.Outcomes {
		most = max(most, f.Count)
	}
	for _, f := range d.Outcomes {
		t.Rows = append(t.Rows, []figure{
			words(w.playbookName(f.Playbook)), words(w.outcomeName(f.Playbook, f.Outcome)),
			barred(f.Count, most, s.list(projections.Outcomes, "dettaglio", string(f.Playbook)+"/"+string(f.Outcome))),
		})
	}
	return t
}

func (*Web) byGround(s scoped, d projections.Dashboard) sheet {
	t := sheet{ID: "motivi", Caption: "Motivi degli inoltri alla Regione", Heads: []string{"Motivo", "Inoltri"}}
	most := 0
	for _, f := range d.Grounds {
		most = max(most, f.Count)
	}
	for _, f := range d.Grounds {
		t.Rows = append(t.Rows, []figure{words(groundName(f.Ground)), barred(f.Count, most, s.list(projections.Handovers, "dettaglio", string(f.Ground)))})
	}
	return t
}

func groundName(g ticket.Ground) string {
	if g == ticket.ByOutcome {
		return "Esito delle verifiche"
	}
	for _, c := range grounds {
		if c.Value == string(g) {
			return c.Label
		}
	}
	return string(g)
}
