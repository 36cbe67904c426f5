// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package privacystatement_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	. "github.com/sol-assistenza/sol/domain/privacystatement"
	"github.com/sol-assistenza/sol/domain/refusal"
)

var (
	administrator = person.Actor{ID: "01930000-0000-7000-8000-000000000001", Role: person.Administrator}
	noon          = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
)

func given(events ...Published) (s State) {
	for _, e := range events {
		s = Evolve(s, e, administrator, noon)
	}
	return s
}

func TestDecide(t *testing.T) {
	first := Published{"010301", 1, "Prima informativa"}
	for name, c := range map[string]struct {
		given   State
		when    Publish
		by      person.Role
		then    Published
		refused refusal.Code
	}{
		"the first version":           {nil, Publish{"010301", " Prima informativa\r\n"}, person.Administrator, first, ""},
		"the next one":                {given(first), Publish{"010301", "Seconda"}, person.Administrator, Published{"010301", 2, "Seconda"}, ""},
		"each entity counts its own":  {given(first), Publish{"010208", "Un’altra"}, person.Administrator, Published{"010208", 1, "Un’altra"}, ""},
		"the command line":            {nil, Publish{"010301", "Prima informativa"}, person.System, first, ""},
		"a supervisor publishes none": {nil, Publish{"010301", "Testo"}, person.ASRSupervisor, Published{}, refusal.AdministratorPublishes},
		"the same text is no version": {given(first), Publish{"010301", "Prima informativa\n"}, person.Administrator, Published{}, refusal.StatementUnchanged},
		"a text is needed":            {nil, Publish{"010301", " \n"}, person.Administrator, Published{}, refusal.Required},
		"of a bounded length":         {nil, Publish{"010301", strings.Repeat("è", MaxTextLength+1)}, person.Administrator, Published{}, refusal.TooLong},
		"that the log can hold":       {nil, Publish{"010301", "a\x00b"}, person.Administrator, Published{}, refusal.NotText},
		"an entity is needed":         {nil, Publish{"", "Testo"}, person.Administrator, Published{}, refusal.UnknownEntity},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := Decide(c.given, c.when, person.Actor{Role: c.by})
			var refused *RefusedError
			switch {
			case c.refused != "":
				if !errors.As(err, &refused) || refused.Reason.Code != c.refused {
					t.Errorf("got %v, %v, want refusal %s", events, err, c.refused)
				}
			case err != nil || len(events) != 1 || events[0] != c.then:
				t.Errorf("got %+v, %v, want %+v", events, err, c.then)
			}
		})
	}
}

func TestVersionsStay(t *testing.T) {
	before := given(Published{"010301", 1, "Prima"})
	after := Evolve(before, Published{"010301", 2, "Seconda"}, administrator, noon)
	if n, ok := before.Current("010301"); !ok || n.Text != "Prima" {
		t.Errorf("the earlier state: got %+v, %t", n, ok)
	}
	if n, ok := after.Find("010301", 1); !ok || n.Text != "Prima" || n.By != administrator || !n.At.Equal(noon) {
		t.Errorf("version 1: got %+v, %t", n, ok)
	}
	if n, ok := after.Current("010301"); !ok || n.Version != 2 {
		t.Errorf("in force: got %+v, %t", n, ok)
	}
	for _, version := range []int{-1, 0, 3} {
		if n, ok := after.Find("010301", version); ok {
			t.Errorf("version %d: got %+v, want none", version, n)
		}
	}
}

func TestStoredForm(t *testing.T) {
	e := Published{"010301", 2, "Testo"}
	name, data, err := Encode(e)
	if got := name + " " + string(data); err != nil || got != `privacy-statement.published.v1 {"entity":"010301","version":2,"text":"Testo"}` {
		t.Errorf("got %s, %v", got, err)
	}
	if back, err := Decode(name, data); err != nil || back != e {
		t.Errorf("got %+v, %v, want %+v", back, err, e)
	}
	if _, err := Decode("privacy-statement.published.v9", data); err == nil {
		t.Error("an unknown name is decoded")
	}
}
