// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

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
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/sagas"
)

// automatismRoutes are what happens by itself: the settings that it goes by, and what others would have done.
func (w *Web) automatismRoutes() []route {
	return []route{
		{pattern: "GET /amministrazione/automatismi", by: placed, action: identity.Administer, serve: w.automatismsPage},
		{pattern: "GET /amministrazione/automatismi/{saga}", by: placed, action: identity.Administer, serve: w.automatismPage},
		{pattern: "POST /amministrazione/automatismi/{saga}", by: placed, action: identity.Administer, serve: w.simulate},
	}
}

// automatisms are the sagas that go by settings, as people call them.
var automatisms = []struct{ ID, Does string }{
	{"auto-close", "Una richiesta risolta si chiude da sola dopo i giorni di calendario indicati, al primo giorno lavorativo e all’ora indicata (FAQ 2.5)."},
	{"waiting", "Il cittadino a cui si è chiesto qualcosa riceve dei solleciti dopo i giorni lavorativi indicati; se si vuole, la richiesta si risolve senza risposta (FAQ 2.4)."},
	{"escalation", "Ciò che passa tra ASR e Regione va preso in carico entro le ore lavorative indicate: prima arriva un preavviso, poi il ritardo è segnato (FAQ 2.6)."},
}

// settingNames say each setting, and what values it takes.
var settingNames = map[string]struct{ Label, Takes string }{
	"auto_close.after_days":              {"Giorni di calendario", "da 0 a 365"},
	"auto_close.hour":                    {"Ora", "da 0 a 23"},
	"handover.target_hours":              {"Ore lavorative", "da 1 a 400"},
	"handover.warn_hours_before":         {"Ore di preavviso", "meno delle ore lavorative"},
	"handover.office":                    {"Orario d’ufficio", "per esempio 08:30-16:30"},
	"waiting.remind_after_working_days":  {"Solleciti dopo giorni lavorativi", "crescenti, separati da virgole: per esempio 3,7"},
	"waiting.resolve_after_working_days": {"Risolta dopo giorni lavorativi", "0 per mai, altrimenti dopo l’ultimo sollecito"},
}

