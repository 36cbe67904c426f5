// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

func TestRefertoCheckReacts(t *testing.T) {
	system := person.Actor{ID: "connector", Role: person.System}
	opened := ticket.Opened{Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: sagastest.Torino}
	pinned := playbook.PinnedVersions{Playbook: "referto-non-trovato", Version: 1, Reachable: map[playbook.ID]int{"invio-fallito": 1}}
	started := ticket.PlaybookStarted{Run: 1, Pinned: pinned, Entity: sagastest.Torino}
	answer := func(c playbook.CheckID, yes bool) ticket.CheckAnswered {
		return ticket.CheckAnswered{Run: 1, Check: c, Yes: yes}
	}
	tried := func(why ticket.QueryFailure) ticket.CheckTried {
		return ticket.CheckTried{Run: 1, Check: "referto-individuato", Why: why}
	}
	waits := ticket.OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Action: playbook.Wait, Remind: true}
	notSent := []ticket.Event{opened, started, answer("referto-individuato", true), answer("referto-della-asr", true),
		answer("scarico-richiesto", true), answer("referto-inviato", false)}
	waiting := append(append([]ticket.Event{}, notSent...), answer("invio-corretto", false), waits)
	upTo := func(events []ticket.Event, more ...ticket.Event) []ticket.Event {
		return append(append([]ticket.Event{}, events...), more...)
	}
	for name, c := range map[string]struct {
		given []ticket.Event
		then  []string
	}{
		"a ticket starts the checks of its problem": {[]ticket.Event{opened}, []string{"dispatch begin"}},
		"a problem without checks starts none": {[]ticket.Event{ticket.Opened{Service: "ritiro-documenti", Problem: "altro",
			Entity: sagastest.Torino}}, nil},
		"a run asks for its first check": {[]ticket.Event{opened, started}, []string{"cancel ask", "send referto-individuato"}},
		"an answer asks for the next check": {[]ticket.Event{opened, started, answer("referto-individuato", true)},
			[]string{"cancel ask", "send referto-della-asr"}},
		"without a system nothing is asked again": {[]ticket.Event{opened, started, tried(ticket.NoSystemConnected)}, []string{"cancel ask"}},
		"an unreachable system is asked later":    {[]ticket.Event{opened, started, tried(ticket.SystemUnreachable)}, []string{"later ask"}},
		"checks continue in another playbook":     {notSent, []string{"cancel ask", "send invio-corretto"}},
		"a waiting run has a reminder":            {waiting, []string{"schedule remind/1/1"}},
		"a reminder sets the next and asks": {upTo(waiting, ticket.PlaybookReminded{Run: 1, N: 1}),
			[]string{"cancel remind/1/1", "schedule remind/1/2", "cancel ask", "send invio-corretto"}},
		"an outcome from a system is proposed": {upTo(waiting, answer("invio-corretto", true)),
			[]string{"cancel remind/1/1", "cancel ask", "send proposal"}},
		"a hand-over stops the run": {upTo(waiting, ticket.Escalated{From: sagastest.Torino}),
			[]string{"cancel remind/1/1", "cancel ask"}},
		"a recall continues the run": {upTo(waiting, ticket.Escalated{From: sagastest.Torino},
			ticket.Recalled{Entity: sagastest.Torino}), []string{"schedule remind/1/1", "cancel ask"}},
		"another ASR starts a new run": {upTo(waiting, ticket.Escalated{From: sagastest.Torino},
			ticket.Redirected{To: sagastest.Cuneo}), []string{"dispatch begin", "cancel ask"}},
		"another problem starts a new run": {upTo(waiting,
			ticket.Reclassified{Service: "ritiro-documenti", Problem: "mancato-pagamento"}),
			[]string{"cancel remind/1/1", "dispatch begin", "cancel ask"}},
		"a problem without checks ends the run": {upTo(waiting, ticket.Reclassified{Service: "ritiro-documenti", Problem: "altro"}),
			[]string{"cancel remind/1/1", "cancel ask"}},
		"the former problem continues the run": {upTo(waiting, ticket.Reclassified{Service: "ritiro-documenti", Problem: "altro"},
			ticket.Reclassified{Service: "ritiro-documenti", Problem: "referto-non-trovato"}), []string{"schedule remind/1/1", "cancel ask"}},
		"the same ASR continues and asks again": {[]ticket.Event{opened, started, ticket.Escalated{From: sagastest.Torino},
			ticket.Redirected{To: sagastest.Torino}}, []string{"cancel ask", "send referto-individuato"}},
		"the same answer again keeps the reminder": {upTo(waiting, answer("referto-individuato", true)), []string{"cancel ask"}},
		"a resolution stops the run":               {upTo(waiting, ticket.Resolved{Resolution: 1}), []string{"cancel remind/1/1", "cancel ask"}},
		"a reopening continues the run": {upTo(waiting, ticket.Resolved{Resolution: 1}, ticket.Reopened{}),
			[]string{"schedule remind/1/1", "cancel ask"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, state, actions := RefertoCheck(catalog.Default(), playbook.Default()), undoState[refertoCheckState]{}, []runtime.Action(nil)
			for _, r := range record(c.given...) {
				if _, ok := r.Event.(ticket.CheckAnswered); ok {
					r.By = system
				}
				state, actions = s.React(state, r)
			}
			if got := keys(actions); !reflect.DeepEqual(got, c.then) {
				t.Errorf("got actions %q, want %q", got, c.then)
			}
		})
	}
}

