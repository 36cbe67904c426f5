// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rolemapping_test

import (
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/rolemapping"
)

// Who confirms what in turn, and what is in force after it: a is one mapping, b another, - none.
func TestTwoHandsPutAMappingInForce(t *testing.T) {
	mappings := map[string]rolemapping.Mapping{
		"a": {{Claim: "g", Value: "a", Role: person.ASROperator, Entity: "010301"}}, "b": {{Claim: "g", Value: "b", Role: person.ASRSupervisor, Entity: "010301"}}, "-": nil,
		"x": {{Claim: "g", Value: "x", Role: person.Auditor}},
	}
	admin := func(id string) person.Actor { return person.Actor{ID: id, Role: person.Administrator} }
	ada, bruno, line, other := admin("ada"), admin("bruno"), person.Actor{ID: "os:root", Role: person.System}, person.Actor{ID: "os:mela", Role: person.System}
	type step struct {
		by      person.Actor
		mapping string
	}
	for name, c := range map[string]struct {
		administrators int
		steps          []step
		inForce        string
		refused        refusal.Code // of the last step
		failed         bool         // the last step, otherwise
	}{
		"one administrator":                     {2, []step{{ada, "a"}}, "-", "", false},
		"the same administrator twice":          {2, []step{{ada, "a"}, {ada, "a"}}, "-", refusal.MappingSecond, false},
		"two administrators":                    {2, []step{{ada, "a"}, {bruno, "a"}}, "a", "", false},
		"two administrators, another mapping":   {2, []step{{ada, "a"}, {bruno, "b"}}, "-", "", false},
		"the other mapping is confirmed":        {2, []step{{ada, "a"}, {bruno, "b"}, {ada, "b"}}, "b", "", false},
		"the first mapping waits no more":       {2, []step{{ada, "a"}, {bruno, "b"}, {bruno, "a"}}, "-", "", false},
		"command line and administrator":        {2, []step{{line, "a"}, {ada, "a"}}, "a", "", false},
		"two users of the command line":         {2, []step{{line, "a"}, {other, "a"}}, "-", refusal.MappingSecond, false},
		"command line, one administrator":       {1, []step{{line, "a"}}, "a", "", false},
		"administrator, one administrator":      {1, []step{{ada, "a"}}, "-", "", false},
		"what is in force":                      {2, []step{{ada, "a"}, {bruno, "a"}, {ada, "a"}}, "a", "", true},
		"an earlier mapping needs two again":    {2, []step{{ada, "a"}, {bruno, "a"}, {ada, "b"}, {bruno, "b"}, {ada, "a"}}, "b", "", false},
		"nothing is a mapping too":              {2, []step{{ada, "a"}, {bruno, "a"}, {ada, "-"}, {bruno, "-"}}, "-", "", false},
		"back to what is in force takes two":    {2, []step{{ada, "a"}, {bruno, "a"}, {ada, "b"}, {bruno, "a"}}, "a", "", false},
		"no operator":                           {2, []step{{person.Actor{ID: "o", Role: person.ASROperator}, "a"}}, "-", refusal.AdministratorChanges, false},
		"no auditor":                            {2, []step{{person.Actor{ID: "o", Role: person.Auditor}, "a"}}, "-", refusal.AdministratorChanges, false},
		"no role that watches over others":      {2, []step{{ada, "x"}}, "-", "", true},
		"not by the command line either, alone": {0, []step{{line, "x"}}, "-", "", true},
	} {
		var s rolemapping.State
		var err error
		for _, do := range c.steps {
			var events []rolemapping.Event
			events, err = rolemapping.Decide(s, rolemapping.Confirm{Provider: "rupar", Mapping: mappings[do.mapping], Administrators: c.administrators}, do.by)
			for _, e := range events {
				stored, data, encodeErr := rolemapping.Encode(e)
				read, decodeErr := rolemapping.Decode(stored, data)
				if encodeErr != nil || decodeErr != nil {
					t.Fatalf("%s: %v, %v", name, encodeErr, decodeErr)
				}
				s = rolemapping.Evolve(s, read, do.by)
			}
		}
		var refused *rolemapping.RefusedError
		switch {
		case c.refused != "":
			if !errors.As(err, &refused) || refused.Reason.Code != c.refused {
				t.Errorf("%s: got %v, want refusal %s", name, err, c.refused)
			}
		case (err != nil) != c.failed:
			t.Errorf("%s: got %v, want an error: %v", name, err, c.failed)
		}
		if got := len(s.InForce["rupar"]); got != len(mappings[c.inForce]) || got > 0 && s.InForce["rupar"][0] != mappings[c.inForce][0] {
			t.Errorf("%s: got %v in force, want %s", name, s.InForce["rupar"], c.inForce)
		}
	}
}
