// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/handlers/bus"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
	"github.com/sol-assistenza/sol/sagas"
)

// adminRoutes are the administrator's pages: who works where, what the rules are, whether everything runs. No ticket is shown
// on any of them.
func (w *Web) adminRoutes() []route {
	read := func(path string, serve func(*visit) error) route {
		return route{pattern: "GET /amministrazione" + path, by: placed, action: identity.Administer, serve: serve}
	}
	return []route{
		read("", w.adminPage), read("/enti", w.entitiesPage), read("/catalogo", w.cataloguePage), read("/calendari", w.calendarsPage),
		read("/procedure", w.playbooksPage), read("/procedure/{playbook}", w.playbookPage), read("/elaborazioni", w.consumersPage),
	}
}

// adminTrail is where the administrator's pages stand.
var adminTrail = []crumb{{"Amministrazione", "/amministrazione"}}

// modelNames are what the read models hold, in words.
var modelNames = map[string]string{"tickets": "Richieste e code", "figures": "Cifre del cruscotto"}

// adminData says at a glance what there is, and what asks for attention.
type adminData struct {
	Accounts, Placements    int
	Entities, Services      int
	Playbooks               int
	Behind                  int64 // events that the one that is furthest behind has not seen
	Failing, Timers, Broken int   // consumers that fail; timers that wait; those that are tried again
	Waiting, Aside          int   // messages
}

func (w *Web) adminPage(v *visit) error {
	d := adminData{Services: len(w.cases.Catalog.Services()), Playbooks: len(w.cases.Playbooks.Current()), Entities: len(w.cases.Catalog.Entities(w.cases.Store.Now()))}
	var err error
	if d.Accounts, d.Placements, err = w.identity.StaffCounts(v.Context()); err != nil {
		return err
	}
	models, running, err := w.consumers(v)
	if err != nil {
		return err
	}
	for _, m := range models {
		d.Behind = max(d.Behind, m.Lag)
		d.Failing += min(m.Failures, 1)
	}
	for _, s := range running {
		d.Timers, d.Broken = d.Timers+s.Timers, d.Broken+s.Failing
		if s.Live {
			d.Behind = max(d.Behind, s.Behind)
		}
	}
	counts, err := bus.Counts(v.Context(), w.cases.Store.Worker())
	if err != nil {
		return err
	}
	for _, c := range counts {
		d.Waiting, d.Aside = d.Waiting+c.Waiting, d.Aside+c.Aside
	}
	return w.render(v, http.StatusOK, page{name: "amministrazione", title: "Amministrazione", data: d})
}

// consumers are what follows the log: the read models and the sagas.
func (w *Web) consumers(v *visit) ([]projections.Status, []sagas.Overview, error) {
	models, err := projections.NewRunner(w.cases.Store).List(v.Context())
	if err != nil {
		return nil, nil, err
	}
	running, err := sagas.List(v.Context(), w.cases.Store.Worker())
	return models, running, err
}

type consumersData struct {
	Models []projections.Status
	Sagas  []sagaStatus
	Head   string
}

type sagaStatus struct {
	sagas.Overview
	Name string
}

// sagaNames are what the sagas do, for people.
var sagaNames = map[string]string{
	"auto-close": "Chiusura automatica", "waiting": "Attesa del cittadino", "escalation": "Inoltro regionale", "referto-check": "Verifiche sui referti",
	"notifications": "Avvisi", "succession": "Successione tra enti",
}

func (w *Web) consumersPage(v *visit) error {
	var d consumersData
	models, running, err := w.consumers(v)
	if err != nil {
		return err
	}
	head, _, err := w.cases.Store.Head(v.Context())
	if err != nil {
		return err
	}
	d.Models, d.Head = models, head.String()
	for _, s := range running {
		d.Sagas = append(d.Sagas, sagaStatus{s, cmp.Or(sagaNames[s.Saga], s.Saga)})
	}
	return w.render(v, http.StatusOK, page{name: "elaborazioni", title: "Elaborazioni", trail: adminTrail, data: d})
}

// kinds of entities, for people.
var kinds = map[catalog.Kind]string{
	catalog.ASL: "Azienda sanitaria locale", catalog.AO: "Azienda ospedaliera", catalog.AOU: "Azienda ospedaliero-universitaria", catalog.RegionalBody: "Regione",
}

type entityRow struct {
	catalog.Entity
	Sort      string // its kind in words
	From, To  string // days; "": open
	Now       bool   // it exists
	Successor string
}

func (w *Web) entitiesPage(v *visit) error {
	const day = "02/01/2006"
	var rows []entityRow
	for _, e := range w.cases.Catalog.EveryEntity() {
		r := entityRow{Entity: e, Sort: kinds[e.Kind], Now: e.ValidAt(w.cases.Store.Now())}
		if !e.ValidFrom.IsZero() {
			r.From = e.ValidFrom.Format(day)
		}
		if !e.ValidTo.IsZero() {
			r.To, r.Successor = e.ValidTo.Format(day), w.place(w.cases.Catalog.Successor(e.Code))
		}
		rows = append(rows, r)
	}
	return w.render(v, http.StatusOK, page{name: "enti", title: "Enti", trail: adminTrail, data: rows})
}
