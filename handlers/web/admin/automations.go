// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// automationRoutes returns the routes of the sagas with settings: their current settings, and simulations with other settings.
func (p *Pages) automationRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /amministrazione/automatismi", Access: ui.WithRole, Action: policy.Administer, Handle: p.automationsPage},
		{Pattern: "GET /amministrazione/automatismi/{saga}", Access: ui.WithRole, Action: policy.Administer, Handle: p.automationPage},
		{Pattern: "POST /amministrazione/automatismi/{saga}", Access: ui.WithRole, Action: policy.Administer, Handle: p.simulate},
	}
}

// automationTexts describes the sagas that have settings.
var automationTexts = []struct{ ID, Does string }{
	{"auto-close", "Una richiesta risolta si chiude da sola dopo i giorni di calendario indicati, al primo giorno lavorativo e all’ora indicata (FAQ 2.5)."},
	{"waiting", "Il cittadino a cui si è chiesto qualcosa riceve dei solleciti dopo i giorni lavorativi indicati; se si vuole, la richiesta si risolve senza risposta (FAQ 2.4)."},
	{"escalation", "Ciò che passa tra ASR e Regione va preso in carico entro le ore lavorative indicate: prima arriva un preavviso, poi il ritardo è segnato (FAQ 2.6)."},
}

// settingNames holds the Italian label of each setting, and the values that it accepts.
var settingNames = map[string]struct{ Label, Takes string }{
	"auto_close.after_days":              {"Giorni di calendario", "da 0 a 365"},
	"auto_close.hour":                    {"Ora", "da 0 a 23"},
	"handover.target_hours":              {"Ore lavorative", "da 1 a 400"},
	"handover.warn_hours_before":         {"Ore di preavviso", "meno delle ore lavorative"},
	"handover.office":                    {"Orario d’ufficio", "per esempio 08:30-16:30"},
	"waiting.remind_after_working_days":  {"Solleciti dopo giorni lavorativi", "crescenti, separati da virgole: per esempio 3,7"},
	"waiting.resolve_after_working_days": {"Risolta dopo giorni lavorativi", "0 per mai, altrimenti dopo l’ultimo sollecito"},
}

// settingText returns a setting's value as people read it: the list «3,7» becomes «3 e 7», since «3,7» reads as a decimal number.
func settingText(name, value string) string {
	switch name {
	case "auto_close.hour":
		return value + ":00"
	case "waiting.remind_after_working_days":
		if last := strings.LastIndex(value, ","); last >= 0 {
			return strings.ReplaceAll(value[:last], ",", ", ") + " e " + value[last+1:]
		}
	case "waiting.resolve_after_working_days":
		if value == "0" {
			return "mai"
		}
	}
	return value
}

// automation is a saga with its settings, grouped by entity.
type automation struct {
	ID, Name, Description string
	Heads                 []string
	Groups                []settingGroup
}

// settingGroup holds the entities that have the same values of a saga's settings.
type settingGroup struct {
	Entities string
	Values   []string
}

// findAutomation returns the saga with the id; false: no saga with settings has it.
func (p *Pages) findAutomation(id string) (a automation, ok bool) {
	i := slices.IndexFunc(automationTexts, func(a struct{ ID, Does string }) bool { return a.ID == id })
	if i < 0 {
		return a, false
	}
	a = automation{ID: id, Name: sagaNames[id], Description: automationTexts[i].Does}
	for _, s := range sagas.Settings() {
		if s.Saga == id {
			a.Heads = append(a.Heads, settingNames[s.Name].Label)
		}
	}
	all := p.App.Catalog.Entities(p.App.Store.Now())
	entitiesByValues := map[string][]string{}
	for _, e := range all {
		var values []string
		for _, s := range sagas.Settings() {
			if s.Saga == id {
				values = append(values, settingText(s.Name, s.Value(p.App.Catalog, e.Code)))
			}
		}
		key := strings.Join(values, "\n")
		if entitiesByValues[key] == nil {
			a.Groups = append(a.Groups, settingGroup{Values: values})
		}
		entitiesByValues[key] = append(entitiesByValues[key], e.Short)
	}
	for i, g := range a.Groups {
		shared := entitiesByValues[strings.Join(g.Values, "\n")]
		if a.Groups[i].Entities = strings.Join(shared, ", "); len(shared) == len(all) {
			a.Groups[i].Entities = "Tutti gli enti"
		}
	}
	return a, true
}

