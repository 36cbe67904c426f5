// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/sol-assistenza/sol/domain/ticket"
	. "github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

func TestUndoAndReplyHaveALimit(t *testing.T) {
	held := State{Last: LastAct{HeldUntil: heldUntil}}
	last := heldUntil.Add(-time.Microsecond)
	for name, c := range map[string]struct {
		command Command
		now     time.Time
		want    time.Time
	}{
		"undo while the note is held":   {Undo{}, noon, last},
		"undo at the last moment":       {Undo{}, last, last},
		"undo at the end of the hold":   {Undo{}, heldUntil, time.Time{}},
		"reply while the note is held":  {Reply{}, noon, last},
		"reply after the hold":          {Reply{}, heldUntil, time.Time{}},
		"update while the note is held": {Update{}, noon, time.Time{}},
	} {
		if got := NotAfter(held, c.command, c.now); !got.Equal(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// TestDecisionsHoldUntilTheirLimit checks that what the rules decide of an undo or a reply does not depend on the time up to the limit, and
// not at all without one. The other commands write times into their events and are decided once.
func TestDecisionsHoldUntilTheirLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, s := range tickettest.DrawTicket(t, id, 40, true).Steps {
			_, undoes := s.Command.(Undo)
			_, replies := s.Command.(Reply)
			if !undoes && !replies || s.Err != nil {
				continue
			}
			limit := NotAfter(s.Before, s.Command, s.Now)
			later := limit
			if limit.IsZero() {
				later = s.Now.Add(time.Hour)
			}
			first, err := tickettest.Engine.Decide(s.Before, s.Command, s.By, s.Now)
			if err != nil {
				t.Fatalf("%T decided again: %v", s.Command, err)
			}
			events, err := tickettest.Engine.Decide(s.Before, s.Command, s.By, later)
			if err != nil || !reflect.DeepEqual(events, first) {
				t.Fatalf("%T decided at %v gives %v, and at %v, up to the limit %v, %v, %v; want the same", s.Command, s.Now, first, later, limit, events, err)
			}
		}
	})
}
