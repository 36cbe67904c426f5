// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

// Playbook is the state of the checks of a ticket (FAQ 2.7–2.12). It is the answer to GET /tickets/{id}/playbook.
type Playbook struct {
	Playbook playbook.ID        `json:"playbook" example:"referto-non-trovato"`
	Version  int                `json:"version" doc:"of the playbook; a run keeps the one it began with"`
	Title    string             `json:"title"`
	Source   string             `json:"source" example:"FAQ 2.8"`
	Run      int                `json:"run" doc:"number of the run in the ticket, from 1; the timeline shows earlier runs"`
	Entity   catalog.EntityCode `json:"entity" doc:"the entity to which the run belongs"`
	Checks   []Check            `json:"checks" doc:"first the applicable checks, in order; then the other checks"`
	Next     []playbook.CheckID `json:"next" doc:"id of the open check; empty if there is none"`
	Outcome  *Outcome           `json:"outcome,omitempty"`
}

// Check is one question of a playbook.
type Check struct {
	ID       playbook.CheckID `json:"id"`
	Playbook playbook.ID      `json:"playbook" doc:"one may lead into another"`
	Question string           `json:"question"`
	Help     string           `json:"help,omitempty"`
	Ask      string           `json:"ask,omitempty" doc:"a text with which to ask the citizen"`
	State    string           `json:"state" enum:"open,answered,not_applicable"`
	Answer   string           `json:"answer,omitempty" enum:"yes,no"`
	Evidence []Evidence       `json:"evidence"`
	By       *By              `json:"by,omitempty" doc:"who gave the answer"`
	At       *time.Time       `json:"at,omitempty"`
	Query    playbook.Query   `json:"query,omitempty" doc:"the connected system that can answer"`
	Tried    *Attempt         `json:"tried,omitempty" doc:"the last query that the connected system did not answer"`
}

// Evidence is one value that an answer needs.
type Evidence struct {
	ID            playbook.FieldID   `json:"id"`
	Type          playbook.FieldType `json:"type" enum:"date,identifier,iuv,ticket_number,choice,flag,text"`
	Label         string             `json:"label"`
	Required      bool               `json:"required" doc:"true if the answer needs this value; false if the playbook marks it as optional"`
	Options       []string           `json:"options"`
	Value         string             `json:"value,omitempty"`
	Warning       string             `json:"warning,omitempty" doc:"warning about the format of the value, which is stored as given"`
	WarningReason refusal.Reason     `json:"-"` // the warning as a code, which pages translate
}

// Attempt is a query that a connected system did not answer.
type Attempt struct {
	At    time.Time           `json:"at"`
	Why   ticket.QueryFailure `json:"why" enum:"no_system,unreachable,nonsense,not_known"`
	Label string              `json:"label" doc:"in Italian"`
}

// Outcome is the outcome of the answers. An update to its status carries it out; the same update may give answers.
type Outcome struct {
	ID         playbook.OutcomeID `json:"id"`
	Title      string             `json:"title"`
	Act        playbook.Action    `json:"act" enum:"ask,tell,wait,task,alert,escalate,resolve"`
	Status     ticket.Status      `json:"status"`
	Note       string             `json:"note" doc:"text of the note with its values; empty while evidence is missing"`
	Visibility ticket.Visibility  `json:"visibility" enum:"public,internal" doc:"visibility of the note; in a hand-over, a public note is for the Region"`
	Missing    []playbook.FieldID `json:"missing" doc:"evidence that the outcome needs and that is missing; of alternative fields, one is enough"`
	CarriedOut bool               `json:"carried_out"`
}

var unknownLabels = map[ticket.QueryFailure]string{
	ticket.NoSystemConnected: "nessun sistema collegato",
	ticket.SystemUnreachable: "il sistema non ha risposto",
	ticket.InvalidAnswer:     "il sistema ha dato una risposta non valida",
	ticket.AnswerNotKnown:    "il sistema non ha questa informazione",
}

