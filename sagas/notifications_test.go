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

// describe tells in words what messages the actions hold: kind, to whom, and whether later.
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
		if err := json.Unmarshal(send.Payload, &n); err != nil || send.Topic != runtime.TopicNotify || send.Key == "" {
			t.Fatalf("%s %q holds %s, %v", send.Topic, send.Key, send.Payload, err)
		}
		whom := string(n.To)
		if n.To != ToCitizen {
			whom += " " + string(n.Entity) + n.Operator
		}
		all = append(all, fmt.Sprintf("%s to %s%s", n.Kind, whom, when))
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
		escalated = do(anna, ticket.RegionalNote{Note: "n", Handover: 1, ASR: sagastest.Torino, VisibleFrom: held}, ticket.Escalated{Handover: 1, From: sagastest.Torino})
		message   = ticket.RegionalNote{Note: "m", Handover: 1, ASR: sagastest.Torino, VisibleFrom: start}
		message2  = ticket.CitizenReplied{Reply: "r", Kind: ticket.ReplyMessage}
		reply     = ticket.CitizenReplied{Reply: "r", Kind: ticket.ReplyAnswer}
	)
	for name, c := range map[string]struct {
		acts []act
		then []string
	}{
		"a request arrives":                   {[]act{opened}, []string{"opened to citizen", "new_ticket to operators 010301"}},
		"who takes it knows":                  {[]act{opened, taken}, nil},
		"who is given it is told":             {[]act{opened, do(anna, ticket.Assigned{Assignee: ticket.Assignee{Operator: "-bruno"}})}, []string{"assigned to operator 010301-bruno"}},
		"the supervisors as a group":          {[]act{opened, do(anna, ticket.Assigned{Assignee: ticket.Assignee{Supervisors: true}})}, []string{"assigned to supervisors 010301"}},
		"a public text once, when it is out":  {[]act{opened, resolved}, []string{"note to citizen at 08:00:10"}},
		"one that cannot be undone, at once":  {[]act{opened, do(anna, ticket.CitizenNote{Note: "n", VisibleFrom: start})}, []string{"note to citizen"}},
		"an internal note to nobody":          {[]act{opened, do(anna, ticket.InternalNote{Note: "n"})}, nil},
		"a reply to whoever has the ticket":   {[]act{opened, taken, do(citizen, reply)}, []string{"reply to operator 010301-anna"}},
		"or to everybody":                     {[]act{opened, do(citizen, reply)}, []string{"reply to operators 010301"}},
		"a courtesy is flagged":               {[]act{opened, taken, do(citizen, message2)}, []string{"courtesy to operator 010301-anna"}},
		"a hand-over, never its note":         {[]act{opened, escalated}, []string{"regional to citizen at 08:00:10", "handover to operators regione at 08:00:10", "receipt to operator 010301-anna at 08:00:10"}},
		"a message to the Region":             {[]act{opened, escalated, do(anna, message)}, []string{"regional_message to operators regione"}},
		"and to the ASR":                      {[]act{opened, escalated, do(rita, message)}, []string{"regional_message to operators 010301"}},
		"sent on":                             {[]act{opened, escalated, do(rita, ticket.RegionalNote{Handover: 2, ASR: sagastest.Cuneo, VisibleFrom: held}, ticket.Redirected{Handover: 2, To: sagastest.Cuneo})}, []string{"redirected to citizen at 08:00:10", "handed_back to operators 010210 at 08:00:10"}},
		"sent back":                           {[]act{opened, escalated, do(rita, ticket.RegionalNote{Handover: 2, ASR: sagastest.Torino, VisibleFrom: held}, ticket.Redirected{Handover: 2, To: sagastest.Torino})}, []string{"returned to citizen at 08:00:10", "handed_back to operators 010301 at 08:00:10"}},
		"taken back":                          {[]act{opened, escalated, then(do(anna, ticket.Recalled{Entity: sagastest.Torino}))}, []string{"returned to citizen", "recalled to operators regione"}},
		"taken back before anybody knew":      {[]act{opened, escalated, do(anna, ticket.Recalled{Entity: sagastest.Torino})}, nil},
		"reopened by an operator":             {[]act{opened, resolved, do(anna, ticket.Reopened{})}, []string{"reopened to citizen"}},
		"reopened by the citizen":             {[]act{opened, taken, do(citizen, reply, ticket.Reopened{Assignee: ticket.Assignee{Operator: anna.ID}})}, []string{"reply to operator 010301-anna"}},
		"resolved again without a word":       {[]act{opened, do(anna, ticket.Resolved{Resolution: 2})}, []string{"confirmed to citizen"}},
		"discarded without a word":            {[]act{opened, do(anna, ticket.Discarded{Resolution: 1})}, nil},
		"closed":                              {[]act{opened, resolved, do(system, ticket.AutoClosed{Resolution: 1})}, []string{"closed to citizen"}},
		"a reminder":                          {[]act{opened, do(system, ticket.CitizenReminded{Question: "n", N: 1})}, []string{"reminder to citizen"}},
		"a hand-over runs late":               {[]act{opened, escalated, do(system, ticket.HandoverWarned{Handover: 1, Entity: catalog.Region})}, []string{"warned to operators regione", "warned to supervisors regione"}},
		"too late":                            {[]act{opened, escalated, do(system, ticket.HandoverBreached{Handover: 1, Entity: catalog.Region})}, []string{"breached to operators regione", "breached to supervisors regione"}},
		"to and fro, both supervisors":        {[]act{opened, do(system, ticket.PingPongNoticed{Handover: 3, ASR: sagastest.Cuneo})}, []string{"ping_pong to supervisors 010210", "ping_pong to supervisors regione"}},
		"somebody else's referto":             {[]act{opened, do(anna, ticket.OutcomeCarriedOut{Action: playbook.Alert})}, []string{"alert to supervisors 010301"}},
		"other outcomes tell by what they do": {[]act{opened, do(anna, ticket.OutcomeCarriedOut{Action: playbook.Wait})}, nil},
		"a run that waits":                    {[]act{opened, taken, do(system, ticket.PlaybookReminded{Run: 1, N: 1})}, []string{"playbook_reminder to operator 010301-anna"}},
		"an address that takes nothing":       {[]act{opened, do(system, ticket.ContactFailed{})}, []string{"contact_failed to operators 010301"}},
		"of a closed one no operator is":      {[]act{opened, resolved, do(system, ticket.AutoClosed{Resolution: 1}), do(system, ticket.ContactFailed{})}, nil},
		"of an erased ticket nobody is told":  {[]act{opened, do(system, ticket.PersonalDataErased{}), resolved}, nil},
		"an undone taking leaves it to all":   {[]act{opened, do(anna, ticket.CitizenNote{Note: "n", VisibleFrom: held}, ticket.Taken{Assignee: ticket.Assignee{Operator: anna.ID}}), do(anna, ticket.ActWithdrawn{Act: "act-2"}), do(citizen, reply)}, []string{"reply to operators 010301"}},
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
					state, actions = s.React(state, ticket.Recorded{Event: e, Ticket: testTicket, Version: version, Position: int64(version), At: at, By: a.by, Act: ticket.ID(fmt.Sprintf("act-%d", i+1))})
					got = append(got, describe(t, actions)...)
				}
			}
			if !reflect.DeepEqual(got, c.then) {
				t.Errorf("tells %q, want %q", got, c.then)
			}
		})
	}
}

