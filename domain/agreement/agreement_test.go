// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package agreement_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

var (
	administrator = person.Actor{ID: "01930000-0000-7000-8000-000000000001", Role: person.Administrator}
	now           = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	record        = agreement.Record{Entity: "010301", Use: agreement.UnusualReading, Reference: " Accordo del 3 marzo 2026, prot. 1234 ", SignedOn: "2026-03-03"}
	end           = agreement.End{Entity: "010301", Use: agreement.UnusualReading, Reference: "Disdetta, prot. 99"}
)

func given(events ...agreement.Event) (s agreement.State) {
	for _, e := range events {
		s = agreement.Evolve(s, e, administrator, now)
	}
	return s
}

func TestDecide(t *testing.T) {
	recorded := agreement.Event{Kind: agreement.Recorded, Entity: "010301", Use: agreement.UnusualReading, Reference: "Accordo del 3 marzo 2026, prot. 1234", SignedOn: "2026-03-03"}
	ended := agreement.Event{Kind: agreement.Ended, Entity: "010301", Use: agreement.UnusualReading, Reference: "Disdetta, prot. 99"}
	changed := func(change func(*agreement.Record)) agreement.Record { c := record; change(&c); return c }
	for name, c := range map[string]struct {
		given   agreement.State
		when    agreement.Command
		by      person.Role
		then    *agreement.Event
		refused refusal.Code
		err     error
	}{
		"an administrator records it":    {when: record, then: &recorded},
		"the command line records it":    {when: record, by: person.System, then: &recorded},
		"no operator records it":         {when: record, by: person.ASROperator, refused: refusal.AdministratorAgrees},
		"no supervisor records it":       {when: record, by: person.ASRSupervisor, refused: refusal.AdministratorAgrees},
		"it is recorded once":            {given: given(recorded), when: record, err: agreement.ErrUnchanged},
		"another entity has its own":     {given: given(recorded), when: changed(func(c *agreement.Record) { c.Entity = "010208" }), then: &agreement.Event{Kind: agreement.Recorded, Entity: "010208", Use: recorded.Use, Reference: recorded.Reference, SignedOn: recorded.SignedOn}},
		"another use needs its own":      {given: given(recorded), when: changed(func(c *agreement.Record) { c.Use = agreement.FiguresPerPerson }), then: &agreement.Event{Kind: agreement.Recorded, Entity: "010301", Use: agreement.FiguresPerPerson, Reference: recorded.Reference, SignedOn: recorded.SignedOn}},
		"it needs a reference":           {when: changed(func(c *agreement.Record) { c.Reference = "  " }), refused: refusal.Required},
		"of a bounded length":            {when: changed(func(c *agreement.Record) { c.Reference = strings.Repeat("è", 301) }), refused: refusal.TooLong},
		"it needs a day":                 {when: changed(func(c *agreement.Record) { c.SignedOn = "31/02/2026" }), refused: refusal.NotADay},
		"not a day to come":              {when: changed(func(c *agreement.Record) { c.SignedOn = "2026-12-01" }), refused: refusal.FutureDay},
		"it needs an entity":             {when: changed(func(c *agreement.Record) { c.Entity = "" }), refused: refusal.UnknownEntity},
		"only for known uses":            {when: changed(func(c *agreement.Record) { c.Use = "ranking" }), refused: refusal.NotOneOf},
		"it ends with a reference":       {given: given(recorded), when: end, then: &ended},
		"there must be one to end":       {when: end, err: agreement.ErrUnchanged},
		"it can be recorded again after": {given: given(recorded, ended), when: record, then: &recorded},
	} {
		t.Run(name, func(t *testing.T) {
			by := administrator
			if c.by != "" {
				by.Role = c.by
			}
			events, err := agreement.Decide(c.given, c.when, by, now)
			var refused *agreement.RefusedError
			switch {
			case c.refused != "":
				if !errors.As(err, &refused) || refused.Reason.Code != c.refused {
					t.Errorf("got %v, %v, want refusal %s", events, err, c.refused)
				}
			case c.err != nil:
				if !errors.Is(err, c.err) {
					t.Errorf("got %v, %v, want %v", events, err, c.err)
				}
			case err != nil || len(events) != 1 || events[0] != *c.then:
				t.Errorf("got %+v, %v, want %+v", events, err, *c.then)
			}
		})
	}
}

func TestOneAgreementOfOneEntityAllowsOneUse(t *testing.T) {
	events, err := agreement.Decide(agreement.State{}, record, administrator, now)
	if err != nil {
		t.Fatal(err)
	}
	s := given(events...)
	a, ok := s.Find("010301", agreement.UnusualReading)
	if !ok || a.By != administrator || !a.At.Equal(now) || a.SignedOn != "2026-03-03" {
		t.Errorf("got %+v, %v", a, ok)
	}
	if _, ok := s.Find("010301", agreement.FiguresPerPerson); ok {
		t.Error("an agreement about one use allows another")
	}
	if _, ok := s.Find("010208", agreement.UnusualReading); ok {
		t.Error("an agreement of one entity allows another one")
	}
	if got := s.Entities(agreement.UnusualReading); len(got) != 1 || got[0] != "010301" {
		t.Errorf("got %v", got)
	}
}

func TestStoredFormsOfEvents(t *testing.T) {
	for want, e := range map[string]agreement.Event{
		`agreement.recorded.v1 {"entity":"010301","use":"unusual-reading","reference":"prot. 1","signed_on":"2026-03-03"}`: {Kind: agreement.Recorded, Entity: "010301", Use: agreement.UnusualReading, Reference: "prot. 1", SignedOn: "2026-03-03"},
		`agreement.ended.v1 {"entity":"regione","use":"figures-per-person","reference":"prot. 2"}`:                         {Kind: agreement.Ended, Entity: "regione", Use: agreement.FiguresPerPerson, Reference: "prot. 2"},
	} {
		name, data, err := agreement.Encode(e)
		if got := name + " " + string(data); err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
		if back, err := agreement.Decode(name, data); err != nil || back != e {
			t.Errorf("got %+v, %v, want %+v", back, err, e)
		}
	}
	if _, err := agreement.Decode("agreement.renamed.v1", nil); err == nil {
		t.Error("an unknown name is decoded")
	}
}
