// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	. "github.com/sol-assistenza/sol/domain/ticket"
	. "github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// TestMain tries thousands of lives where rapid alone would try a hundred.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "2000"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// allowedTargets is mission.md's table once more, by hand and apart from the machine: where a person or the system may bring
// a ticket from each status. Undo is judged by itself.
var allowedTargets = map[Status]map[person.Role][]Status{
	"": {person.Citizen: {New}},
	New: {
		person.ASROperator: {InProgress, Waiting, HandedOver, Solved}, person.ASRSupervisor: {InProgress, Waiting, HandedOver, Solved},
		person.RegionalOperator: {InProgress, Waiting, Solved}, person.RegionalSupervisor: {InProgress, Waiting, Solved},
	},
	InProgress: {
		person.ASROperator: {Waiting, HandedOver, Solved}, person.ASRSupervisor: {Waiting, HandedOver, Solved},
		person.RegionalOperator: {New, Waiting, Solved}, person.RegionalSupervisor: {New, Waiting, Solved},
	},
	Waiting: {
		person.System: {Solved}, person.Citizen: {InProgress},
		person.ASROperator: {InProgress, HandedOver, Solved}, person.ASRSupervisor: {InProgress, HandedOver, Solved},
		person.RegionalOperator: {New, InProgress, Solved}, person.RegionalSupervisor: {New, InProgress, Solved},
	},
	HandedOver: {
		person.ASROperator: {New, InProgress, Waiting}, person.ASRSupervisor: {New, InProgress, Waiting},
		person.RegionalOperator: {New, InProgress, Waiting, Solved}, person.RegionalSupervisor: {New, InProgress, Waiting, Solved},
	},
	Solved: {
		person.Citizen: {InProgress}, person.System: {Closed},
		person.ASROperator: {InProgress}, person.ASRSupervisor: {InProgress},
		person.RegionalOperator: {InProgress}, person.RegionalSupervisor: {InProgress},
	},
	Closed: {},
}

func TestOnlyAllowedTransitionsHappen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, s := range tickettest.DrawTicket(t, id, 40, true).Steps {
			from, to := s.Before.Status, s.After.Status
			if _, undo := s.Command.(Undo); undo {
				if s.Err == nil && !s.Now.Before(s.Before.Last.HeldUntil) {
					t.Fatalf("undone after the note was shown: %+v", s)
				}
				continue
			}
			if from != to && !slices.Contains(allowedTargets[from][s.By.Role], to) {
				t.Fatalf("%s brought it from %q to %q by %+v", s.By.Role, from, to, s.Command)
			}
			if s.After.Status == HandedOver && s.After.Entity != catalog.Region {
				t.Fatalf("handed over, but %s is competent", s.After.Entity)
			}
			if slices.Contains(s.After.Traces, s.After.Entity) {
				t.Fatalf("%s is competent and keeps a trace: %v", s.After.Entity, s.After.Traces)
			}
			if who := s.After.Assignee.Operator; who != "" && !worksAt(who, s.After.Entity) {
				t.Fatalf("assigned to %s, who does not work at %s", who, s.After.Entity)
			}
			if s.Err != nil && len(s.Events) > 0 {
				t.Fatalf("refused, yet it recorded %v", s.Events)
			}
			if s.Err == nil && len(s.Events) > 0 && s.By.Role.Operates() &&
				!s.By.Operates(s.Before.Entity) && !s.By.Operates(s.Before.Handover.ASR) {
				t.Fatalf("%v acted on a ticket of %s", s.By, s.Before.Entity)
			}
		}
	})
}

func worksAt(operator string, entity catalog.EntityCode) bool {
	return slices.ContainsFunc(tickettest.Actors, func(p person.Actor) bool { return p.ID == operator && p.Entity == entity })
}