// Whatever a withdrawn act had put aside is taken away with it, whatever the act was.
func TestAWithdrawnActTellsNobody(t *testing.T) {
	undone := 0
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
			undone++
			for key := range waiting {
				if strings.HasPrefix(key, string(e.Act)+"/") {
					t.Fatalf("still to be told: %s", key)
				}
			}
		}
	})
	if undone == 0 {
		t.Error("no act was withdrawn")
	}
}

// A hand-over that is recalled before anybody knew of it is told to nobody.
func TestARecalledHandoverTellsNobody(t *testing.T) {
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
				t.Errorf("%T leads to %+v", r.Event, a)
			}
		}
	}
	if len(waiting) > 0 {
		t.Errorf("still to be told: %v", waiting)
	}
}

// An alert waits with the note beside it, and goes with it.
func TestWithdrawnAlertIsNotSent(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	s, state, got := Notifications(), undoState[notificationState]{}, []runtime.Action(nil)
	for _, r := range []ticket.Recorded{
		{Event: ticket.CitizenNote{VisibleFrom: at.Add(time.Second)}, Act: "held"}, {Event: ticket.OutcomeCarriedOut{Action: playbook.Alert}, Act: "held"},
		{Event: ticket.ActWithdrawn{Act: "held"}, Act: "undo"},
	} {
		r.Ticket, r.At, r.By = testTicket, at, sagastest.Operator
		var actions []runtime.Action
		state, actions = s.React(state, r)
		got = append(got, actions...)
	}
	if all := keys(got); !slices.Contains(all, "later held/alert") || !slices.Contains(all, "cancel held/alert") {
		t.Errorf("leads to %q", all)
	}
}
