// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

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
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// replayData holds a ticket at a moment as one viewer saw it, and all events that were ever recorded of it.
type replayData struct {
	ID            ticket.ID
	Number        string
	Moment        string // for people
	FieldValue    string // the moment in the form's input
	IsNow         bool   // the moment is now
	Steps         []replayStep
	Step          int    // number of the last step up to the moment, from 1; 0: none
	Previous      string // moment of the previous step; "": none
	Next          string // moment of the next step; "": none
	Viewpoints    []viewpoint
	ViewpointID   string // the chosen viewer; "": the auditor
	ViewpointName string // the chosen viewer in words; "": the auditor
	Visible       bool   // the viewer saw the ticket at the moment
	HiddenText    string // what the viewer did not see, in words
	Ticket        ticketview.Ticket
	Checks        *ticketview.Playbook
	Events        []replayEvent
}

type replayStep struct {
	N      int
	Moment string
	Text   string
}

// viewpoint is a viewer whose view of the ticket the auditor can choose.
type viewpoint struct {
	ID, Name string
	viewer   ticketview.Viewer
}

type replayEvent struct {
	app.RawEvent
	PositionNumber         string // the position without its epoch
	Description            string // the event in words
	Moment                 string
	ActorName              string // name, role and entity
	IsLater                bool   // the event is later than the shown moment
	CauseNumber            string // PositionNumber of the event on this page that caused this one; "": none
	DataJSON, PersonalJSON string // the recorded data, and the part of it that is sealed in the log
}

const citizenViewpoint = "cittadino"

