// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"maps"
	"slices"
	"strings"
)

// Answers holds a run's answers by check. A check that is not in it has no answer yet.
type Answers map[CheckID]Answer

// Answer is yes or no, with its evidence.
type Answer struct {
	Yes      bool
	Evidence Evidence
}

// Evidence holds values by field, as given.
type Evidence map[FieldID]string

// PinnedVersions holds the versions that a run keeps: that of its playbook, and those of all playbooks that it can reach.
type PinnedVersions struct {
	Playbook  ID         `json:"playbook"`
	Version   int        `json:"version"`
	Reachable map[ID]int `json:"leads,omitempty"`
}

// version returns the version of a playbook in the run; 0 if the run cannot reach it.
func (p PinnedVersions) version(id ID) int {
	if id == p.Playbook {
		return p.Version
	}
	return p.Reachable[id]
}

// Step is a check on the walk's path.
type Step struct {
	Playbook *Playbook
	Check    *Check
	Answer   *Answer // nil: no answer yet
}

// Walk is the path of a run through its playbooks: the checks that its answers reach, in order, and at its end either an open check or an
// outcome. All other checks are not applicable.
type Walk struct {
	Steps   []Step
	Open    *Check
	Outcome *Outcome
	// ToForget is set if the last answer led back to a check that the walk had passed. It lists the checks whose answers must be forgotten:
	// the one at which the run continues, which is Open, and all after it.
	ToForget []CheckID

	playbook *Playbook // the outcome's
}

// Walk follows the answers through the pinned playbooks. It always ends, because it stops at a check that it reaches a second time. It
// does not change answers. False: a pinned version is not loaded.
func (l *Library) Walk(pinned PinnedVersions, answers Answers) (Walk, bool) {
	var w Walk
	p, ok := l.Find(pinned.Playbook, pinned.Version)
	if !ok {
		return w, false
	}
	for at, returnCheck := p.Start, CheckID(""); ; {
		if w.hasPassed(at) {
			return w.returnTo(at, returnCheck), true
		}
		check := p.find(at)
		step := Step{Playbook: p, Check: check}
		answer, known := answers[at]
		if !known {
			w.Steps, w.Open = append(w.Steps, step), check
			return w, true
		}
		step.Answer = &answer
		w.Steps = append(w.Steps, step)
		branch := check.No
		if answer.Yes {
			branch = check.Yes
		}
		returnCheck = ""
		switch {
		case branch.Outcome != "":
			w.Outcome, w.playbook = p.outcome(branch.Outcome), p
			return w, true
		case branch.Playbook != "":
			if p, ok = l.Find(branch.Playbook, pinned.version(branch.Playbook)); !ok {
				return w, false
			}
			if at, returnCheck = branch.At, branch.ReturnTo; at == "" {
				at = p.Start
			}
		default:
			at = branch.Check
		}
	}
}

// hasPassed reports whether the walk has a step at the check.
func (w Walk) hasPassed(id CheckID) bool {
	return slices.ContainsFunc(w.Steps, func(s Step) bool { return s.Check.ID == id })
}

// returnTo ends a walk that reaches a check a second time. The run continues at that check or, if the walk has passed it, at the check
// that the branch names in ReturnTo. The answers from there on are to be forgotten.
func (w Walk) returnTo(at, returnCheck CheckID) Walk {
	if returnCheck != "" && w.hasPassed(returnCheck) {
		at = returnCheck
	}
	i := slices.IndexFunc(w.Steps, func(s Step) bool { return s.Check.ID == at })
	for _, s := range w.Steps[i:] {
		w.ToForget = append(w.ToForget, s.Check.ID)
	}
	w.Steps = slices.Clone(w.Steps[:i+1])
	w.Steps[i].Answer, w.Open = nil, w.Steps[i].Check
	return w
}

// Evidence returns the evidence of all answers of the walk. If two answers hold the same field, the later check's value counts.
func (w Walk) Evidence() Evidence {
	all := Evidence{}
	for _, s := range w.Steps {
		if s.Answer != nil {
			maps.Copy(all, s.Answer.Evidence)
		}
	}
	return all
}

// Note returns the text of the outcome's note and the fields that are missing for the note or for the outcome. A text with missing fields
// must not be sent.
func (w Walk) Note() (text string, missing []FieldID) {
	if w.Outcome == nil {
		return "", nil
	}
	return w.Outcome.renderNote(w.playbook, w.Evidence())
}

// PathText returns the walk's answers as text, e.g. "referto=yes, inviato=no"; an open check is shown as "=?".
func (w Walk) PathText() string {
	var texts []string
	for _, s := range w.Steps {
		switch {
		case s.Answer == nil:
			texts = append(texts, string(s.Check.ID)+"=?")
		case s.Answer.Yes:
			texts = append(texts, string(s.Check.ID)+"=yes")
		default:
			texts = append(texts, string(s.Check.ID)+"=no")
		}
	}
	return strings.Join(texts, ", ")
}

// Paths yields every complete path of a run: each path to an outcome, and each path that returns to a check.
func (l *Library) Paths(pinned PinnedVersions) func(yield func(Walk) bool) {
	return func(yield func(Walk) bool) {
		l.walkPaths(pinned, Answers{}, yield)
	}
}

// walkPaths yields every walk that continues the answers, each to its end. It returns false when yield does.
func (l *Library) walkPaths(pinned PinnedVersions, answers Answers, yield func(Walk) bool) bool {
	w, ok := l.Walk(pinned, answers)
	switch {
	case !ok:
		return true
	case w.Outcome != nil || len(w.ToForget) > 0:
		return yield(w)
	}
	for _, yes := range []bool{true, false} {
		answers[w.Open.ID] = Answer{Yes: yes}
		if !l.walkPaths(pinned, answers, yield) {
			return false
		}
	}
	delete(answers, w.Open.ID)
	return true
}
