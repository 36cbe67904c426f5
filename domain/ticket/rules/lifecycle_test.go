// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	. "github.com/sol-assistenza/sol/domain/ticket"
	. "github.com/sol-assistenza/sol/domain/ticket/rules"
)

// TestDiagramShowsLifecycle compares the diagram in ARCHITECTURE.md with the table that decides.
func TestDiagramShowsLifecycle(t *testing.T) {
	want, err := Diagram()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "```mermaid\n"+strings.TrimSpace(want)+"\n```") {
		t.Fatalf("got another diagram in ARCHITECTURE.md, want\n%s", want)
	}
}

func TestMoves(t *testing.T) {
	for name, c := range map[string]struct {
		given State
		by    person.Actor
		want  []Move
	}{
		"an operator of a new ticket": {
			given(opened()),
			operator,
			[]Move{MoveTake, MoveAssign, MoveUnassign, MoveNote, MoveReclassify,
				MoveAsk, MoveResume, MoveEscalate, MoveResolve, MoveDuplicate, MoveAnswerCheck, MoveRevokeLinks, MoveCorrectContacts},
		},
		"an operator of a resolved ticket": {
			given(opened(), resolved(1)),
			colleague,
			[]Move{MoveAssign, MoveUnassign, MoveNote, MoveReclassify, MoveReopen, MoveRevokeLinks, MoveCorrectContacts},
		},
		"a supervisor of a closed ticket": {given(opened(), resolved(1), closed(1)), supervisor, []Move{MoveRevokeLinks, MoveRestrictAccess}},
		"a supervisor of a restricted ticket": {given(opened(), resolved(1), closed(1), by(operator, AccessRestricted{})), supervisor,
			[]Move{MoveRevokeLinks, MoveLiftRestriction}},
		"the citizen of the ticket":  {given(opened()), citizen, []Move{MoveAnswer}},
		"an operator of another ASR": {given(opened()), neighbour, nil},
		"the ASR that handed over": {
			given(opened(), escalated()),
			colleague,
			[]Move{MoveRegionalMessage, MoveRecall},
		},
		"the Region after a hand-over": {
			given(opened(), escalated()),
			regional,
			[]Move{
				MoveTake,
				MoveAssign,
				MoveUnassign,
				MoveNote,
				MoveRegionalMessage,
				MoveReclassify,
				MoveAsk,
				MoveResume,
				MoveRedirect,
				MoveResolve,
				MoveRevokeLinks,
				MoveCorrectContacts,
			},
		},
		"the system on a new ticket": {
			given(opened()),
			system,
			[]Move{
				MoveTransferToSuccessor,
				MoveRelease,
				MoveBeginPlaybook,
				MoveRecordQueryResult,
				MoveRemindPlaybook,
				MoveWarnHandover,
				MoveBreachHandover,
				MoveNoticePingPong,
				MoveReportContact,
				MoveKeepMail,
				MoveEndFormerView,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Moves(c.given, c.by); !reflect.DeepEqual(got, c.want) {
				t.Fatalf("got moves %v, want %v", got, c.want)
			}
		})
	}
}

// TestEveryMoveHasRights compares the moves of the lifecycle with those of the table of rights.
func TestEveryMoveHasRights(t *testing.T) {
	inPolicy := map[policy.Action]bool{}
	for _, action := range policy.Actions() {
		if strings.HasPrefix(string(action), "move.") {
			inPolicy[action] = true
		}
	}
	inLifecycle := map[policy.Action]bool{}
	for move := range MoveStatuses() {
		inLifecycle[policy.MoveAction(string(move))] = true
	}
	if !maps.Equal(inPolicy, inLifecycle) {
		t.Errorf("got rights for the moves %v, want them for %v", slices.Sorted(maps.Keys(inPolicy)), slices.Sorted(maps.Keys(inLifecycle)))
	}
}
