// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"maps"

	"github.com/sol-assistenza/sol/domain/playbook"
)

// after remembers what an event says of the run. Maps are copied: an earlier state keeps its own.
func (run Run) after(r Recorded) Run {
	switch e := r.Event.(type) {
	case PlaybookStarted:
		return Run{N: e.Run, Pinned: e.Pinned, Entity: e.Entity}
	case CheckAnswered:
		if e.Run != run.N {
			return run
		}
		given := Given{Yes: e.Yes, By: r.By, At: r.At, Query: e.Query}
		if e.Personal != nil {
			given.Evidence = e.Personal.Values
		}
		before, known := run.Answers[e.Check]
		run.Answers, run.Tried = with(run.Answers, e.Check, given), without(run.Tried, e.Check)
		if !known || before.Yes != e.Yes { // evidence alone mends nothing
			run.Outcome, run.Remind, run.Reminded = "", false, 0
		}
	case CheckTried:
		if e.Run == run.N {
			run.Tried = with(run.Tried, e.Check, Tried{At: r.At, Why: e.Why})
		}
	case AnswersForgotten:
		if e.Run == run.N {
			run.Answers = without(run.Answers, e.Checks...)
		}
	case OutcomeCarriedOut:
		run.Outcome, run.Remind, run.Reminded = e.Outcome, e.Remind, 0
	case PlaybookReminded:
		run.Reminded = e.N
	case Opened, Assigned, Unassigned, Taken, CitizenNote, InternalNote, RegionalNote, CitizenAsked, Resumed, CitizenReplied,
		Escalated, Recalled, Redirected, Resolved, Discarded, MarkedDuplicate, Reopened, ActWithdrawn, AutoClosed, Succeeded,
		Reclassified, HandoverWarned, HandoverBreached, PingPongNoticed, CitizenReminded, ContactFailed, PersonalDataErased:
	}
	return run
}

// erased drops the evidence, which nobody can read any more; the answers stay.
func (run Run) erased() Run {
	answers := make(map[playbook.CheckID]Given, len(run.Answers))
	for id, given := range run.Answers {
		given.Evidence = nil
		answers[id] = given
	}
	run.Answers = answers
	return run
}

// Known are the run's answers as the playbook's walk takes them.
func (run Run) Known() playbook.Answers {
	known := make(playbook.Answers, len(run.Answers))
	for id, given := range run.Answers {
		known[id] = playbook.Answer{Yes: given.Yes, Evidence: given.Evidence}
	}
	return known
}

func with[K comparable, V any](m map[K]V, k K, v V) map[K]V {
	c := make(map[K]V, len(m)+1)
	maps.Copy(c, m)
	c[k] = v
	return c
}

func without[K comparable, V any](m map[K]V, keys ...K) map[K]V {
	c := maps.Clone(m)
	for _, k := range keys {
		delete(c, k)
	}
	return c
}
