// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"cmp"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app/health"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// adminRoutes returns the routes of the overview, the catalogue, the calendars, the playbooks and the consumers of the log.
func (p *Pages) adminRoutes() []ui.Route {
	read := func(path string, handle func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: "GET /amministrazione" + path, Access: ui.WithRole, Action: policy.Administer, Handle: handle}
	}
	return []ui.Route{
		read("", p.adminPage), read("/diritti", p.rightsPage), read("/enti", p.entitiesPage), read("/catalogo", p.cataloguePage), read("/calendari", p.calendarsPage),
		read("/procedure", p.playbooksPage), read("/procedure/{playbook}", p.playbookPage), read("/elaborazioni", p.consumersPage),
	}
}

// adminTrail is the breadcrumb of the administrator's pages.
var adminTrail = []ui.Crumb{{Name: "Amministrazione", Path: "/amministrazione"}}

// modelNames holds the Italian names of the read models.
var modelNames = map[string]string{"tickets": "Richieste e code", "figures": "Cifre del cruscotto"}

// insecureTexts says in Italian what each insecure setting means.
var insecureTexts = map[health.Insecure]string{
	health.PublicURLWithoutHTTPS: "L’indirizzo del servizio (SOL_PUBLIC_URL) non è https: password, sessioni e dati sanitari viaggiano in chiaro.",
	health.MailWithoutTLS:        "Le e-mail possono viaggiare in chiaro, con i collegamenti personali: serve SOL_SMTP_TLS=required.",
	health.MailListenWithoutTLS:  "Le risposte per e-mail arrivano in chiaro: servono SOL_MAIL_TLS_CERT e SOL_MAIL_TLS_KEY.",
	health.ConnectorWithoutTLS:   "Un sistema collegato è interrogato senza https: i codici fiscali viaggiano in chiaro.",
}

// adminData holds the counts of the overview.
type adminData struct {
	Accounts, Placements           int
	Entities, Services             int
	Playbooks                      int
	MaxLag                         int64 // largest number of events that a consumer has not processed
	Failing, Timers, FailingTimers int   // failing consumers; waiting timers; timers that are retried after a failure
	Waiting, Poisoned              int   // messages of the outbox
	Insecure                       []string
}

func (p *Pages) adminPage(r *ui.Request) error {
	d := adminData{Services: len(p.App.Catalog.Services()), Playbooks: len(p.App.Playbooks.Current()), Entities: len(p.App.Catalog.Entities(p.App.Store.Now()))}
	for _, s := range p.App.Health.Insecure {
		d.Insecure = append(d.Insecure, insecureTexts[s])
	}
	var err error
	if d.Accounts, d.Placements, err = p.Identity.CountStaff(r.Context()); err != nil {
		return err
	}
	models, running, err := p.listConsumers(r)
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
	counts, err := p.App.Messages.Counts(r.Context())
	if err != nil {
		return err
	}
	for _, c := range counts {
		d.Waiting, d.Poisoned = d.Waiting+c.Waiting, d.Poisoned+c.Poisoned
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "amministrazione", Title: "Amministrazione", Data: d})
}

// listConsumers returns the state of the consumers of the log: read models and sagas.
func (p *Pages) listConsumers(r *ui.Request) ([]readmodel.Status, []runtime.SagaStatus, error) {
	models, err := p.App.ListReadModels(r.Context())
	if err != nil {
		return nil, nil, err
	}
	running, err := p.App.ListSagas(r.Context())
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
	"notifications": "Avvisi", "succession": "Successione tra enti", "former-view": "Fine della sola lettura",
}

func (p *Pages) consumersPage(r *ui.Request) error {
	var d consumersData
	models, running, err := p.listConsumers(r)
	if err != nil {
		return err
	}
	head, _, err := p.App.Store.Head(r.Context())
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
	return p.Render(r, http.StatusOK, ui.Page{Template: "elaborazioni", Title: "Elaborazioni", Breadcrumb: adminTrail, Data: d})
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

func (p *Pages) entitiesPage(r *ui.Request) error {
	const day = "02/01/2006"
	var rows []entityRow
	for _, e := range p.App.Catalog.AllEntities() {
		row := entityRow{Entity: e, KindName: entityKindNames[e.Kind], IsCurrent: e.ValidAt(p.App.Store.Now())}
		if !e.ValidFrom.IsZero() {
			row.From = e.ValidFrom.Format(day)
		}
		if !e.ValidTo.IsZero() {
			row.To, row.Successor = e.ValidTo.Format(day), p.EntityName(p.App.Catalog.Successor(e.Code))
		}
		rows = append(rows, row)
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "enti", Title: "Enti", Breadcrumb: adminTrail, Data: rows})
}
