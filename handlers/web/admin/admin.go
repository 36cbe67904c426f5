// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"cmp"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/handlers/app/messages"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// adminRoutes returns the routes of the overview, the catalogue, the calendars, the playbooks and the consumers of the log.
func (w *Pages) adminRoutes() []ui.Route {
	read := func(path string, handle func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: "GET /amministrazione" + path, Access: ui.WithRole, Action: identity.Administer, Handle: handle}
	}
	return []ui.Route{
		read("", w.adminPage), read("/enti", w.entitiesPage), read("/catalogo", w.cataloguePage), read("/calendari", w.calendarsPage),
		read("/procedure", w.playbooksPage), read("/procedure/{playbook}", w.playbookPage), read("/elaborazioni", w.consumersPage),
	}
}

// adminTrail is the breadcrumb of the administrator's pages.
var adminTrail = []ui.Crumb{{Name: "Amministrazione", Path: "/amministrazione"}}

// modelNames holds the Italian names of the read models.
var modelNames = map[string]string{"tickets": "Richieste e code", "figures": "Cifre del cruscotto"}

// adminData holds the counts of the overview.
type adminData struct {
	Accounts, Placements           int
	Entities, Services             int
	Playbooks                      int
	MaxLag                         int64 // largest number of events that a consumer has not processed
	Failing, Timers, FailingTimers int   // failing consumers; waiting timers; timers that are retried after a failure
	Waiting, Poisoned              int   // messages of the outbox
}

func (w *Pages) adminPage(v *ui.Request) error {
	d := adminData{Services: len(w.App.Catalog.Services()), Playbooks: len(w.App.Playbooks.Current()), Entities: len(w.App.Catalog.Entities(w.App.Store.Now()))}
	var err error
	if d.Accounts, d.Placements, err = w.Identity.CountStaff(v.Context()); err != nil {
		return err
	}
	models, running, err := w.listConsumers(v)
	if err != nil {
		return err
	}
	for _, m := range models {
		d.MaxLag = max(d.MaxLag, m.Lag)
		d.Failing += min(m.Failures, 1)
	}
	for _, s := range running {
		d.Timers, d.FailingTimers = d.Timers+s.Timers, d.FailingTimers+s.Failing
		if s.Live {
			d.MaxLag = max(d.MaxLag, s.Lag)
		}
	}
	counts, err := messages.Counts(v.Context(), w.App.Store.WorkerPool())
	if err != nil {
		return err
	}
	for _, c := range counts {
		d.Waiting, d.Poisoned = d.Waiting+c.Waiting, d.Poisoned+c.Poisoned
	}
	return w.Render(v, http.StatusOK, ui.Page{Template: "amministrazione", Title: "Amministrazione", Data: d})
}

// listConsumers returns the state of the consumers of the log: read models and sagas.
func (w *Pages) listConsumers(v *ui.Request) ([]readmodel.Status, []runtime.SagaStatus, error) {
	models, err := projections.NewRunner(w.App.Store).List(v.Context())
	if err != nil {
		return nil, nil, err
	}
	running, err := runtime.ListSagas(v.Context(), w.App.Store.WorkerPool())
	return models, running, err
}

type consumersData struct {
	Models []modelStatus
	Sagas  []sagaStatus
	Head   string
}

type modelStatus struct {
	readmodel.Status
	Label string
}

type sagaStatus struct {
	runtime.SagaStatus
	Name string
}

// sagaNames holds the Italian names of the sagas.
var sagaNames = map[string]string{
	"auto-close": "Chiusura automatica", "waiting": "Attesa del cittadino", "escalation": "Inoltro regionale", "referto-check": "Verifiche sui referti",
	"notifications": "Avvisi", "succession": "Successione tra enti",
}

func (w *Pages) consumersPage(v *ui.Request) error {
	var d consumersData
	models, running, err := w.listConsumers(v)
	if err != nil {
		return err
	}
	head, _, err := w.App.Store.Head(v.Context())
	if err != nil {
		return err
	}
	d.Head = head.String()
	for _, m := range models {
		d.Models = append(d.Models, modelStatus{m, cmp.Or(modelNames[m.Name], m.Name)})
	}
	for _, s := range running {
		d.Sagas = append(d.Sagas, sagaStatus{s, cmp.Or(sagaNames[s.Saga], s.Saga)})
	}
	return w.Render(v, http.StatusOK, ui.Page{Template: "elaborazioni", Title: "Elaborazioni", Breadcrumb: adminTrail, Data: d})
}

// entityKindNames holds the Italian names of the kinds of entity.
var entityKindNames = map[catalog.Kind]string{
	catalog.ASL: "Azienda sanitaria locale", catalog.AO: "Azienda ospedaliera", catalog.AOU: "Azienda ospedaliero-universitaria", catalog.RegionalBody: "Regione",
}

type entityRow struct {
	catalog.Entity
	KindName  string // the kind in words
	From, To  string // first and last day; "": not limited
	IsCurrent bool   // the entity exists today
	Successor string
}

func (w *Pages) entitiesPage(v *ui.Request) error {
	const day = "02/01/2006"
	var rows []entityRow
	for _, e := range w.App.Catalog.AllEntities() {
		r := entityRow{Entity: e, KindName: entityKindNames[e.Kind], IsCurrent: e.ValidAt(w.App.Store.Now())}
		if !e.ValidFrom.IsZero() {
			r.From = e.ValidFrom.Format(day)
		}
		if !e.ValidTo.IsZero() {
			r.To, r.Successor = e.ValidTo.Format(day), w.EntityName(w.App.Catalog.Successor(e.Code))
		}
		rows = append(rows, r)
	}
	return w.Render(v, http.StatusOK, ui.Page{Template: "enti", Title: "Enti", Breadcrumb: adminTrail, Data: rows})
}
