// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// ticketLife is a history with all events. An event after + belongs to the act of the event before.
var ticketLife = strings.Fields(`opened assigned taken playbook-started check-tried check-answered answers-forgotten
	outcome-carried-out playbook-reminded internal-note citizen-note +citizen-asked citizen-reminded contact-failed contacts-corrected citizen-informed reply-forwarded citizen-replied
	resumed regional-note +escalated handover-warned handover-breached ping-pong-noticed regional-note recalled escalated
	citizen-note +redirected escalated redirected escalated redirected reclassified unassigned succeeded citizen-note +resolved
	reopened marked-duplicate reopened discarded act-withdrawn resolved auto-closed links-revoked personal-data-erased mail-kept
	former-view-ended access-restricted restriction-lifted representation-verified representation-refused`)

// writeSagas collects what each saga stores and sends during ticketLife: keys of timers, commands, messages and states.
func writeSagas(t *testing.T, w *bytes.Buffer) {
	t.Helper()
	var history []ticket.Recorded
	samples := eventSamples(t)
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) // before the holds of the samples end
	for n, name := range ticketLife {
		name, same := strings.CutPrefix(name, "+")
		event, ok := samples["ticket."+name+".v2"]
		if !ok {
			event, ok = samples["ticket."+name+".v1"]
		}
		if !ok {
			t.Fatalf("got no sample of event %s", name)
		}
		act := ticket.ID(fmt.Sprintf("01930000-0000-7000-8000-0000000ac%03d", n))
		if same {
			act = history[n-1].Act
		}
		history = append(history, ticket.Recorded{
			Event: event, Ticket: "01930000-0000-7000-8000-000000000001", Version: n + 1, Position: int64(n + 1), Act: act,
			At: at.Add(time.Duration(n) * time.Minute), By: person.Actor{ID: "someone", Role: person.ASROperator, Entity: "010301"},
		})
	}
	for name := range samples {
		if short := strings.TrimPrefix(name[:strings.LastIndexByte(name, '.')], "ticket."); !slices.Contains(ticketLife, short) && !slices.Contains(ticketLife, "+"+short) {
			t.Errorf("got no event %s in ticketLife, want all", name)
		}
	}
	for _, saga := range sagas.All(catalog.Default(), playbook.Default()) {
		definition := reflect.ValueOf(saga) // a Saga[S] of some state S
		fmt.Fprintf(w, "\nsaga %v version %v\n", definition.FieldByName("Name"), definition.FieldByName("Version"))
		react := definition.FieldByName("React")
		state := reflect.Zero(react.Type().In(0))
		stored, seen := make(map[string]bool), make(map[string]bool)
		step := func(state reflect.Value, n int) reflect.Value {
			after := react.Call([]reflect.Value{state, reflect.ValueOf(history[n])})
			addPaths(t, stored, toJSON(t, after[0].Interface()))
			for _, action := range after[1].Interface().([]runtime.Action) {
				if line := ticketLife[n] + ": " + describeAction(t, action); !seen[line] {
					seen[line] = true
					fmt.Fprintln(w, line)
				}
			}
			return after[0]
		}
		var taken reflect.Value // a closed ticket has no state, so an open one is erased too
		for n := range history {
			if state = step(state, n); ticketLife[n] == "taken" {
				taken = state
			}
		}
		step(step(taken, slices.Index(ticketLife, "personal-data-erased")), slices.Index(ticketLife, "mail-kept"))
		fmt.Fprintf(w, "state: %s\n", strings.Join(slices.Sorted(maps.Keys(stored)), " "))
	}
}

// describeAction returns an action's key and the JSON of what it sends. The JSON of commands has golden files of its own.
func describeAction(t *testing.T, a runtime.Action) string {
	t.Helper()
	switch a := a.(type) {
	case runtime.Schedule:
		return "schedule " + a.Key
	case runtime.Cancel:
		return "cancel " + a.Key
	case runtime.Dispatch:
		return "dispatch " + a.Key
	case runtime.Send:
		return "send " + toJSON(t, a)
	case runtime.SendLater:
		return "later " + a.Key + " " + toJSON(t, a.Send)
	}
	return ""
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// addPaths collects the paths of a JSON object's fields; the path of a nested field begins with the field that contains it.
func addPaths(t *testing.T, paths map[string]bool, object string) {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		t.Fatal(err)
	}
	for name, value := range fields {
		paths[name] = true
		if !bytes.HasPrefix(value, []byte("{")) {
			continue
		}
		inside := make(map[string]bool)
		addPaths(t, inside, string(value))
		for path := range inside {
			paths[name+"."+path] = true
		}
	}
}

// eventSamples decodes the golden files of all events.
func eventSamples(t *testing.T) map[string]ticket.Event {
	t.Helper()
	samples := make(map[string]ticket.Event)
	for _, file := range filesBelowRoot(t) {
		name, ok := strings.CutSuffix(filepath.Base(file), ".json")
		if !ok || !strings.Contains(file, "testdata/events/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(sourceRoot, file))
		if err != nil {
			t.Fatal(err)
		}
		data, _, _ := bytes.Cut(text, []byte("\n")) // sagas get events without the personal part
		if samples[name], err = codec.Decode(name, data, nil); err != nil {
			t.Fatal(err)
		}
	}
	return samples
}