var groundLabels = map[ticket.Ground]string{
	ticket.ByOutcome:     "Secondo l’esito delle verifiche",
	ticket.NotOurs:       "Non è della mia Azienda",
	ticket.SystemsDown:   "Forzatura: sistemi non disponibili",
	ticket.Urgent:        "Forzatura: urgenza",
	ticket.AskedByRegion: "Forzatura: richiesta della Regione",
	ticket.NotForeseen:   "Forzatura: caso non previsto dalle verifiche",
}

// seesPlaybookOf reports whether the viewer may read the answers of an entity's run. The entity's operators, the Region and the auditor
// may; the citizen and the ASR that gets the ticket next may not.
func (v Viewer) seesPlaybookOf(entity catalog.EntityCode) bool {
	return v.mayRead(policy.ReadChecks, entity, catalog.Region)
}

// PlaybookRun returns the ticket's run as the viewer may see it at the moment, or false if there is none for this viewer.
func (h History) PlaybookRun(v Viewer, n Names) (Playbook, bool) {
	if v.IsCitizen() || !h.isVisible(v) {
		return Playbook{}, false
	}
	rules := rules.Engine{Playbooks: n.Playbooks}
	run, _, ok := rules.RunFor(h.State)
	if !ok || !v.seesPlaybookOf(run.Entity) {
		return Playbook{}, false
	}
	walk, ok := rules.Walk(run)
	root, found := n.Playbooks.Find(run.Pinned.Playbook, run.Pinned.Version)
	if !ok || !found {
		return Playbook{}, false
	}
	p := Playbook{
		Playbook: root.ID, Version: root.Version, Title: root.Title, Source: root.Source, Run: run.N, Entity: run.Entity,
		Checks: []Check{}, Next: []playbook.CheckID{},
	}
	within := []*playbook.Playbook{root}
	for _, step := range walk.Steps {
		p.Checks = append(p.Checks, n.check(step.Playbook, *step.Check, run, h.At))
		if !slices.Contains(within, step.Playbook) {
			within = append(within, step.Playbook)
		}
	}
	for _, b := range within {
		for _, c := range b.Checks {
			if !slices.ContainsFunc(p.Checks, func(k Check) bool { return k.ID == c.ID }) {
				k := n.check(b, c, ticket.PlaybookRun{}, h.At)
				k.State = "not_applicable"
				p.Checks = append(p.Checks, k)
			}
		}
	}
	if walk.Open != nil {
		p.Next = append(p.Next, walk.Open.ID)
	}
	if o := walk.Outcome; o != nil {
		p.Outcome = &Outcome{
			ID: o.ID, Title: o.Title, Act: o.Action, Status: ticket.Status(o.Status), Visibility: ticket.Public,
			Missing: []playbook.FieldID{}, CarriedOut: run.Outcome == o.ID,
		}
		if o.Action.IsInternal() {
			p.Outcome.Visibility = ticket.Internal
		}
		text, missing := walk.Note()
		p.Outcome.Note, p.Outcome.Missing = text, append(p.Outcome.Missing, missing...)
	}
	return p, true
}

// check returns one check of a playbook with its answer in a run, if the run has one.
func (n Names) check(in *playbook.Playbook, c playbook.Check, run ticket.PlaybookRun, at time.Time) Check {
	k := Check{ID: c.ID, Playbook: in.ID, Question: c.Question, Help: c.Help, Ask: c.Ask, State: "open", Evidence: []Evidence{}}
	if c.System != nil {
		k.Query = c.System.Query
	}
	given, answered := run.Answers[c.ID]
	for _, e := range c.Evidence {
		f := in.Fields[slices.IndexFunc(in.Fields, func(f playbook.Field) bool { return f.ID == e.Field })]
		value := given.Evidence[f.ID]
		odd := f.Warning(value, at.In(calendar.Rome()))
		k.Evidence = append(k.Evidence, Evidence{
			ID: f.ID, Type: f.Type, Label: f.Label, Required: e.Required, Options: append([]string{}, f.Options...),
			Value: value, WarningReason: odd, Warning: odd.String(),
		})
	}
	if answered {
		by := n.byForOperator(given.By, "")
		k.State, k.Answer, k.By, k.At = "answered", "no", &by, &given.At
		if given.Yes {
			k.Answer = "yes"
		}
	}
	if tried, ok := run.Tried[c.ID]; ok {
		k.Tried = &Attempt{At: tried.At, Why: tried.Why, Label: unknownLabels[tried.Why]}
	}
	return k
}