// settingInItalian is a setting's value as it is read: «3,7» would be a number with a comma.
func settingInItalian(name, value string) string {
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

// automatism is one of them with its settings.
type automatism struct {
	ID, Name, Does string
	Heads          []string
	Groups         []settingGroup
}

// settingGroup is entities that share their settings.
type settingGroup struct {
	Entities string
	Values   []string
}

// automatism gives one of automatisms. False: there is none of the name.
func (w *Web) automatism(id string) (a automatism, ok bool) {
	i := slices.IndexFunc(automatisms, func(a struct{ ID, Does string }) bool { return a.ID == id })
	if i < 0 {
		return a, false
	}
	a = automatism{ID: id, Name: sagaNames[id], Does: automatisms[i].Does}
	for _, s := range sagas.Settings() {
		if s.Saga == id {
			a.Heads = append(a.Heads, settingNames[s.Name].Label)
		}
	}
	all := w.cases.Catalog.Entities(w.cases.Store.Now())
	places := map[string][]string{}
	for _, e := range all {
		var values []string
		for _, s := range sagas.Settings() {
			if s.Saga == id {
				values = append(values, settingInItalian(s.Name, s.Of(w.cases.Catalog, e.Code)))
			}
		}
		key := strings.Join(values, "\n")
		if places[key] == nil {
			a.Groups = append(a.Groups, settingGroup{Values: values})
		}
		places[key] = append(places[key], e.Short)
	}
	for i, g := range a.Groups {
		shared := places[strings.Join(g.Values, "\n")]
		if a.Groups[i].Entities = strings.Join(shared, ", "); len(shared) == len(all) {
			a.Groups[i].Entities = "Tutti gli enti"
		}
	}
	return a, true
}

func (w *Web) automatismsPage(v *visit) error {
	var all []automatism
	for _, known := range automatisms {
		a, _ := w.automatism(known.ID)
		all = append(all, a)
	}
	return w.render(v, http.StatusOK, page{name: "automatismi", title: "Automatismi", trail: adminTrail, data: all})
}

// simulationData is a saga's settings, the form to try others with, and what came of it.
type simulationData struct {
	automatism
	Settings []settingField
	Entities []catalog.Entity
	Entity   catalog.EntityCode
	From, To string
	Result   *sagas.Simulation
	Days     []simulatedDay
	Before   []overtaken
}

type settingField struct{ Name, Label, Takes, Typed, Wrong string }

type simulatedDay struct {
	Day string
	N   int
}

type overtaken struct{ Number, Does, At, By, Then string }

// commandNames say what a saga's commands do.
var commandNames = map[string]string{
	"close.v1": "chiusura", "expire.v1": "risoluzione senza risposta", "remind-citizen.v1": "sollecito al cittadino", "warn.v1": "preavviso",
	"breach.v1": "ritardo segnato", "notice-ping-pong.v1": "avviso di rimbalzo", "succeed.v1": "passaggio al successore",
}

// eventNames are the events that a saga's command can come before, in words; what is rare keeps the log's name.
var eventNames = map[string]string{
	"ticket.citizen-replied.v1": "il cittadino ha scritto", "ticket.reopened.v1": "un operatore l’ha riaperta", "ticket.resumed.v1": "un operatore ha ripreso la lavorazione",
	"ticket.taken.v1": "un operatore l’ha presa in carico", "ticket.assigned.v1": "è stata assegnata", "ticket.unassigned.v1": "è rimasta senza operatore",
	"ticket.internal-note.v1": "una nota interna", "ticket.regional-note.v1": "un messaggio regionale", "ticket.citizen-note.v1": "una nota al cittadino",
	"ticket.citizen-asked.v1": "una domanda al cittadino", "ticket.resolved.v1": "un operatore l’ha risolta", "ticket.escalated.v1": "l’inoltro alla Regione",
	"ticket.redirected.v1": "l’inoltro a un’altra ASR", "ticket.recalled.v1": "l’ASR se l’è ripresa", "ticket.reclassified.v1": "è stata riclassificata",
	"ticket.discarded.v1": "un supervisore l’ha scartata", "ticket.marked-duplicate.v1": "un operatore l’ha segnata come doppia", "ticket.auto-closed.v1": "si è chiusa da sola",
}

func (w *Web) simulation(v *visit) (simulationData, error) {
	a, ok := w.automatism(v.PathValue("saga"))
	if !ok {
		return simulationData{}, identity.ErrNotFound
	}
	d := simulationData{automatism: a, Entities: w.cases.Catalog.Entities(w.cases.Store.Now()), Entity: catalog.EntityCode(v.FormValue("ente")), From: v.FormValue("dal"), To: v.FormValue("al")}
	for _, s := range sagas.Settings() {
		if s.Saga == a.ID {
			d.Settings = append(d.Settings, settingField{Name: s.Name, Label: settingNames[s.Name].Label, Takes: settingNames[s.Name].Takes, Typed: strings.TrimSpace(v.FormValue(s.Name))})
		}
	}
	return d, nil
}

func (w *Web) automatismPage(v *visit) error {
	d, err := w.simulation(v)
	if err != nil {
		return err
	}
	return w.showSimulation(v, http.StatusOK, nil, d)
}

func (w *Web) showSimulation(v *visit, status int, p *problem, d simulationData) error {
	return w.render(v, status, page{
		name: "automatismo", title: d.Name, trail: []crumb{adminTrail[0], {"Automatismi", "/amministrazione/automatismi"}}, problem: p, data: d,
	})
}

// simulateWithin is less than a page may take; longer ones are for the command line.
const simulateWithin = 75 * time.Second

// simulate replays the whole log against other settings and shows what would have happened. One at a time: it reads everything.
func (w *Web) simulate(v *visit) error {
	d, err := w.simulation(v)
	if err != nil {
		return err
	}
	tried, from, to, p := w.trial(d)
	if p != nil {
		return w.showSimulation(v, p.Status, p, d)
	}
	if !w.simulating.TryLock() {
		p := &problem{Status: http.StatusConflict, Title: "Un’altra simulazione è in corso", Text: "Riprovi tra poco: ciascuna rilegge tutto il registro, e se ne fa una alla volta."}
		return w.showSimulation(v, p.Status, p, d)
	}
	defer w.simulating.Unlock()
	ctx, enough := context.WithTimeout(v.Context(), simulateWithin)
	defer enough()
	saga, _ := sagas.ToSimulate(d.ID, tried)
	result, err := sagas.Simulate(ctx, w.cases.Store, saga, ticket.Rules{Catalog: tried, Playbooks: w.cases.Playbooks}, from, to, func(int) {})
	if errors.Is(err, context.DeadlineExceeded) && v.Context().Err() == nil {
		p := &problem{Status: http.StatusServiceUnavailable, Title: "Troppo lunga per una pagina", Text: "Il registro è grande: faccia la simulazione da riga di comando, con «sol sagas simulate " + d.ID + "»."}
		return w.showSimulation(v, p.Status, p, d)
	}
	if err != nil {
		return err
	}
	d.tell(result)
	return w.showSimulation(v, http.StatusOK, nil, d)
}

// trial is the catalogue with the settings that were typed, and the period to count in.
func (w *Web) trial(d simulationData) (tried *catalog.Catalog, from, to time.Time, p *problem) {
	wrong := &problem{Status: http.StatusUnprocessableEntity, Title: "Qualcosa va corretto", Text: "Controlli i valori: accanto a ciascuno sta che cosa è ammesso."}
	to = w.cases.Store.Now()
	for _, day := range []struct {
		name, text string
		into       *time.Time
	}{{"dal", d.From, &from}, {"al", d.To, &to}} {
		t, err := time.ParseInLocation(time.DateOnly, day.text, calendar.Rome())
		switch {
		case day.text == "":
		case err != nil:
			wrong.Fields = append(wrong.Fields, fieldProblem{day.name, "Periodo: non è un giorno."})
		default:
			*day.into = t
		}
	}
	var changes []sagas.Change
	for _, s := range d.Settings {
		if s.Typed != "" {
			changes = append(changes, sagas.Change{Name: s.Name, Value: s.Typed})
		}
	}
	var entities []catalog.EntityCode
	if _, known := w.cases.Catalog.Entity(d.Entity); known {
		entities = append(entities, d.Entity)
	} else if d.Entity != "" {
		wrong.Fields = append(wrong.Fields, fieldProblem{"ente", "Ente: non esiste."})
	}
	tried, err := sagas.With(w.cases.Catalog, changes, entities...)
	if err != nil {
		wrong.Fields = append(wrong.Fields, fieldProblem{"impostazioni", "Impostazioni: una di queste non è ammessa, da sola o insieme alle altre."})
	}
	if wrong.Fields != nil {
		return nil, from, to, wrong
	}
	return tried, from, to, nil
}

// tell fills in what the simulation came to.
func (d *simulationData) tell(s sagas.Simulation) {
	d.Result = &s
	for day, n := range s.ByDay {
		d.Days = append(d.Days, simulatedDay{day, n})
	}
	slices.SortFunc(d.Days, func(a, b simulatedDay) int { return strings.Compare(a.Day, b.Day) })
	for i, day := range d.Days {
		d.Days[i].Day = italianDay(day.Day)
	}
	for _, o := range s.Before {
		d.Before = append(d.Before, overtaken{o.Number, cmp.Or(commandNames[o.Command], o.Command), moment(o.At), cmp.Or(eventNames[o.By], o.By), moment(o.Then)})
	}
}