func (p *Pages) automationsPage(r *ui.Request) error {
	var all []automation
	for _, text := range automationTexts {
		a, _ := p.findAutomation(text.ID)
		all = append(all, a)
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "automatismi", Title: "Automatismi", Breadcrumb: adminTrail, Data: all})
}

// simulationData holds a saga with its settings, the form of a simulation, and the simulation's result.
type simulationData struct {
	automation
	Settings  []settingField
	Entities  []catalog.Entity
	Entity    catalog.EntityCode
	From, To  string
	Result    *runtime.Simulation
	Days      []simulatedDay
	Overtaken []overtakenCommand
}

type settingField struct{ Name, Label, Allowed, Value, Wrong string }

type simulatedDay struct {
	Day string
	N   int
}

type overtakenCommand struct{ Number, Command, At, Event, EventAt string }

// commandNames holds the Italian names of the commands of sagas.
var commandNames = map[string]string{
	"close.v1": "chiusura", "expire.v1": "risoluzione senza risposta", "remind-citizen.v1": "sollecito al cittadino", "warn.v1": "preavviso",
	"breach.v1": "ritardo segnato", "notice-ping-pong.v1": "avviso di rimbalzo", "succeed.v1": "passaggio al successore",
}

// eventNames holds the Italian names of the events that a simulated command can precede. Rare events keep their stored name.
var eventNames = map[string]string{
	"ticket.citizen-replied.v1": "il cittadino ha scritto", "ticket.reopened.v1": "un operatore l’ha riaperta", "ticket.resumed.v1": "un operatore ha ripreso la lavorazione",
	"ticket.taken.v1": "un operatore l’ha presa in carico", "ticket.assigned.v1": "è stata assegnata", "ticket.unassigned.v1": "è rimasta senza operatore",
	"ticket.internal-note.v1": "una nota interna", "ticket.regional-note.v1": "un messaggio regionale", "ticket.citizen-note.v1": "una nota al cittadino",
	"ticket.citizen-asked.v1": "una domanda al cittadino", "ticket.resolved.v1": "un operatore l’ha risolta", "ticket.escalated.v1": "l’inoltro alla Regione",
	"ticket.redirected.v1": "l’inoltro a un’altra ASR", "ticket.recalled.v1": "l’ASR se l’è ripresa", "ticket.reclassified.v1": "è stata riclassificata",
	"ticket.discarded.v1": "un supervisore l’ha scartata", "ticket.marked-duplicate.v1": "un operatore l’ha segnata come doppia", "ticket.auto-closed.v1": "si è chiusa da sola",
}

// readSimulation reads the saga of the path and the form of a simulation. An unknown saga is identity.ErrNotFound.
func (p *Pages) readSimulation(r *ui.Request) (simulationData, error) {
	a, ok := p.findAutomation(r.PathValue("saga"))
	if !ok {
		return simulationData{}, identity.ErrNotFound
	}
	d := simulationData{automation: a, Entities: p.App.Catalog.Entities(p.App.Store.Now()), Entity: catalog.EntityCode(r.FormValue("ente")), From: r.FormValue("dal"), To: r.FormValue("al")}
	for _, s := range sagas.Settings() {
		if s.Saga == a.ID {
			d.Settings = append(d.Settings, settingField{Name: s.Name, Label: settingNames[s.Name].Label, Allowed: settingNames[s.Name].Takes, Value: strings.TrimSpace(r.FormValue(s.Name))})
		}
	}
	return d, nil
}

func (p *Pages) automationPage(r *ui.Request) error {
	d, err := p.readSimulation(r)
	if err != nil {
		return err
	}
	return p.renderSimulation(r, http.StatusOK, nil, d)
}

func (p *Pages) renderSimulation(r *ui.Request, status int, problem *ui.Problem, d simulationData) error {
	return p.Render(r, status, ui.Page{
		Template: "automatismo", Title: d.Name, Breadcrumb: []ui.Crumb{adminTrail[0], {Name: "Automatismi", Path: "/amministrazione/automatismi"}}, Problem: problem, Data: d,
	})
}

