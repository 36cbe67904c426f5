// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"maps"

	"github.com/sol-assistenza/sol/domain/playbook"
)

// Apply returns the run after an event. It copies the maps that it changes, so that earlier states stay as they are.
func (run PlaybookRun) Apply(r Recorded) PlaybookRun {
	step, ok := r.Event.(PlaybookEvent)
	if !ok {
		return run
	}
	switch e := step.(type) {
	case PlaybookStarted:
		return PlaybookRun{N: e.Run, Pinned: e.Pinned, Entity: e.Entity}
	case CheckAnswered:
		if e.Run != run.N {
			return run
		}
		given := GivenAnswer{Yes: e.Yes, By: r.By, At: r.At, Query: e.Query}
		if e.Personal != nil {
			given.Evidence = e.Personal.Values
		}
		before, known := run.Answers[e.Check]
		run.Answers, run.Tried = withEntry(run.Answers, e.Check, given), withoutKeys(run.Tried, e.Check)
		if !known || before.Yes != e.Yes { // a change of evidence alone keeps the outcome
			run.Outcome, run.Remind, run.Reminded = "", false, 0
		}
	case CheckTried:
		if e.Run == run.N {
			run.Tried = withEntry(run.Tried, e.Check, FailedQuery{At: r.At, Why: e.Why})
		}
	case AnswersForgotten:
		if e.Run == run.N {
			run.Answers = withoutKeys(run.Answers, e.Checks...)
		}
	case OutcomeCarriedOut:
		run.Outcome, run.Remind, run.Reminded = e.Outcome, e.Remind, 0
	case PlaybookReminded:
		run.Reminded = e.N
	}
	return run
}

// withoutEvidence returns the run with its answers but without their evidence, for an erased ticket.
func (run PlaybookRun) withoutEvidence() PlaybookRun {
	answers := make(map[playbook.CheckID]GivenAnswer, len(run.Answers))
	for id, given := range run.Answers {
		given.Evidence = nil
		answers[id] = given
	}
	run.Answers = answers
	return run
}

// PlaybookAnswers returns the answers of the run in the type of package playbook.
func (run PlaybookRun) PlaybookAnswers() playbook.Answers {
	known := make(playbook.Answers, len(run.Answers))
	for id, given := range run.Answers {
		known[id] = playbook.Answer{Yes: given.Yes, Evidence: given.Evidence}
	}
	return known
}

// withEntry returns a copy of the map with the entry.
func withEntry[K comparable, V any](m map[K]V, k K, v V) map[K]V {
	c := make(map[K]V, len(m)+1)
	maps.Copy(c, m)
	c[k] = v
	return c
}

// withoutKeys returns a copy of the map without the keys.
func withoutKeys[K comparable, V any](m map[K]V, keys ...K) map[K]V {
	c := maps.Clone(m)
	for _, k := range keys {
		delete(c, k)
	}
	return c
}
