// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
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

// describe returns kind and recipient of each notification in the actions, and the time of one that is sent later.
func describe(t *testing.T, actions []runtime.Action) (all []string) {
	t.Helper()
	for _, a := range actions {
		var send runtime.Send
		when := ""
		switch a := a.(type) {
		case runtime.Send:
			send = a
		case runtime.SendLater:
			send, when = a.Send, fmt.Sprintf(" at %s", a.At.Format("15:04:05"))
		case runtime.Cancel, runtime.Schedule, runtime.Dispatch:
			continue
		}
		var n Notification
		if err := json.Unmarshal(send.Payload, &n); err != nil || send.Topic != TopicNotify || send.Key == "" {
			t.Fatalf("%s %q: got payload %s, %v", send.Topic, send.Key, send.Payload, err)
		}
		to := string(n.To)
		if n.To != ToCitizen {
			to += " " + string(n.Entity) + n.Operator
		}
		all = append(all, fmt.Sprintf("%s to %s%s", n.Kind, to, when))
	}
	return all
}

func TestNotificationsReact(t *testing.T) {
	anna := person.Actor{ID: "-anna", Role: person.ASROperator, Entity: sagastest.Torino}
	rita := person.Actor{ID: "-rita", Role: person.RegionalOperator, Entity: catalog.Region}
	citizen, system := person.Actor{ID: "c", Role: person.Citizen}, person.Actor{ID: "auto-close", Role: person.System}
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	held := start.Add(10 * time.Second)
	type act struct {
		by     person.Actor
		events []ticket.Event
		at     time.Time // zero: start
	}
	later := start.Add(time.Minute)
	do := func(by person.Actor, events ...ticket.Event) act { return act{by: by, events: events} }
	then := func(a act) act { a.at = later; return a }
	var (
		opened    = do(citizen, ticket.Opened{Entity: sagastest.Torino})
		taken     = do(anna, ticket.Taken{Assignee: ticket.Assignee{Operator: anna.ID}})
		resolved  = do(anna, ticket.CitizenNote{Note: "n", VisibleFrom: held}, ticket.Resolved{Resolution: 1, Note: "n"})
		escalated = do(anna, ticket.RegionalNote{Note: "n", Handover: 1, ASR: sagastest.Torino, VisibleFrom: held},
			ticket.Escalated{Handover: 1, From: sagastest.Torino})
		message  = ticket.RegionalNote{Note: "m", Handover: 1, ASR: sagastest.Torino, VisibleFrom: start}
		message2 = ticket.CitizenReplied{Reply: "r", Kind: ticket.ReplyMessage}
		reply    = ticket.CitizenReplied{Reply: "r", Kind: ticket.ReplyAnswer}
	)
	for name, c := range map[string]struct {
		acts []act
		then []string
	}{
		"a request arrives":               {[]act{opened}, []string{"opened to citizen", "new_ticket to operators 010301"}},
		"taking a ticket notifies nobody": {[]act{opened, taken}, nil},
		"an assignment to its operator": {[]act{opened, do(anna, ticket.Assigned{Assignee: ticket.Assignee{Operator: "-bruno"}})},
			[]string{"assigned to operator 010301-bruno"}},
		"an assignment to the supervisors": {[]act{opened, do(anna, ticket.Assigned{Assignee: ticket.Assignee{Supervisors: true}})},
			[]string{"assigned to supervisors 010301"}},
		"a public note when its hold ends": {[]act{opened, resolved}, []string{"note to citizen at 08:00:10"}},
		"a public note without hold at once": {[]act{opened, do(anna, ticket.CitizenNote{Note: "n", VisibleFrom: start})},
			[]string{"note to citizen"}},
		"an internal note to nobody":        {[]act{opened, do(anna, ticket.InternalNote{Note: "n"})}, nil},
		"a reply to the assignee":           {[]act{opened, taken, do(citizen, reply)}, []string{"reply to operator 010301-anna"}},
		"a reply without assignee to all":   {[]act{opened, do(citizen, reply)}, []string{"reply to operators 010301"}},
		"a courtesy reply has its own kind": {[]act{opened, taken, do(citizen, message2)}, []string{"courtesy to operator 010301-anna"}},
		"a hand-over, without its note": {[]act{opened, escalated},
			[]string{"regional to citizen at 08:00:10", "handover to operators regione at 08:00:10", "receipt to operator 010301-anna at 08:00:10"}},
		"a message to the Region": {[]act{opened, escalated, do(anna, message)}, []string{"regional_message to operators regione"}},
		"a message to the ASR":    {[]act{opened, escalated, do(rita, message)}, []string{"regional_message to operators 010301"}},
		"redirected to another ASR": {[]act{opened, escalated,
			do(rita, ticket.RegionalNote{Handover: 2, ASR: sagastest.Cuneo, VisibleFrom: held},
				ticket.Redirected{Handover: 2, To: sagastest.Cuneo})}, []string{"redirected to citizen at 08:00:10",
			"handed_back to operators 010210 at 08:00:10"}},
		"redirected to the same ASR": {[]act{opened, escalated,
			do(rita, ticket.RegionalNote{Handover: 2, ASR: sagastest.Torino, VisibleFrom: held},
				ticket.Redirected{Handover: 2, To: sagastest.Torino})}, []string{"returned to citizen at 08:00:10",
			"handed_back to operators 010301 at 08:00:10"}},
		"a recall": {[]act{opened, escalated, then(do(anna, ticket.Recalled{Entity: sagastest.Torino}))},
			[]string{"returned to citizen", "recalled to operators regione"}},
		"a recall during the hold": {[]act{opened, escalated, do(anna, ticket.Recalled{Entity: sagastest.Torino})}, nil},
		"reopened by an operator":  {[]act{opened, resolved, do(anna, ticket.Reopened{})}, []string{"reopened to citizen"}},
		"reopened by the citizen": {[]act{opened, taken,
			do(citizen, reply, ticket.Reopened{Assignee: ticket.Assignee{Operator: anna.ID}})}, []string{"reply to operator 010301-anna"}},
		"resolved again without a note": {[]act{opened, do(anna, ticket.Resolved{Resolution: 2})}, []string{"confirmed to citizen"}},
		"discarded without a note":      {[]act{opened, do(anna, ticket.Discarded{Resolution: 1})}, nil},
		"closed": {[]act{opened, resolved, do(system, ticket.AutoClosed{Resolution: 1})},
			[]string{"closed to citizen"}},
		"a reminder": {[]act{opened, do(system, ticket.CitizenReminded{Question: "n", N: 1})},
			[]string{"reminder to citizen"}},
		"the warning of a hand-over": {[]act{opened, escalated, do(system, ticket.HandoverWarned{Handover: 1, Entity: catalog.Region})},
			[]string{"warned to operators regione", "warned to supervisors regione"}},
		"the breach of a hand-over": {[]act{opened, escalated,
			do(system, ticket.HandoverBreached{Handover: 1, Entity: catalog.Region})},
			[]string{"breached to operators regione", "breached to supervisors regione"}},
		"ping-pong to both supervisors": {[]act{opened, do(system, ticket.PingPongNoticed{Handover: 3, ASR: sagastest.Cuneo})},
			[]string{"ping_pong to supervisors 010210", "ping_pong to supervisors regione"}},
		"another person's medical report": {[]act{opened, do(anna, ticket.OutcomeCarriedOut{Action: playbook.Alert})},
			[]string{"alert to supervisors 010301"}},
		"other outcomes notify nobody": {[]act{opened, do(anna, ticket.OutcomeCarriedOut{Action: playbook.Wait})}, nil},
		"a reminder of a run": {[]act{opened, taken, do(system, ticket.PlaybookReminded{Run: 1, N: 1})},
			[]string{"playbook_reminder to operator 010301-anna"}},
		"a failed contact": {[]act{opened, do(system, ticket.ContactFailed{})},
			[]string{"contact_failed to operators 010301"}},
		"a failed contact of a closed ticket": {[]act{opened, resolved, do(system, ticket.AutoClosed{Resolution: 1}),
			do(system, ticket.ContactFailed{})}, nil},
		"an erased ticket notifies nobody": {[]act{opened, do(system, ticket.PersonalDataErased{}), resolved}, nil},
		"a withdrawn taking has no assignee": {[]act{opened, do(anna, ticket.CitizenNote{Note: "n", VisibleFrom: held},
			ticket.Taken{Assignee: ticket.Assignee{Operator: anna.ID}}), do(anna, ticket.ActWithdrawn{Act: "act-2"}), do(citizen, reply)},
			[]string{"reply to operators 010301"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, state, version := Notifications(), undoState[notificationState]{}, 0
			var got []string
			for i, a := range c.acts {
				got = nil
				at := start
				if !a.at.IsZero() {
					at = a.at
				}
				for _, e := range a.events {
					version++
					var actions []runtime.Action
					state, actions = s.React(state, ticket.Recorded{Event: e, Ticket: testTicket, Version: version, Position: int64(version), At: at,
						By: a.by, Act: ticket.ID(fmt.Sprintf("act-%d", i+1))})
					got = append(got, describe(t, actions)...)
				}
			}
			if !reflect.DeepEqual(got, c.then) {
				t.Errorf("got notifications %q, want %q", got, c.then)
			}
		})
	}
}