// simulationTimeout limits a simulation on a page. It is shorter than the router's time limit. Longer simulations run from the command
// line.
const simulationTimeout = 75 * time.Second

// simulate runs the saga over the whole log with other settings and shows the result. Only one simulation runs at a time on this node,
// since each reads the whole log.
func (p *Pages) simulate(r *ui.Request) error {
	d, err := p.readSimulation(r)
	if err != nil {
		return err
	}
	changed, from, to, problem := p.parseSimulation(d)
	if problem != nil {
		return p.renderSimulation(r, problem.Status, problem, d)
	}
	if !p.simulating.TryLock() {
		problem := &ui.Problem{Status: http.StatusConflict, Title: "Un’altra simulazione è in corso", Text: "Riprovi tra poco: ciascuna rilegge tutto il registro, e se ne fa una alla volta."}
		return p.renderSimulation(r, problem.Status, problem, d)
	}
	defer p.simulating.Unlock()
	ctx, cancel := context.WithTimeout(r.Context(), simulationTimeout)
	defer cancel()
	result, err := p.App.SimulateSaga(ctx, d.ID, changed, from, to, func(int) {})
	if errors.Is(err, context.DeadlineExceeded) && r.Context().Err() == nil {
		problem := &ui.Problem{Status: http.StatusServiceUnavailable, Title: "Troppo lunga per una pagina", Text: "Il registro è grande: faccia la simulazione da riga di comando, con «sol sagas simulate " + d.ID + "»."}
		return p.renderSimulation(r, problem.Status, problem, d)
	}
	if err != nil {
		return err
	}
	d.setResult(result)
	return p.renderSimulation(r, http.StatusOK, nil, d)
}

// parseSimulation returns the catalogue with the typed settings, and the period to simulate. Its problem is nil if all values are valid.
func (p *Pages) parseSimulation(d simulationData) (changed *catalog.Catalog, from, to time.Time, _ *ui.Problem) {
	problem := &ui.Problem{Status: http.StatusUnprocessableEntity, Title: "Qualcosa va corretto", Text: "Controlli i valori: accanto a ciascuno sta che cosa è ammesso."}
	to = p.App.Store.Now()
	for _, day := range []struct {
		name, text string
		into       *time.Time
	}{{"dal", d.From, &from}, {"al", d.To, &to}} {
		t, err := time.ParseInLocation(time.DateOnly, day.text, calendar.Rome())
		switch {
		case day.text == "":
		case err != nil:
			problem.Fields = append(problem.Fields, ui.FieldProblem{Field: day.name, Text: "Periodo: non è un giorno."})
		default:
			*day.into = t
		}
	}
	var changes []sagas.SettingChange
	for _, s := range d.Settings {
		if s.Value != "" {
			changes = append(changes, sagas.SettingChange{Name: s.Name, Value: s.Value})
		}
	}
	var entities []catalog.EntityCode
	if _, known := p.App.Catalog.Entity(d.Entity); known {
		entities = append(entities, d.Entity)
	} else if d.Entity != "" {
		problem.Fields = append(problem.Fields, ui.FieldProblem{Field: "ente", Text: "Ente: non esiste."})
	}
	changed, err := sagas.WithSettings(p.App.Catalog, changes, entities...)
	if err != nil {
		problem.Fields = append(problem.Fields, ui.FieldProblem{Field: "impostazioni", Text: "Impostazioni: una di queste non è ammessa, da sola o insieme alle altre."})
	}
	if problem.Fields != nil {
		return nil, from, to, problem
	}
	return changed, from, to, nil
}

// setResult fills in the result of the simulation.
func (d *simulationData) setResult(s runtime.Simulation) {
	d.Result = &s
	for day, n := range s.ByDay {
		d.Days = append(d.Days, simulatedDay{day, n})
	}
	slices.SortFunc(d.Days, func(a, b simulatedDay) int { return strings.Compare(a.Day, b.Day) })
	for i, day := range d.Days {
		d.Days[i].Day = ui.FormatDate(day.Day)
	}
	for _, o := range s.EarlyCommands {
		d.Overtaken = append(d.Overtaken, overtakenCommand{o.Number, cmp.Or(commandNames[o.Command], o.Command), ui.FormatTime(o.At), cmp.Or(eventNames[o.NextEvent], o.NextEvent), ui.FormatTime(o.NextEventAt)})
	}
}
