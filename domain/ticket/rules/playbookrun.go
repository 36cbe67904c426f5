// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"maps"
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// RunFor returns the run that is prescribed for the ticket: the present run if it is for the ticket's problem and competent ASR, else a new
// run, which is not started yet, with fresh true. At the Region it is the run of the ASR that handed over. ok is false if no checks are
// prescribed, and at the Region if the ASR had not started the run.
func (r Engine) RunFor(s ticket.State) (run ticket.PlaybookRun, fresh, ok bool) {
	at := s.Entity
	if at == catalog.Region {
		at = s.Handover.ASR
	}
	pinned, ok := r.Playbooks.Select(s.Service, s.Problem, s.Facilitated)
	if !ok || at == "" {
		return ticket.PlaybookRun{}, false, false
	}
	if s.Run.N > 0 && s.Run.Pinned.Playbook == pinned.Playbook && s.Run.Entity == at {
		return s.Run, false, true
	}
	if s.Entity == catalog.Region {
		return ticket.PlaybookRun{}, false, false
	}
	return ticket.PlaybookRun{N: s.Runs + 1, Pinned: pinned, Entity: at}, true, true
}

// activeRun returns the run with a number; false unless it is the present run of the competent ASR and the ticket is not erased.
func (r Engine) activeRun(s ticket.State, n int) (ticket.PlaybookRun, bool) {
	run, fresh, ok := r.RunFor(s)
	return run, ok && !fresh && run.N == n && run.Entity == s.Entity && !s.Erased
}

// Walk returns the path of a run through its playbook. It returns false if a pinned version of a playbook is not loaded; then no check can
// be answered and none is required.
func (r Engine) Walk(run ticket.PlaybookRun) (playbook.Walk, bool) {
	return r.Playbooks.Walk(run.Pinned, run.PlaybookAnswers())
}

// decideBeginPlaybook starts the run that is prescribed for the ticket, unless it is the present run.
func (r Engine) decideBeginPlaybook(s ticket.State, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveBeginPlaybook, by); err != nil {
		return nil, err
	}
	run, fresh, ok := r.RunFor(s)
	if !ok || !fresh || s.Erased {
		return nil, nil
	}
	return []ticket.Event{ticket.PlaybookStarted{Run: run.N, Pinned: run.Pinned, Entity: run.Entity}}, nil
}

// decideQueryResult records the result of a connected system for a check that is open or that a connected system answered before. It does
// not replace a person's answer, unless it is the last answer of a run that waits for a correction. In all other cases it changes nothing.
func (r Engine) decideQueryResult(s ticket.State, c ticket.RecordQueryResult, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveRecordQueryResult, by); err != nil {
		return nil, err
	}
	run, active := r.activeRun(s, c.Run)
	if !active {
		return nil, nil
	}
	walk, ok := r.Walk(run)
	step := findStep(walk, c.Check)
	if !ok || step == nil {
		return nil, nil
	}
	given, known := run.Answers[c.Check]
	if c.Answer == nil {
		if known {
			return nil, nil
		}
		return []ticket.Event{ticket.CheckTried{Run: run.N, Entity: run.Entity, Check: c.Check, Query: c.Query, Why: c.Why}}, nil
	}
	corrected := run.Remind && step.Check.ID == walk.Steps[len(walk.Steps)-1].Check.ID
	if known && given.Query == "" && !corrected {
		return nil, nil
	}
	evidence := playbook.Evidence{}
	for _, f := range step.Check.Evidence {
		if v, ok := c.Evidence[f.Field]; ok {
			evidence[f.Field] = v
		}
	}
	return r.addAnswer(&run, ticket.AnswerInput{Check: c.Check, Yes: *c.Answer, Evidence: evidence}, c.Query, by), nil
}

// addAnswer applies an answer to the run and returns its events; none if neither the answer nor its evidence changes. Evidence that a
// repeated answer leaves out stays.
func (r Engine) addAnswer(run *ticket.PlaybookRun, a ticket.AnswerInput, query playbook.Query, by person.Actor) []ticket.Event {
	given, known := run.Answers[a.Check]
	evidence := maps.Clone(a.Evidence)
	if known && given.Yes == a.Yes {
		evidence = maps.Clone(given.Evidence)
		if evidence == nil {
			evidence = playbook.Evidence{}
		}
		maps.Copy(evidence, a.Evidence)
		if maps.Equal(evidence, given.Evidence) || len(evidence)+len(given.Evidence) == 0 {
			return nil
		}
	}
	e := ticket.CheckAnswered{Run: run.N, Entity: run.Entity, Check: a.Check, Yes: a.Yes, Query: query}
	if len(evidence) > 0 {
		e.Personal = &ticket.Evidence{Values: evidence}
	}
	*run = run.Apply(ticket.Recorded{Event: e, By: by})
	events := []ticket.Event{e}
	if walk, ok := r.Walk(*run); ok && len(walk.ToForget) > 0 {
		forgotten := ticket.AnswersForgotten{Run: run.N, Checks: walk.ToForget}
		*run = run.Apply(ticket.Recorded{Event: forgotten, By: by})
		events = append(events, forgotten)
	}
	return events
}

// findStep returns the step of a check; nil if the walk did not reach the check.
func findStep(w playbook.Walk, id playbook.CheckID) *playbook.Step {
	i := slices.IndexFunc(w.Steps, func(s playbook.Step) bool { return s.Check.ID == id })
	if i < 0 {
		return nil
	}
	return &w.Steps[i]
}