// TestTextsKeepTheirAudience: what was marked for someone's eyes is only ever stored in a type that those eyes read.
func TestTextsKeepTheirAudience(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, r := range tickettest.DrawTicket(t, id, 40, false).History {
			switch e := r.Event.(type) {
			case CitizenNote:
				if !strings.Contains(e.Personal.Text, tickettest.MarkCitizen) && !isAutomaticText(e.Personal.Text, false) {
					t.Fatalf("the citizen reads %q", e.Personal.Text)
				}
			case RegionalNote:
				marked := strings.Contains(e.Personal.Text, tickettest.MarkRegional) || strings.Contains(e.Personal.Text, tickettest.MarkChecks)
				if !marked || e.ASR == catalog.Region || e.Handover == 0 {
					t.Fatalf("the Region and %s read %q", e.ASR, e.Personal.Text)
				}
			case InternalNote:
				if !strings.Contains(e.Personal.Text, tickettest.MarkInternal) && !isAutomaticText(e.Personal.Text, true) {
					t.Fatalf("%s reads %q", e.Entity, e.Personal.Text)
				}
			case Opened, Assigned, Unassigned, Taken, CitizenAsked, Resumed, CitizenReplied, Escalated, Recalled, Redirected, Resolved,
				Discarded, MarkedDuplicate, Reopened, ActWithdrawn, AutoClosed, TransferredToSuccessor, Reclassified, PlaybookStarted, CheckAnswered,
				CheckTried, AnswersForgotten, OutcomeCarriedOut, PlaybookReminded, HandoverWarned, HandoverBreached, PingPongNoticed,
				CitizenReminded, ContactFailed, PersonalDataErased:
			}
		}
	})
}

// isAutomaticText tells whether a text without a mark is one that nobody typed: of an outcome with such a note, or of a question
// that stayed without an answer. None of them holds evidence.
func isAutomaticText(text string, internal bool) bool {
	if !internal && strings.HasPrefix(text, "Non avendo ricevuto risposta") {
		return true
	}
	for _, p := range playbook.Default().Current() {
		for _, o := range p.Outcomes {
			if o.Action != playbook.Escalate && o.Action.IsInternal() == internal && o.Note[0].Text == text {
				return true
			}
		}
	}
	return false
}

// TestDecidedEventsRoundTrip: every event round-trips through its stored form and evolves to the same state.
func TestDecidedEventsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		life := tickettest.DrawTicket(t, id, 40, true)
		var s State
		for _, r := range life.History {
			stored, err := Encode(r.Event)
			if err != nil {
				t.Fatal(err)
			}
			if r.Event, err = Decode(stored.Name, stored.Data, stored.Personal); err != nil {
				t.Fatal(err)
			}
			s = Evolve(s, r)
		}
		if s.Status != life.State.Status || s.Entity != life.State.Entity || s.Assignee != life.State.Assignee ||
			s.Resolution != life.State.Resolution || !life.State.Erased && !reflect.DeepEqual(s.Run, life.State.Run) {
			t.Fatalf("remembered %+v, was %+v", s, life.State)
		}
	})
}

// TestRefusalsHaveKnownTypes: whatever is tried, the refusal is one that a door can explain.
func TestRefusalsHaveKnownTypes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, s := range tickettest.DrawTicket(t, id, 40, true).Steps {
			if s.Err != nil && !IsRefusal(s.Err) {
				t.Fatalf("%T: %v", s.Err, s.Err)
			}
		}
	})
}

// TestPinnedUpdatesConflictOnlyWhereTheyTouch: an update that sets nothing that changed passes, one that sets it does not.
func TestPinnedUpdatesConflictOnlyWhereTheyTouch(t *testing.T) {
	at := given(opened())
	since := []Recorded{{Event: Assigned{Assignee: Assignee{Operator: colleague.ID}}, By: supervisor, At: noon}}
	if err := Conflicts(at, setStatus(InProgress), operator, since); err != nil {
		t.Fatalf("a status against an assignment: %v", err)
	}
	refuses(func(e *ConflictError) bool {
		want := FieldConflict{Field: "assignee", Yours: operator.ID, Theirs: colleague.ID, By: supervisor, At: noon}
		return len(e.Fields) == 1 && e.Fields[0] == want
	})(t, nil, Conflicts(at, Update{Assignee: to(operator)}, operator, since))
	unread := []Recorded{{Event: CitizenReplied{Reply: "r", Status: New}, By: citizen, At: noon}}
	refuses(func(e *ConflictError) bool { return e.Fields[0].Field == "notes" && e.Fields[0].Theirs == "r" })(t, nil,
		Conflicts(at, setStatus(InProgress), operator, append(since, unread...)))
	elsewhere := []Recorded{{Event: InternalNote{Note: "n", Entity: to3}, By: neighbour, At: noon}}
	if err := Conflicts(at, setStatus(InProgress), operator, elsewhere); err != nil {
		t.Fatalf("a note that operator does not see: %v", err)
	}
	notVisible()(t, nil, Conflicts(at, Update{Assignee: to(neighbour)}, neighbour, since))
}
