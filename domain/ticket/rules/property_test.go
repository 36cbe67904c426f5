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
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	. "github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// TestMain sets 2000 checks per property. The default of rapid is 100.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "2000"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// allowedTargets lists, for each status and role, the statuses to which the role may bring a ticket. It is written by hand and not derived
// from the table of the lifecycle. Undo is checked separately.
var allowedTargets = map[Status]map[person.Role][]Status{
	"": {person.Citizen: {StatusNew}},
	StatusNew: {
		person.ASROperator: {StatusInProgress, StatusWaiting, StatusHandedOver, StatusResolved}, person.ASRSupervisor: {StatusInProgress, StatusWaiting, StatusHandedOver, StatusResolved},
		person.RegionalOperator: {StatusInProgress, StatusWaiting, StatusResolved}, person.RegionalSupervisor: {StatusInProgress, StatusWaiting, StatusResolved},
	},
	StatusInProgress: {
		person.ASROperator: {StatusWaiting, StatusHandedOver, StatusResolved}, person.ASRSupervisor: {StatusWaiting, StatusHandedOver, StatusResolved},
		person.RegionalOperator: {StatusNew, StatusWaiting, StatusResolved}, person.RegionalSupervisor: {StatusNew, StatusWaiting, StatusResolved},
	},
	StatusWaiting: {
		person.System: {StatusResolved}, person.Citizen: {StatusInProgress},
		person.ASROperator: {StatusInProgress, StatusHandedOver, StatusResolved}, person.ASRSupervisor: {StatusInProgress, StatusHandedOver, StatusResolved},
		person.RegionalOperator: {StatusNew, StatusInProgress, StatusResolved}, person.RegionalSupervisor: {StatusNew, StatusInProgress, StatusResolved},
	},
	StatusHandedOver: {
		person.ASROperator: {StatusNew, StatusInProgress, StatusWaiting}, person.ASRSupervisor: {StatusNew, StatusInProgress, StatusWaiting},
		person.RegionalOperator: {StatusNew, StatusInProgress, StatusWaiting, StatusResolved}, person.RegionalSupervisor: {StatusNew, StatusInProgress, StatusWaiting, StatusResolved},
	},
	StatusResolved: {
		person.Citizen: {StatusInProgress}, person.System: {StatusClosed},
		person.ASROperator: {StatusInProgress}, person.ASRSupervisor: {StatusInProgress},
		person.RegionalOperator: {StatusInProgress}, person.RegionalSupervisor: {StatusInProgress},
	},
	StatusClosed: {},
}

func TestOnlyAllowedTransitionsHappen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, s := range tickettest.DrawTicket(t, id, 40, true).Steps {
			from, to := s.Before.Status, s.After.Status
			if _, undo := s.Command.(Undo); undo {
				if s.Err == nil && !s.Now.Before(s.Before.Last.HeldUntil) {
					t.Fatalf("got an undo after the note was visible, want a refusal: %+v", s)
				}
				continue
			}
			if from != to && !slices.Contains(allowedTargets[from][s.By.Role], to) {
				t.Fatalf("got a change from %q to %q by %s with %+v, want one of allowedTargets", from, to, s.By.Role, s.Command)
			}
			if s.After.Status == StatusHandedOver && s.After.Entity != catalog.Region {
				t.Fatalf("got competent entity %s of a handed-over ticket, want the Region", s.After.Entity)
			}
			if slices.Contains(s.After.Traces, s.After.Entity) {
				t.Fatalf("got a trace of the competent entity %s, want none: %v", s.After.Entity, s.After.Traces)
			}
			if assignee := s.After.Assignee.Operator; assignee != "" && !worksAt(assignee, s.After.Entity) {
				t.Fatalf("got assignee %s, want an operator of %s", assignee, s.After.Entity)
			}
			if s.Err != nil && len(s.Events) > 0 {
				t.Fatalf("got error %v and events %v, want no events", s.Err, s.Events)
			}
			if s.Err == nil && len(s.Events) > 0 && s.By.Role.Operates() &&
				!s.By.Operates(s.Before.Entity) && !s.By.Operates(s.Before.Handover.ASR) {
				t.Fatalf("got events of %v on a ticket of %s, want a refusal", s.By, s.Before.Entity)
			}
		}
	})
}

// worksAt reports whether the operator works at the entity.
func worksAt(operator string, entity catalog.EntityCode) bool {
	return slices.ContainsFunc(tickettest.Actors, func(p person.Actor) bool { return p.ID == operator && p.Entity == entity })
}

