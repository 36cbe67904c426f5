// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// TestCheckActs: each difference between what clients were told and what is stored is found and counted to its kind of fault.
func TestCheckActs(t *testing.T) {
	note := func(status int) *act {
		return &act{round: Slow, ticket: "t", marker: "segno-000001", answer: response{status: status}}
	}
	undo := func(status int) *act { return &act{round: Slow, ticket: "t", answer: response{status: status}} }
	for name, c := range map[string]struct {
		acts           []*act
		marked, stored int // events with the note's marker, and acts on the ticket
		lost, doubled  int
		problem        string
	}{
		"all is stored":                   {acts: []*act{note(200), undo(200)}, marked: 1, stored: 2},
		"a refused act is not stored":     {acts: []*act{note(409)}},
		"a note is lost":                  {acts: []*act{note(200)}, marked: 0, stored: 0, lost: 1, problem: "lost during slow"},
		"a note is stored twice":          {acts: []*act{note(200)}, marked: 2, stored: 2, doubled: 1, problem: "stored 2 times"},
		"a note is refused and stored":    {acts: []*act{note(409)}, marked: 1, stored: 1, problem: "refused and stored"},
		"an act without a text is lost":   {acts: []*act{note(200), undo(200)}, marked: 1, stored: 1, lost: 1, problem: "some were lost"},
		"an act without a text is double": {acts: []*act{note(200), undo(200)}, marked: 1, stored: 3, doubled: 1, problem: "stored twice"},
		"an undo is refused and stored":   {acts: []*act{note(200), undo(409)}, marked: 1, stored: 2, problem: "some were refused and stored"},
	} {
		l := &logContent{markers: map[string]int{"segno-000001": c.marked}, acts: map[ticket.ID]map[ticket.ID]bool{"t": {}}}
		for n := range c.stored {
			l.acts["t"][ticket.ID(rune('a'+n))] = true
		}
		var r Report
		l.checkActs(c.acts, &r)
		k, problems := r.kind(Slow), strings.Join(r.Problems, "\n")
		if k.Lost != c.lost || k.Doubled != c.doubled || (problems == "") != (c.problem == "") || !strings.Contains(problems, c.problem) {
			t.Errorf("%s: got %d lost, %d doubled, %q, want %d, %d, %q", name, k.Lost, k.Doubled, problems, c.lost, c.doubled, c.problem)
		}
	}
}
