// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/projections"
)

// replayData is a ticket at a moment, through somebody's eyes, with everything that was ever recorded of it.
type replayData struct {
	ID       ticket.ID
	Number   string
	Moment   string // as people read it
	Field    string // as the field for it holds it
	Present  bool   // the moment is now
	Steps    []replayStep
	Step     int    // that holds at the moment, from 1; 0: before the first
	Previous string // moment of the step before; "": none
	Next     string
	Viewers  []replayViewer
	As       string // who looks
	Eyes     string // the same in words; "": the auditor
	Sees     bool
	Hidden   string // what they did not see
	Ticket   projections.Ticket
	Checks   *projections.Playbook
	Events   []replayEvent
}

type replayStep struct {
	N      int
	Moment string
	Text   string
}

// replayViewer is one of those through whose eyes the ticket can be looked at.
type replayViewer struct {
	ID, Name string
	viewer   projections.Viewer
}

type replayEvent struct {
	casework.RawEvent
	N           string // of its position
	Says        string // what it is, in words
	Moment      string
	Who         string // name, role and placement
	Later       bool   // than the moment that is shown
	CauseN      string // of the event on this page that caused it
	Facts, Text string // what was recorded, and what of it was sealed
}

const citizenEyes = "cittadino"

func (w *Web) replayPage(v *visit) error {
	id := ticket.ID(v.PathValue("id"))
	r, err := w.cases.Replay(v.Context(), v.caller, id)
	if err != nil {
		return err
	}
	steps := r.Steps()
	at, wrong := replayMoment(v, r, steps)
	d := replayData{ID: id, Moment: instant(at), Field: at.In(calendar.Rome()).Format("2006-01-02T15:04:05"), Present: at.Equal(r.Now), As: v.FormValue("come")}
	d.show(r, at, w.eyes(r, id))
	d.walk(steps, at)
	w.record(&d, r, at)
	status := http.StatusOK
	if wrong != nil {
		status = wrong.Status
	}
	return w.render(v, status, page{
		name: "storia", title: "Storia della richiesta " + d.Number, trail: auditTrail, problem: wrong, data: d, part: "replay",
	})
}

// replayMoment is the one that is asked for: by its step on the slider, or by its time. Otherwise now.
func replayMoment(v *visit, r *casework.Replay, steps []casework.Step) (time.Time, *problem) {
	if n, err := strconv.Atoi(v.FormValue("passo")); err == nil && n >= 1 && n <= len(steps) {
		return steps[n-1].At, nil
	}
	text := v.FormValue("momento")
	if text == "" {
		return r.Now, nil
	}
	at, ok := parseMoment(text)
	if !ok {
		return r.Now, &problem{
			Status: http.StatusUnprocessableEntity, Title: "Momento non valido", Text: "Ecco la situazione attuale. Indichi un giorno e un’ora, o scelga un passo.",
			Fields: []fieldProblem{{"momento", "Momento: non è una data con un’ora."}},
		}
	}
	if at.After(r.Now) {
		return r.Now, nil
	}
	return at, nil
}

// eyes are those through which the ticket can be looked at: the citizen's, and every entity's that ever had it.
func (w *Web) eyes(r *casework.Replay, id ticket.ID) []replayViewer {
	all := []replayViewer{{"", "Revisore: tutto", casework.Auditor}, {citizenEyes, "Cittadino", casework.CitizenOf(id)}}
	entities := r.Entities()
	if !slices.Contains(entities, catalog.Region) {
		entities = append(entities, catalog.Region)
	}
	for _, e := range entities {
		name := "Operatori di " + w.place(e)
		if e == catalog.Region {
			name = "Assistenza regionale"
		}
		all = append(all, replayViewer{string(e), name, casework.OperatorsOf(e)})
	}
	return all
}

