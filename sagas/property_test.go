// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// applyTimers applies the actions to the timers, as the runner does.
func applyTimers(timers map[string]runtime.Schedule, actions []runtime.Action) {
	for _, a := range actions {
		switch a := a.(type) {
		case runtime.Schedule:
			timers[a.Key] = a
		case runtime.Cancel:
			delete(timers, a.Key)
		case runtime.Dispatch, runtime.Send, runtime.SendLater:
		}
	}
}

// replay folds a ticket's history. After every event it checks that the timers set so far equal those that Pending returns.
func replay[S comparable](t *rapid.T, s runtime.Saga[S], l tickettest.RandomTicket,
	check func(S, ticket.State, map[string]runtime.Schedule)) {
	var (
		state  S
		status ticket.State
		timers = make(map[string]runtime.Schedule)
	)
	for _, r := range l.History {
		var actions []runtime.Action
		state, actions = s.React(state, r)
		applyTimers(timers, actions)
		status = ticket.Evolve(status, r)
		wanted := make(map[string]runtime.Schedule)
		for _, w := range s.Pending(state) {
			wanted[w.Key] = w
		}
		if !reflect.DeepEqual(timers, wanted) {
			t.Fatalf("after %T: got timers %+v, want %+v as Pending returns", r.Event, timers, wanted)
		}
		check(state, status, timers)
	}
}

func TestAutoCloseHasATimerForEachResolvedTicketOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := tickettest.DrawTicket(t, testTicket, 30, true)
		replay(t, AutoClose(catalog.Default()), l, func(_ autoCloseState, s ticket.State, timers map[string]runtime.Schedule) {
			if s.Status != ticket.StatusResolved || s.Informing.Note != "" { // the waiting time begins once a citizen without e-mail was told
				if len(timers) > 0 {
					t.Fatalf("a ticket that is %s, with %+v: got timers %+v", s.Status, s.Informing, timers)
				}
				return
			}
			want := ticket.Close{Resolution: s.Resolution}
			if len(timers) != 1 || timers[autoCloseState{Resolution: s.Resolution}.timerKey()].Command != want {
				t.Fatalf("resolution %d: got timers %+v", s.Resolution, timers)
			}
		})
	})
}

func TestSuccessionHasATimerAtEntitiesThatEndOnly(t *testing.T) {
	c := sagastest.CatalogWithSuccession(t)
	rapid.Check(t, func(t *rapid.T) {
		l := tickettest.DrawTicket(t, testTicket, 30, true)
		replay(t, Succession(c), l, func(_ successionState, s ticket.State, timers map[string]runtime.Schedule) {
			waits := s.Status != ticket.StatusClosed && s.Entity == sagastest.Torino
			if _, set := timers["succeed/010301"]; set != waits || len(timers) > 1 {
				t.Fatalf("a ticket that is %s at %s: got timers %+v", s.Status, s.Entity, timers)
			}
		})
	})
}

func TestHandoverClockRunsUntilTheReceiverActs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := tickettest.DrawTicket(t, testTicket, 40, true)
		replay(t, Escalation(catalog.Default()), l, func(_ undoState[escalationState], s ticket.State, timers map[string]runtime.Schedule) {
			untaken := s.Status == ticket.StatusHandedOver || s.Status == ticket.StatusNew && s.Handover.N > 0 && s.Entity != catalog.Region
			clocks := 0
			for key, timer := range timers {
				if !strings.HasPrefix(key, "ping-pong/") {
					clocks++
				} else if s.Handovers < pingPongThreshold {
					t.Fatalf("%d hand-overs: got a ping-pong timer, want none", s.Handovers)
				}
				if w, ok := timer.Command.(ticket.WarnHandover); ok && w.Handover != s.Handover.N {
					t.Fatalf("got a warning for hand-over %d, want %d", w.Handover, s.Handover.N)
				}
			}
			want := 0
			if untaken && !s.Handover.Breached {
				want = 2
				if s.Handover.Warned {
					want = 1
				}
			}
			if clocks != want {
				t.Fatalf("a ticket that is %s at %s with hand-over %+v: got timers %+v", s.Status, s.Entity, s.Handover, timers)
			}
		})
	})
}

func TestQuestionsHaveRemindersWhileTheyWait(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := tickettest.DrawTicket(t, testTicket, 40, true)
		replay(t, Waiting(catalog.Default()), l, func(_ undoState[waitingState], s ticket.State, timers map[string]runtime.Schedule) {
			want := 0
			toTell := s.Informing // to a citizen without e-mail, whose days begin once the question was told
			uninformed := toTell.Note != "" && (toTell.Note == s.Asked.Note || toTell.Before == s.Asked.Note) && s.Asked.Reminded == 0
			if s.Status == ticket.StatusWaiting && !s.Erased && !uninformed {
				want = max(0, 2-s.Asked.Reminded)
			}
			if len(timers) != want {
				t.Fatalf("a ticket that is %s: got timers %+v", s.Status, timers)
			}
			for _, timer := range timers {
				if c, ok := timer.Command.(ticket.RemindCitizen); !ok || c.Question != s.Asked.Note {
					t.Fatalf("question %q: got command %+v", s.Asked.Note, timer.Command)
				}
			}
		})
	})
}
