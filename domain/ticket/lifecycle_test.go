// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	. "github.com/sol-assistenza/sol/domain/ticket"
	. "github.com/sol-assistenza/sol/domain/ticket/rules"
)

// TestLifecycleIsAsDrawn holds the diagram of ARCHITECTURE.md to the machine that decides.
func TestLifecycleIsAsDrawn(t *testing.T) {
	want, err := Diagram()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "```mermaid\n"+strings.TrimSpace(want)+"\n```") {
		t.Fatalf("ARCHITECTURE.md should draw\n%s", want)
	}
}

func TestMoves(t *testing.T) {
	for name, c := range map[string]struct {
		given State
		by    person.Actor
		want  []Move
	}{
		"a new ticket, its operator": {given(opened()), anna, []Move{MoveTake, MoveAssign, MoveUnassign, MoveNote, MoveReclassify,
			MoveAsk, MoveResume, MoveEscalate, MoveResolve, MoveDuplicate, MoveAnswerCheck}},
		"a resolved one":      {given(opened(), resolved(1)), bruno, []Move{MoveAssign, MoveUnassign, MoveNote, MoveReclassify, MoveReopen}},
		"a closed one":        {given(opened(), resolved(1), closed(1)), supervisor, nil},
		"its citizen":         {given(opened()), citizen, []Move{MoveAnswer}},
		"a stranger":          {given(opened()), carla, nil},
		"who handed it over":  {given(opened(), escalated()), bruno, []Move{MoveRegionalMessage, MoveRecall}},
		"the Region, then":    {given(opened(), escalated()), rita, []Move{MoveTake, MoveAssign, MoveUnassign, MoveNote, MoveRegionalMessage, MoveReclassify, MoveAsk, MoveResume, MoveRedirect, MoveResolve}},
		"the system, all day": {given(opened()), system, []Move{MoveTransferToSuccessor, MoveRelease, MoveBeginPlaybook, MoveRecordQueryResult, MoveRemindPlaybook, MoveWarnHandover, MoveBreachHandover, MoveNoticePingPong, MoveReportContact}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Moves(c.given, c.by); !reflect.DeepEqual(got, c.want) {
				t.Fatalf("moves %v, want %v", got, c.want)
			}
		})
	}
}