// currentPlaybook returns the ticket's playbook, or nil if there is none or the viewer may not read its answers.
func (v Viewer) currentPlaybook(n Names, s ticket.State) *Labelled {
	run, _, ok := rules.Engine{Playbooks: n.Playbooks}.RunFor(s)
	if !ok || !v.seesPlaybookOf(run.Entity) {
		return nil
	}
	p, ok := n.Playbooks.Find(run.Pinned.Playbook, run.Pinned.Version)
	if !ok {
		return nil
	}
	return &Labelled{ID: string(p.ID), Label: p.Title}
}

// entityByRun maps the number of each run of a history to the entity that began it.
type entityByRun map[int]catalog.EntityCode

// collectRunEntities returns the entity of each run.
func collectRunEntities(history []ticket.Recorded) entityByRun {
	runs := entityByRun{}
	for _, r := range history {
		if e, ok := r.Event.(ticket.PlaybookStarted); ok {
			runs[e.Run] = e.Entity
		}
	}
	return runs
}

// ofEvent returns the entity of the run that an event belongs to, or false if the event belongs to no run.
func (runs entityByRun) ofEvent(e ticket.Event) (catalog.EntityCode, bool) {
	step, ok := e.(ticket.PlaybookEvent)
	if !ok {
		return "", false
	}
	switch step := step.(type) {
	case ticket.PlaybookStarted:
		return step.Entity, true
	case ticket.CheckAnswered:
		return step.Entity, true
	case ticket.CheckTried:
		return step.Entity, true
	case ticket.AnswersForgotten, ticket.OutcomeCarriedOut, ticket.PlaybookReminded:
	}
	return runs[step.RunNumber()], true
}

// question returns the question of a check, or its id if no loaded playbook has it.
func (n Names) question(id playbook.CheckID) string {
	for _, p := range n.Playbooks.Current() {
		if i := slices.IndexFunc(p.Checks, func(c playbook.Check) bool { return c.ID == id }); i >= 0 {
			return p.Checks[i].Question
		}
	}
	return string(id)
}

// title returns the title of a playbook or outcome, or its id if no loaded playbook has it.
func (n Names) title(id string) string {
	for _, p := range n.Playbooks.Current() {
		if string(p.ID) == id {
			return p.Title
		}
		if i := slices.IndexFunc(p.Outcomes, func(o playbook.Outcome) bool { return string(o.ID) == id }); i >= 0 {
			return p.Outcomes[i].Title
		}
	}
	return id
}

// Clock is the deadline of a hand-over. It is known from the warning before the deadline on.
type Clock struct {
	Handover int       `json:"handover"`
	Due      time.Time `json:"due"`
	Breached bool      `json:"breached"`
}

// setClock sets the ticket's clock from the warnings and breaches that the escalation saga recorded, if nobody has taken the hand-over yet.
func (t *Ticket) setClock(earlier []ticket.Recorded, s ticket.State) {
	if s.Status != ticket.StatusHandedOver && s.Status != ticket.StatusNew {
		return
	}
	clocks := map[int]Clock{}
	for _, r := range earlier {
		if e, ok := r.Event.(ticket.HandoverWarned); ok {
			clocks[e.Handover] = Clock{Handover: e.Handover, Due: e.Due}
		}
		if e, ok := r.Event.(ticket.HandoverBreached); ok {
			clocks[e.Handover] = Clock{Handover: e.Handover, Due: e.Due, Breached: true}
		}
	}
	if c, ok := clocks[s.Handover.N]; ok {
		t.Clock = &c
	}
}
