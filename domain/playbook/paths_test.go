// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/playbook"
)

// pinned returns the versions of a new run of the playbook.
func pinned(t *testing.T, l *playbook.Library, id playbook.ID) playbook.PinnedVersions {
	t.Helper()
	for _, p := range l.Current() {
		if p.ID == id {
			run, ok := l.Select(p.Starts[0].Service, p.Starts[0].Problem, p.Starts[0].Facilitated)
			if !ok || run.Playbook != id {
				t.Fatalf("got run %+v, %t, want a run of %s", run, ok, id)
			}
			return run
		}
	}
	t.Fatalf("playbook %s is not in the library", id)
	return playbook.PinnedVersions{}
}

// hasOneEnd reports whether a walk has exactly one end, an outcome or an open check, and passes no check twice.
func hasOneEnd(w playbook.Walk) bool {
	last := w.Steps[len(w.Steps)-1]
	if (w.Open == nil) == (w.Outcome == nil) || (w.Open != nil) != (last.Answer == nil) || w.Open != nil && w.Open.ID != last.Check.ID {
		return false
	}
	seen := map[playbook.CheckID]bool{}
	for _, s := range w.Steps {
		if seen[s.Check.ID] || s.Check.ID != last.Check.ID && s.Answer == nil {
			return false
		}
		seen[s.Check.ID] = true
	}
	return true
}

// The test covers all combinations of yes, no and not known of each playbook: a walk depends only on the answers of the checks that it
// reaches, so it is enough to cut each path at each of its checks. The number of paths is given, so that a lost path is noticed.
func TestEveryCombinationHasOneEnd(t *testing.T) {
	l := playbook.Default()
	paths := map[playbook.ID]int{
		"accesso-facilitato": 6, "invio-fallito": 2, "mancato-pagamento": 32, "non-scaricabile-pagamento": 19,
		"referto-non-trovato": 7, "referto-non-visualizzabile": 24,
	}
	reached := map[playbook.ID]map[playbook.OutcomeID]bool{}
	for id, want := range paths {
		run, n := pinned(t, l, id), 0
		for end := range l.Paths(run) {
			n++
			answers := playbook.Answers{}
			for _, s := range end.Steps {
				w, ok := l.Walk(run, answers)
				if !ok || !hasOneEnd(w) || w.Open == nil || w.Open.ID != s.Check.ID {
					t.Fatalf("%s: answers %v: got %+v, want open check %s", id, answers, w, s.Check.ID)
				}
				if s.Answer != nil {
					answers[s.Check.ID] = *s.Answer
				}
			}
			if !hasOneEnd(end) {
				t.Fatalf("%s: path %s: got %+v, want one end", id, end.PathText(), end)
			}
			if end.Outcome != nil {
				in := end.Steps[len(end.Steps)-1].Playbook.ID
				if reached[in] == nil {
					reached[in] = map[playbook.OutcomeID]bool{}
				}
				reached[in][end.Outcome.ID] = true
			}
		}
		if n != want {
			t.Errorf("%s: got %d paths, want %d", id, n, want)
		}
	}
	for _, p := range l.Current() {
		for _, o := range p.Outcomes {
			if !reached[p.ID][o.ID] {
				t.Errorf("got no path to outcome %s of %s, want one", o.ID, p.ID)
			}
		}
	}
}

// Any answers to checks of this and other playbooks lead to one end, and Walk does not change them.
func TestAnyAnswersHaveOneEnd(t *testing.T) {
	l := playbook.Default()
	var all []playbook.CheckID
	for _, p := range l.Current() {
		for _, c := range p.Checks {
			all = append(all, c.ID)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		p := rapid.SampledFrom(l.Current()).Draw(r, "playbook")
		run, answers := pinned(t, l, p.ID), playbook.Answers{}
		for _, id := range all {
			if known := rapid.IntRange(0, 2).Draw(r, string(id)); known < 2 {
				answers[id] = playbook.Answer{Yes: known == 1}
			}
		}
		before := maps.Clone(answers)
		w, ok := l.Walk(run, answers)
		if !ok || !hasOneEnd(w) {
			r.Fatalf("answers %v: got %+v, want one end", answers, w)
		}
		if !maps.EqualFunc(before, answers, func(a, b playbook.Answer) bool { return a.Yes == b.Yes }) {
			r.Fatal("got changed answers, want them unchanged")
		}
		for _, forgotten := range w.ToForget {
			delete(answers, forgotten)
		}
		if again, _ := l.Walk(run, answers); len(w.ToForget) > 0 && (len(again.ToForget) > 0 || again.Open == nil || again.Open.ID != w.Open.ID) {
			r.Fatalf("without the answers %v: got %+v, want open check %s", w.ToForget, again, w.Open.ID)
		}
	})
}

// FAQ 2.11: if the report is still not downloadable, the run returns to the checks of FAQ 2.9. It keeps the answer that the report is the
// patient's and asks again whether it is paid.
func TestReturnForgetsLaterAnswers(t *testing.T) {
	l := playbook.Default()
	yes, no := playbook.Answer{Yes: true}, playbook.Answer{}
	w, ok := l.Walk(pinned(t, l, "referto-non-visualizzabile"), playbook.Answers{
		"referto-del-paziente": yes, "referto-pagato": no, "pagamento-dichiarato": yes, "pagamento-risulta": yes, "altro-da-pagare": no,
		"pagamento-registrato": yes, "metadati-inviati": yes, "ora-scaricabile": no,
	})
	want := []playbook.CheckID{"referto-pagato", "pagamento-dichiarato", "pagamento-risulta", "altro-da-pagare",
		"pagamento-registrato", "metadati-inviati", "ora-scaricabile"}
	if !ok || !slices.Equal(w.ToForget, want) || w.Open == nil || w.Open.ID != "referto-pagato" || len(w.Steps) != 2 {
		t.Errorf("got %+v, want open check referto-pagato and %v to forget", w, want)
	}
}

func TestMissingVersionIsReported(t *testing.T) {
	l := playbook.Default()
	run := pinned(t, l, "referto-non-trovato")
	run.Version = 99
	if _, ok := l.Walk(run, nil); ok {
		t.Error("got a walk of version 99, want none")
	}
	var none *playbook.Library
	if _, ok := none.Select("ritiro-documenti", "referto-non-trovato", false); ok || len(none.Current()) > 0 {
		t.Error("got playbooks of a nil library, want none")
	}
}