func (p *Pages) replayPage(r *ui.Request) error {
	id := ticket.ID(r.PathValue("id"))
	replay, err := p.App.Replay(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	steps := replay.Steps()
	at, problem := readReplayMoment(r, replay, steps)
	d := replayData{ID: id, Moment: formatInstant(at), FieldValue: at.In(calendar.Rome()).Format("2006-01-02T15:04:05"), IsNow: at.Equal(replay.Now), ViewpointID: r.FormValue("come")}
	d.setTicket(replay, at, p.viewpoints(replay, id))
	d.setSteps(steps, at)
	p.setEvents(&d, replay, at)
	status := http.StatusOK
	if problem != nil {
		status = problem.Status
	}
	return p.Render(r, status, ui.Page{
		Template: "storia", Title: "Storia della richiesta " + d.Number, Breadcrumb: auditTrail, Problem: problem, Data: d, Part: "replay",
	})
}

// readReplayMoment reads the requested moment: the number of a step (slider) or a time. Without both, and for a time in the future, it is
// now; a time that cannot be read gives now and an error message.
func readReplayMoment(r *ui.Request, replay *app.Replay, steps []app.Step) (time.Time, *ui.Problem) {
	if n, err := strconv.Atoi(r.FormValue("passo")); err == nil && n >= 1 && n <= len(steps) {
		return steps[n-1].At, nil
	}
	text := r.FormValue("momento")
	if text == "" {
		return replay.Now, nil
	}
	at, ok := parseMoment(text)
	if !ok {
		return replay.Now, &ui.Problem{
			Status: http.StatusUnprocessableEntity, Title: "Momento non valido", Text: "Ecco la situazione attuale. Indichi un giorno e un’ora, o scelga un passo.",
			Fields: []ui.FieldProblem{{Field: "momento", Text: "Momento: non è una data con un’ora."}},
		}
	}
	if at.After(replay.Now) {
		return replay.Now, nil
	}
	return at, nil
}

// viewpoints returns the viewers to choose from: the reader, the citizen, the operators of each entity that ever had the ticket, and those of
// the Region; for a reader of one entity, of its operators alone.
func (p *Pages) viewpoints(replay *app.Replay, id ticket.ID) []viewpoint {
	own := ui.RoleNames[replay.Viewer.Actor.Role]
	all := []viewpoint{{"", own + ": tutto", replay.Viewer}, {citizenViewpoint, "Cittadino", app.CitizenViewer(id)}}
	entities := replay.Entities()
	if !slices.Contains(entities, catalog.Region) {
		entities = append(entities, catalog.Region)
	}
	if !replay.Viewer.ReadsEverything() { // the operators of other entities read notes that this reader may not
		entities = slices.DeleteFunc(entities, func(e catalog.EntityCode) bool { return e != replay.Viewer.Actor.Entity })
	}
	for _, e := range entities {
		name := "Operatori di " + p.EntityName(e)
		if e == catalog.Region {
			name = "Assistenza regionale"
		}
		all = append(all, viewpoint{string(e), name, app.OperatorViewer(e)})
	}
	return all
}

// setTicket fills in the ticket and its checks as the chosen viewer saw them at the moment.
func (d *replayData) setTicket(replay *app.Replay, at time.Time, viewpoints []viewpoint) {
	d.Viewpoints = viewpoints
	chosen := slices.IndexFunc(viewpoints, func(e viewpoint) bool { return e.ID == d.ViewpointID })
	if chosen < 0 {
		chosen, d.ViewpointID = 0, ""
	}
	moment := replay.At(at)
	full, visible := moment.Ticket(replay.Viewer)
	d.Number = replay.Latest.Number
	if chosen == 0 {
		d.Ticket, d.Visible = full, visible
	} else {
		d.ViewpointName = viewpoints[chosen].Name
		d.Ticket, d.Visible = moment.Ticket(viewpoints[chosen].viewer)
		d.HiddenText = hiddenText(full, d.Ticket)
	}
	if checks, ok := moment.Checks(viewpoints[chosen].viewer); ok {
		d.Checks = &checks
	}
}

// hiddenText returns in words how many notes and timeline entries of full are not in seen.
func hiddenText(full, seen ticketview.Ticket) string {
	counts := map[ticketview.Audience]int{}
	for _, n := range full.Notes {
		if !slices.ContainsFunc(seen.Notes, func(s ticketview.Note) bool { return s.ID == n.ID }) {
			counts[n.Audience]++
		}
	}
	var parts []string
	for _, a := range []struct {
		audience  ticketview.Audience
		one, many string
	}{
		{ticketview.AudienceInternal, "nota interna", "note interne"},
		{ticketview.AudienceRegional, "nota tra Regione e ASR", "note tra Regione e ASR"},
		{ticketview.AudienceCitizen, "nota pubblica non ancora leggibile", "note pubbliche non ancora leggibili"},
	} {
		if n := counts[a.audience]; n == 1 {
			parts = append(parts, "1 "+a.one)
		} else if n > 1 {
			parts = append(parts, strconv.Itoa(n)+" "+a.many)
		}
	}
	if n := len(full.Timeline) - len(seen.Timeline); n > 0 {
		parts = append(parts, "e in tutto "+strconv.Itoa(n)+" passaggi della cronologia")
	}
	return strings.Join(parts, ", ")
}

// setSteps fills in the steps, and the moments of the previous and the next one.
func (d *replayData) setSteps(steps []app.Step, at time.Time) {
	for i, s := range steps {
		d.Steps = append(d.Steps, replayStep{i + 1, formatInstant(s.At), s.Text})
		if !s.At.After(at) {
			d.Step = i + 1
		}
	}
	before := d.Step - 1 // between two steps, «previous» leads to the step that was last
	if d.Step > 0 && steps[d.Step-1].At.Before(at) && !d.IsNow {
		before = d.Step
	}
	if before > 0 {
		d.Previous = steps[before-1].At.Format(time.RFC3339Nano)
	}
	if d.Step < len(steps) {
		d.Next = steps[d.Step].At.Format(time.RFC3339Nano)
	}
}

// setEvents fills in all recorded events and marks those later than the moment.
func (p *Pages) setEvents(d *replayData, replay *app.Replay, at time.Time) {
	listed, descriptions := map[string]bool{}, map[int]string{}
	for _, l := range replay.Latest.Timeline { // the auditor's timeline has an entry for every event
		descriptions[l.Version] = l.Text
	}
	for _, e := range replay.Events {
		listed[e.Position] = true
		shown := replayEvent{RawEvent: e, PositionNumber: positionNumber(e.Position), Description: descriptions[e.Version], Moment: formatInstant(e.At), ActorName: p.actorName(e.By), IsLater: e.At.After(at), DataJSON: indentJSON(e.Data), PersonalJSON: indentJSON(e.Personal)}
		if listed[e.Cause] {
			shown.CauseNumber = positionNumber(e.Cause)
		}
		d.Events = append(d.Events, shown)
	}
}

// actorName returns name, role and entity of an actor, in words; missing parts are left out.
func (p *Pages) actorName(actor ticketview.By) string {
	name := actor.Name
	switch actor.Role {
	case person.System:
		name = "Sistema (" + actor.ID + ")"
	case person.Anonymous:
		name = "Senza accesso"
	case person.Citizen, person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor,
		person.Auditor, person.DataProtectionOfficer, person.Administrator, person.Integration:
	}
	var parts []string
	for _, part := range []string{name, ui.RoleNames[actor.Role], p.EntityName(actor.Entity)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " · ")
}

// positionNumber returns a position without its epoch, for an HTML id on the page.
func positionNumber(position string) string {
	_, n, _ := strings.Cut(position, ".")
	return n
}

// indentJSON returns indented JSON for people to read.
func indentJSON(raw json.RawMessage) string {
	var b bytes.Buffer
	if len(raw) == 0 || json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}