// TestSystemsAreAskedAboutADeclaredCitizenOnceAnOperatorActs reacts to events of tickets whose identity is declared or verified.
func TestSystemsAreAskedAboutADeclaredCitizenOnceAnOperatorActs(t *testing.T) {
	at := func(entity catalog.EntityCode) person.Actor {
		return person.Actor{ID: "01930000-0000-7000-8000-00000000000a", Role: person.ASROperator, Entity: entity}
	}
	type fact struct {
		by    person.Actor
		event ticket.Event
	}
	opened := ticket.Opened{Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: sagastest.Torino, Identity: ticket.Declared}
	verified := opened
	verified.Identity = ticket.Verified
	forOther := verified
	forOther.OtherPerson = true
	pinned := playbook.PinnedVersions{Playbook: "referto-non-trovato", Version: 1, Reachable: map[playbook.ID]int{"invio-fallito": 1}}
	system, citizen := person.Actor{ID: "referto-check", Role: person.System}, person.Actor{Role: person.Citizen}
	started := fact{system, ticket.PlaybookStarted{Run: 1, Pinned: pinned, Entity: sagastest.Torino}}
	region := person.Actor{ID: "01930000-0000-7000-8000-00000000000b", Role: person.RegionalOperator, Entity: catalog.Region}
	allowing, err := catalog.Default().WithAskBeforeTaken(sagastest.Torino)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		catalog *catalog.Catalog
		given   []fact
		asks    bool // at the last event
	}{
		"verified":                               {nil, []fact{{citizen, verified}, started}, true},
		"verified, the tax code of another":      {nil, []fact{{citizen, forOther}, started}, false},
		"the same, taken":                        {nil, []fact{{citizen, forOther}, started, {at(sagastest.Torino), ticket.Taken{}}}, true},
		"declared":                               {nil, []fact{{citizen, opened}, started}, false},
		"declared, the entity allows it":         {allowing, []fact{{citizen, opened}, started}, true},
		"declared, at the counter":               {nil, []fact{{at(sagastest.Torino), opened}, started}, true},
		"declared, opened elsewhere":             {nil, []fact{{at(sagastest.Cuneo), opened}, started}, false},
		"declared, the citizen writes":           {nil, []fact{{citizen, opened}, started, {citizen, ticket.CitizenReplied{}}}, false},
		"declared, taken":                        {nil, []fact{{citizen, opened}, started, {at(sagastest.Torino), ticket.Taken{}}}, true},
		"declared, taken before the run starts":  {nil, []fact{{citizen, opened}, {at(sagastest.Torino), ticket.Taken{}}, started}, true},
		"declared, assigned":                     {nil, []fact{{citizen, opened}, started, {at(sagastest.Torino), ticket.Assigned{}}}, true},
		"declared, asked":                        {nil, []fact{{citizen, opened}, started, {at(sagastest.Torino), ticket.CitizenAsked{}}}, true},
		"declared, the Region writes to the ASR": {nil, []fact{{citizen, opened}, started, {region, ticket.RegionalNote{}}}, false},
		"declared, taken, and sent to another ASR": {nil, []fact{{citizen, opened}, started, {at(sagastest.Torino), ticket.Taken{}},
			{at(sagastest.Torino), ticket.Escalated{From: sagastest.Torino}}, {region, ticket.Redirected{To: sagastest.Cuneo}},
			{system, ticket.PlaybookStarted{Run: 2, Pinned: pinned, Entity: sagastest.Cuneo}}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if c.catalog == nil {
				c.catalog = catalog.Default()
			}
			s, state, actions := RefertoCheck(c.catalog, playbook.Default()), undoState[refertoCheckState]{}, []runtime.Action(nil)
			for i, f := range c.given {
				state, actions = s.React(state, ticket.Recorded{
					Event: f.event, Ticket: testTicket, Version: i + 1, Position: int64(i + 1), By: f.by, Act: ticket.ID(fmt.Sprint("act", i)),
				})
			}
			asks, explained := false, false
			for _, a := range actions {
				switch a := a.(type) {
				case runtime.Send:
					asks = asks || a.Topic == TopicAskConnector
				case runtime.Cancel:
					explained = explained || strings.Contains(a.Why, "declared")
				case runtime.Schedule, runtime.Dispatch, runtime.SendLater:
				}
			}
			_, started := c.given[len(c.given)-1].event.(ticket.PlaybookStarted)
			if asks != c.asks || explained != (started && !asks) {
				t.Errorf("got asks %t, explained %t, want asks %t; actions %+v", asks, explained, c.asks, actions)
			}
		})
	}
}