// TestTextsKeepTheirAudience checks that a text that is marked for an audience is stored in an event for this audience.
func TestTextsKeepTheirAudience(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, r := range tickettest.DrawTicket(t, id, 40, false).History {
			switch e := r.Event.(type) {
			case CitizenNote:
				if !strings.Contains(e.Personal.Text, tickettest.MarkCitizen) && !isAutomaticText(e.Personal.Text, false) {
					t.Fatalf("got %q for the citizen, want a text that is marked for the citizen", e.Personal.Text)
				}
			case RegionalNote:
				marked := strings.Contains(e.Personal.Text, tickettest.MarkRegional) || strings.Contains(e.Personal.Text, tickettest.MarkChecks)
				if !marked || e.ASR == catalog.Region || e.Handover == 0 {
					t.Fatalf("got %q for the Region and %s, want a text that is marked for them", e.Personal.Text, e.ASR)
				}
			case InternalNote:
				if !strings.Contains(e.Personal.Text, tickettest.MarkInternal) && !isAutomaticText(e.Personal.Text, true) {
					t.Fatalf("got %q for %s, want a text that is marked as internal", e.Personal.Text, e.Entity)
				}
			case Opened, Assigned, Unassigned, Taken, CitizenAsked, Resumed, CitizenReplied, Escalated, Recalled, Redirected, Resolved,
				Discarded, MarkedDuplicate, Reopened, ActWithdrawn, AutoClosed, TransferredToSuccessor, Reclassified, PlaybookStarted, CheckAnswered,
				CheckTried, AnswersForgotten, OutcomeCarriedOut, PlaybookReminded, HandoverWarned, HandoverBreached, PingPongNoticed,
				CitizenReminded, ContactFailed, MailKept, LinksRevoked, ContactsCorrected, CitizenInformed, ReplyForwarded,
				PersonalDataErased:
			}
		}
	})
}

// isAutomaticText reports whether a text without a mark was not typed: it is the note of an outcome with an internal or public note, or of
// an expired question. These notes contain no evidence.
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

// TestDecidedEventsRoundTrip checks that encoded and decoded events lead to the same state.
func TestDecidedEventsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		life := tickettest.DrawTicket(t, id, 40, true)
		var s State
		for _, r := range life.History {
			stored, err := codec.Encode(r.Event)
			if err != nil {
				t.Fatal(err)
			}
			if r.Event, err = codec.Decode(stored.Name, stored.Data, stored.Personal); err != nil {
				t.Fatal(err)
			}
			s = Evolve(s, r)
		}
		if s.Status != life.State.Status || s.Entity != life.State.Entity || s.Assignee != life.State.Assignee ||
			s.Resolution != life.State.Resolution || !life.State.Erased && !reflect.DeepEqual(s.Run, life.State.Run) {
			t.Fatalf("got state %+v, want %+v", s, life.State)
		}
	})
}

// TestErrorsOfDecideAreRefusals checks that every error of Decide is a refusal.
func TestErrorsOfDecideAreRefusals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, s := range tickettest.DrawTicket(t, id, 40, true).Steps {
			if s.Err != nil && !IsRefusal(s.Err) {
				t.Fatalf("got %T (%v), want an error for which IsRefusal is true", s.Err, s.Err)
			}
		}
	})
}

// TestUpdatesConflictInChangedFieldsOnly checks that an update conflicts if it sets a field that changed, and else does not.
func TestUpdatesConflictInChangedFieldsOnly(t *testing.T) {
	at := given(opened())
	since := []Recorded{{Event: Assigned{Assignee: Assignee{Operator: colleague.ID}}, By: supervisor, At: noon}}
	if err := Conflicts(at, setStatus(StatusInProgress), operator, since); err != nil {
		t.Fatalf("got %v for a status after an assignment, want no conflict", err)
	}
	refuses(func(e *ConflictError) bool {
		want := FieldConflict{Field: "assignee", Yours: operator.ID, Theirs: colleague.ID, By: supervisor, At: noon}
		return len(e.Fields) == 1 && e.Fields[0] == want
	})(t, nil, Conflicts(at, Update{Assignee: to(operator)}, operator, since))
	unread := []Recorded{{Event: CitizenReplied{Reply: "r", Status: StatusNew}, By: citizen, At: noon}}
	refuses(func(e *ConflictError) bool { return e.Fields[0].Field == "notes" && e.Fields[0].Theirs == "r" })(t, nil,
		Conflicts(at, setStatus(StatusInProgress), operator, append(since, unread...)))
	elsewhere := []Recorded{{Event: InternalNote{Note: "n", Entity: to3}, By: neighbour, At: noon}}
	if err := Conflicts(at, setStatus(StatusInProgress), operator, elsewhere); err != nil {
		t.Fatalf("got %v after a note that the operator cannot see, want no conflict", err)
	}
	notVisible()(t, nil, Conflicts(at, Update{Assignee: to(neighbour)}, neighbour, since))
}