// A withdrawal cancels every delayed message of the withdrawn act, for any act.
func TestWithdrawnActSendsNothing(t *testing.T) {
	withdrawn := 0
	rapid.Check(t, func(t *rapid.T) {
		s, state, waiting := Notifications(), undoState[notificationState]{}, map[string]bool{}
		for _, r := range tickettest.DrawTicket(t, testTicket, 40, true).History {
			var actions []runtime.Action
			state, actions = s.React(state, r)
			for _, a := range actions {
				switch a := a.(type) {
				case runtime.SendLater:
					waiting[a.Key] = true
				case runtime.Cancel:
					delete(waiting, a.Key)
				case runtime.Send, runtime.Schedule, runtime.Dispatch:
				}
			}
			e, ok := r.Event.(ticket.ActWithdrawn)
			if !ok {
				continue
			}
			withdrawn++
			for key := range waiting {
				if strings.HasPrefix(key, string(e.Act)+"/") {
					t.Fatalf("got delayed message %s of the withdrawn act, want none", key)
				}
			}
		}
	})
	if withdrawn == 0 {
		t.Error("got no withdrawn act in any round, want some")
	}
}

// A recall during the hold cancels all messages of the hand-over.
func TestRecalledHandoverSendsNothing(t *testing.T) {
	s, state, waiting := Notifications(), undoState[notificationState]{}, map[string]bool{}
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for _, r := range []ticket.Recorded{
		{Event: ticket.RegionalNote{Handover: 1, VisibleFrom: at.Add(time.Second)}, Act: "held"},
		{Event: ticket.Escalated{Handover: 1}, Act: "held"},
		{Event: ticket.Recalled{Handover: 1}, Act: "recall"},
	} {
		r.Ticket, r.At, r.By = testTicket, at, sagastest.Operator
		var actions []runtime.Action
		state, actions = s.React(state, r)
		for _, a := range actions {
			switch a := a.(type) {
			case runtime.SendLater:
				waiting[a.Key] = true
			case runtime.Cancel:
				delete(waiting, a.Key)
			case runtime.Send, runtime.Schedule, runtime.Dispatch:
				t.Errorf("%T: got action %+v, want none but delayed messages and cancellations", r.Event, a)
			}
		}
	}
	if len(waiting) > 0 {
		t.Errorf("got delayed messages %v after the recall, want none", waiting)
	}
}

// An alert waits for the hold of the note in its act, and a withdrawal cancels it.
func TestWithdrawnAlertIsNotSent(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	s, state, got := Notifications(), undoState[notificationState]{}, []runtime.Action(nil)
	for _, r := range []ticket.Recorded{
		{Event: ticket.CitizenNote{VisibleFrom: at.Add(time.Second)}, Act: "held"},
		{Event: ticket.OutcomeCarriedOut{Action: playbook.Alert}, Act: "held"},
		{Event: ticket.ActWithdrawn{Act: "held"}, Act: "undo"},
	} {
		r.Ticket, r.At, r.By = testTicket, at, sagastest.Operator
		var actions []runtime.Action
		state, actions = s.React(state, r)
		got = append(got, actions...)
	}
	if all := keys(got); !slices.Contains(all, "later held/alert") || !slices.Contains(all, "cancel held/alert") {
		t.Errorf("got actions %q, want a delayed alert and its cancellation", all)
	}
}
