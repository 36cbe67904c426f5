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

// RunFor is the run that the ticket calls for: the one that is going on if it fits the problem and the competent ASR,
// otherwise the one that is to be begun, and fresh says so. False: no checks are prescribed. At the Region it is the run
// of the ASR that handed over.
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

// activeRun is the run of that number, if it is the one that the competent ASR goes on with.
func (r Engine) activeRun(s ticket.State, n int) (ticket.PlaybookRun, bool) {
	run, fresh, ok := r.RunFor(s)
	return run, ok && !fresh && run.N == n && run.Entity == s.Entity && !s.Erased
}

// Walk tells where a run stands. False: a version that it keeps is not loaded any more; nothing can be answered then,
// and nothing is demanded.
func (r Engine) Walk(run ticket.PlaybookRun) (playbook.Walk, bool) {
	return r.Playbooks.Walk(run.Pinned, run.PlaybookAnswers())
}

// decideBeginPlaybook starts the run that the ticket calls for.
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

// decideQueryResult takes what a connected system knows of a check that is open, or that a system answered before. What a person
// answered stands, unless the run waits for exactly that to be mended. Anything else is too late and changes nothing.
func (r Engine) decideQueryResult(s ticket.State, c ticket.RecordQueryResult, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveRecordQueryResult, by); err != nil {
		return nil, err
	}
	run, own := r.activeRun(s, c.Run)
	if !own {
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
	mended := run.Remind && step.Check.ID == walk.Steps[len(walk.Steps)-1].Check.ID
	if known && given.Query == "" && !mended {
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

// addAnswer adds an answer to the run and answers the events for it: none if it says nothing new.
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
		back := ticket.AnswersForgotten{Run: run.N, Checks: walk.ToForget}
		*run = run.Apply(ticket.Recorded{Event: back, By: by})
		events = append(events, back)
	}
	return events
}

// findStep finds a check that the walk has come to; nil: it is not asked.
func findStep(w playbook.Walk, id playbook.CheckID) *playbook.Step {
	i := slices.IndexFunc(w.Steps, func(s playbook.Step) bool { return s.Check.ID == id })
	if i < 0 {
		return nil
	}
	return &w.Steps[i]
}
