// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"maps"
	"slices"
	"strings"
)

// Answers are the answers of a run by check. A check that is not there is not known yet.
type Answers map[CheckID]Answer

// Answer is yes or no, with the evidence for it.
type Answer struct {
	Yes      bool
	Evidence Evidence
}

// Evidence are values by field, as given.
type Evidence map[FieldID]string

// PinnedVersions names the versions that a run keeps: its own, and those of every playbook that it can lead into.
type PinnedVersions struct {
	Playbook  ID         `json:"playbook"`
	Version   int        `json:"version"`
	Reachable map[ID]int `json:"leads,omitempty"`
}

// version of a playbook in the run.
func (p PinnedVersions) version(id ID) int {
	if id == p.Playbook {
		return p.Version
	}
	return p.Reachable[id]
}

// Step is a check that the walk reached.
type Step struct {
	Playbook *Playbook
	Check    *Check
	Answer   *Answer // nil: not known yet
}

// Walk is where a run stands: the checks that its answers reach, in order, and either the one that is open or the
// outcome. All other checks are not applicable.
type Walk struct {
	Steps   []Step
	Open    *Check
	Outcome *Outcome
	// ToForget lists, when the last answer led back to a check that the walk had passed, the checks whose answers are to be
	// forgotten: those from where it goes on. Open is the first of them.
	ToForget []CheckID

	playbook *Playbook // of the outcome
}

// Walk follows the answers through the pinned playbooks. It ends: a check that comes up a second time is the end. False:
// a pinned version is not loaded.
func (l *Library) Walk(pinned PinnedVersions, answers Answers) (Walk, bool) {
	var w Walk
	p, ok := l.Find(pinned.Playbook, pinned.Version)
	if !ok {
		return w, false
	}
	for at, again := p.Start, CheckID(""); ; {
		if w.hasPassed(at) {
			return w.returnTo(at, again), true
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
		to := check.No
		if answer.Yes {
			to = check.Yes
		}
		again = ""
		switch {
		case to.Outcome != "":
			w.Outcome, w.playbook = p.outcome(to.Outcome), p
			return w, true
		case to.Playbook != "":
			if p, ok = l.Find(to.Playbook, pinned.version(to.Playbook)); !ok {
				return w, false
			}
			if at, again = to.At, to.ReturnTo; at == "" {
				at = p.Start
			}
		default:
			at = to.Check
		}
	}
}

func (w Walk) hasPassed(id CheckID) bool {
	return slices.ContainsFunc(w.Steps, func(s Step) bool { return s.Check.ID == id })
}

// returnTo ends a walk that has come to a check again: it goes on there, or where the branch says.
func (w Walk) returnTo(at, again CheckID) Walk {
	if again != "" && w.hasPassed(again) {
		at = again
	}
	i := slices.IndexFunc(w.Steps, func(s Step) bool { return s.Check.ID == at })
	for _, s := range w.Steps[i:] {
		w.ToForget = append(w.ToForget, s.Check.ID)
	}
	w.Steps = slices.Clone(w.Steps[:i+1])
	w.Steps[i].Answer, w.Open = nil, w.Steps[i].Check
	return w
}

// Evidence is what the walk's answers hold together; a later check's value stands.
func (w Walk) Evidence() Evidence {
	all := Evidence{}
	for _, s := range w.Steps {
		if s.Answer != nil {
			maps.Copy(all, s.Answer.Evidence)
		}
	}
	return all
}

// Note is the outcome's text, filled in, and what is missing for it or for the outcome. A text with something missing
// is not to be sent.
func (w Walk) Note() (text string, missing []FieldID) {
	if w.Outcome == nil {
		return "", nil
	}
	return w.Outcome.renderNote(w.playbook, w.Evidence())
}

// PathText says a walk's answers in words, e.g. "referto=yes, inviato=no".
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

// Paths gives every end that a run can come to: each outcome with each way to it, and each way that comes back to a check.
func (l *Library) Paths(pinned PinnedVersions) func(yield func(Walk) bool) {
	return func(yield func(Walk) bool) {
		l.walkPaths(pinned, Answers{}, yield)
	}
}

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