// show fills in the ticket through the chosen eyes.
func (d *replayData) show(r *casework.Replay, at time.Time, eyes []replayViewer) {
	d.Viewers = eyes
	chosen := slices.IndexFunc(eyes, func(e replayViewer) bool { return e.ID == d.As })
	if chosen < 0 {
		chosen, d.As = 0, ""
	}
	whole, there := r.At(casework.Auditor, at)
	latest, _ := r.At(casework.Auditor, r.Now)
	d.Number = latest.Number
	if chosen == 0 {
		d.Ticket, d.Sees = whole, there
	} else {
		d.Eyes = eyes[chosen].Name
		d.Ticket, d.Sees = r.At(eyes[chosen].viewer, at)
		d.Hidden = unseen(whole, d.Ticket)
	}
	if checks, ok := r.Checks(eyes[chosen].viewer, at); ok {
		d.Checks = &checks
	}
}

// unseen says in words how much of the whole somebody did not see.
func unseen(whole, seen projections.Ticket) string {
	counts := map[projections.Audience]int{}
	for _, n := range whole.Notes {
		if !slices.ContainsFunc(seen.Notes, func(s projections.Note) bool { return s.ID == n.ID }) {
			counts[n.Audience]++
		}
	}
	var said []string
	for _, a := range []struct {
		audience  projections.Audience
		one, many string
	}{
		{projections.Internal, "nota interna", "note interne"},
		{projections.Regional, "nota tra Regione e ASR", "note tra Regione e ASR"},
		{projections.Public, "nota pubblica non ancora leggibile", "note pubbliche non ancora leggibili"},
	} {
		if n := counts[a.audience]; n == 1 {
			said = append(said, "1 "+a.one)
		} else if n > 1 {
			said = append(said, strconv.Itoa(n)+" "+a.many)
		}
	}
	if n := len(whole.Timeline) - len(seen.Timeline); n > 0 {
		said = append(said, "e in tutto "+strconv.Itoa(n)+" passaggi della cronologia")
	}
	return strings.Join(said, ", ")
}

// walk fills in the steps, and those beside the moment.
func (d *replayData) walk(steps []casework.Step, at time.Time) {
	for i, s := range steps {
		d.Steps = append(d.Steps, replayStep{i + 1, instant(s.At), s.Text})
		if !s.At.After(at) {
			d.Step = i + 1
		}
	}
	before := d.Step - 1 // from a moment between two steps one goes back to the one that holds
	if d.Step > 0 && steps[d.Step-1].At.Before(at) && !d.Present {
		before = d.Step
	}
	if before > 0 {
		d.Previous = steps[before-1].At.Format(time.RFC3339Nano)
	}
	if d.Step < len(steps) {
		d.Next = steps[d.Step].At.Format(time.RFC3339Nano)
	}
}

// record fills in what the log holds, the later part marked.
func (w *Web) record(d *replayData, r *casework.Replay, at time.Time) {
	here, says := map[string]bool{}, map[int]string{}
	latest, _ := r.At(casework.Auditor, r.Now)
	for _, l := range latest.Timeline { // the auditor's has a line for every event
		says[l.Version] = l.Text
	}
	for _, e := range r.Events {
		here[e.Position] = true
		shown := replayEvent{RawEvent: e, N: number(e.Position), Says: says[e.Version], Moment: instant(e.At), Who: w.who(e.By), Later: e.At.After(at), Facts: indented(e.Data), Text: indented(e.Personal)}
		if here[e.Cause] {
			shown.CauseN = number(e.Cause)
		}
		d.Events = append(d.Events, shown)
	}
}

// who is an actor in words: name, role and placement, each where there is one.
func (w *Web) who(by projections.By) string {
	name := by.Name
	switch by.Role {
	case person.System:
		name = "Sistema (" + by.ID + ")"
	case person.Anonymous:
		name = "Senza accesso"
	case person.Citizen, person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor,
		person.Auditor, person.Administrator, person.Integration:
	}
	var said []string
	for _, part := range []string{name, roles[by.Role], w.place(by.Entity)} {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, " · ")
}

// number is a position without its epoch, for an id on the page.
func number(position string) string {
	_, n, _ := strings.Cut(position, ".")
	return n
}

// indented is JSON as people read it.
func indented(raw json.RawMessage) string {
	var b bytes.Buffer
	if len(raw) == 0 || json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}