// A system that does not answer is asked again after each of retryDelays, and then only with the next reminder.
func TestUnreachableSystemIsAskedAgainAfterEachDelay(t *testing.T) {
	s, state := RefertoCheck(catalog.Default(), playbook.Default()), undoState[refertoCheckState]{}
	var waits []time.Duration
	events := []ticket.Event{ticket.Opened{Service: "ritiro-documenti", Problem: "invio-fallito", Entity: sagastest.Torino},
		ticket.PlaybookStarted{Run: 1, Pinned: playbook.PinnedVersions{Playbook: "invio-fallito", Version: 1}, Entity: sagastest.Torino}}
	for range 12 {
		events = append(events, ticket.CheckTried{Run: 1, Check: "invio-corretto", Why: ticket.SystemUnreachable})
	}
	for _, r := range record(events...) {
		var actions []runtime.Action
		state, actions = s.React(state, r)
		for _, a := range actions {
			if l, ok := a.(runtime.SendLater); ok {
				waits = append(waits, l.At.Sub(r.At))
			}
		}
	}
	if fmt.Sprint(waits) != fmt.Sprint(retryDelays) {
		t.Errorf("got delays %v, want %v", waits, retryDelays)
	}
}

func TestRunsHaveRemindersWhileTheyWait(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := tickettest.DrawTicket(t, testTicket, 40, true)
		replay(t, RefertoCheck(catalog.Default(), playbook.Default()), l,
			func(u undoState[refertoCheckState], s ticket.State, timers map[string]runtime.Schedule) {
				atTheASR := s.Status == ticket.StatusNew || s.Status == ticket.StatusInProgress || s.Status == ticket.StatusWaiting
				run, fresh, selected := tickettest.Engine.RunFor(s)
				waiting := selected && !fresh && run.Remind && atTheASR && run.Entity == s.Entity && !s.Erased
				if (len(timers) == 1) != waiting {
					t.Fatalf("a ticket that is %s at %s with run %+v: got timers %+v; the saga's state is %+v", s.Status, s.Entity, s.Run, timers, u)
				}
				if s.Status == ticket.StatusClosed { // the saga keeps no state of a closed ticket
					if u != (undoState[refertoCheckState]{}) {
						t.Fatalf("a closed ticket: got state %+v, want the zero value", u)
					}
					return
				}
				known := u.Current.Run.decode().Answers
				for id, answer := range s.Run.Answers {
					if yes, ok := known[id]; !ok || yes != answer.Yes {
						t.Fatalf("got answers %v, want %+v", known, s.Run.Answers)
					}
				}
			})
	})
}
