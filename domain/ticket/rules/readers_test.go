// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	. "github.com/sol-assistenza/sol/domain/ticket"
	. "github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

var (
	regionalSupervisor = tickettest.RegionalSupervisor
	toNeighbour        = Redirected{Handover: 2, To: to3, Note: noteID, Status: StatusNew}
	restricted         = by(operator, AccessRestricted{Personal: sampleText})
)

// assignedTo returns the facts of a ticket that an operator has.
func assignedTo(a person.Actor) []tickettest.Fact {
	return by(supervisor, Assigned{Assignee: Assignee{Operator: a.ID}})
}

func TestAccessIsRestricted(t *testing.T) {
	restrict, lift := RestrictAccess{Reason: " minaccia al personale "}, LiftRestriction{Reason: " passato "}
	done := then(AccessRestricted{Personal: &Text{Text: "minaccia al personale"}})
	closedTicket := given(opened(), assignedTo(operator), resolved(1), closed(1))
	checkDecisions(t, engine, map[string]decision{
		"the assignee restricts":             {given(opened(), assignedTo(operator)), restrict, operator, done},
		"a supervisor restricts":             {given(opened()), restrict, supervisor, done},
		"of a closed ticket":                 {closedTicket, restrict, operator, done},
		"a colleague would see it no more":   {given(opened(), assignedTo(operator)), restrict, colleague, forbidden()},
		"nor of a ticket that nobody has":    {given(opened()), restrict, operator, forbidden()},
		"it needs a reason":                  {given(opened()), RestrictAccess{}, supervisor, invalidFields("reason")},
		"a second time changes nothing":      {given(opened(), restricted), restrict, supervisor, then()},
		"another entity does not see it":     {given(opened()), restrict, neighbour, notVisible()},
		"an entity with a trace may not":     {given(opened(), escalated()), restrict, supervisor, forbidden()},
		"the citizen may not":                {given(opened()), restrict, citizen, forbidden()},
		"an administrator may not":           {given(opened()), restrict, administrator, notVisible()},
		"an erased ticket has none to write": {given(opened(), erased()), restrict, supervisor, notAllowed(MoveRestrictAccess, StatusNew)},

		"a supervisor lifts":         {given(opened(), restricted), lift, supervisor, then(RestrictionLifted{Personal: &Text{Text: "passato"}})},
		"the assignee may not":       {given(opened(), assignedTo(operator), restricted), lift, operator, forbidden()},
		"a colleague may not":        {given(opened(), assignedTo(operator), restricted), lift, colleague, forbidden()},
		"lifting needs a reason":     {given(opened(), restricted), LiftRestriction{}, supervisor, invalidFields("reason")},
		"nothing to lift":            {given(opened()), lift, supervisor, then()},
		"the receiver's supervisors": {given(opened(), restricted, escalated()), lift, regionalSupervisor, then(RestrictionLifted{Personal: &Text{Text: "passato"}})},
		"the sender's no more":       {given(opened(), restricted, escalated()), lift, supervisor, forbidden()},
	})
}

// TestRestrictedTicketIsWorkedOnByAssigneeAndSupervisors checks restricted access at each step of a ticket's life. At each of them a
// supervisor of the competent entity can go on.
func TestRestrictedTicketIsWorkedOnByAssigneeAndSupervisors(t *testing.T) {
	note := Update{Note: note(Internal, "parole")}
	noted := func(a person.Actor) expectation {
		return then(InternalNote{Note: noteID, Entity: a.Entity, Personal: sampleText})
	}
	hidden := refuses(func(e *ForbiddenError) bool { return e.Reason.Code == refusal.AccessRestricted })
	unassigned, handedOver := given(opened(), restricted), given(opened(), assignedTo(operator), restricted, escalated())
	withNeighbour := given(opened(), restricted, escalated(), by(regional, toNeighbour))
	succeeded := given(opened(), assignedTo(operator), restricted,
		by(system, TransferredToSuccessor{From: torino, To: to3}, Unassigned{}))
	neighbourSupervisor := person.Actor{ID: "01930000-0000-7000-8000-0000000000f9", Role: person.ASRSupervisor, Entity: to3}
	checkDecisions(t, engine, map[string]decision{
		"the assignee":                            {given(opened(), assignedTo(operator), restricted), note, operator, noted(operator)},
		"a supervisor":                            {given(opened(), assignedTo(operator), restricted), note, supervisor, noted(supervisor)},
		"a colleague":                             {given(opened(), assignedTo(operator), restricted), note, colleague, hidden},
		"nobody has it: an operator":              {unassigned, setStatus(StatusInProgress), operator, hidden},
		"nobody has it: a supervisor":             {unassigned, note, supervisor, noted(supervisor)},
		"given to a colleague: the former":        {given(opened(), assignedTo(operator), restricted, assignedTo(colleague)), note, operator, hidden},
		"given to a colleague: the new":           {given(opened(), assignedTo(operator), restricted, assignedTo(colleague)), note, colleague, noted(colleague)},
		"released: the former":                    {given(opened(), assignedTo(operator), restricted, by(system, Unassigned{})), note, operator, hidden},
		"handed over: an operator of the Region":  {handedOver, setStatus(StatusInProgress), regional, hidden},
		"handed over: a supervisor of the Region": {handedOver, note, regionalSupervisor, noted(regionalSupervisor)},
		"handed over: who handed over":            {handedOver, setStatusFor(StatusNew, "sbagliato"), operator, notVisible()},
		"redirected: an operator":                 {withNeighbour, setStatus(StatusInProgress), neighbour, hidden},
		"redirected: a supervisor":                {withNeighbour, note, neighbourSupervisor, noted(neighbourSupervisor)},
		"at the successor: an operator":           {succeeded, note, neighbour, hidden},
		"at the successor: a supervisor":          {succeeded, note, neighbourSupervisor, noted(neighbourSupervisor)},
		"lifted: a colleague":                     {given(opened(), restricted, by(supervisor, RestrictionLifted{})), note, colleague, noted(colleague)},
	})
	if readers := handedOver.Readers(); len(readers) != 3 {
		t.Errorf("got readers %q, want supervisors of both entities and the citizen", readers)
	}
}

// accepted are the facts of a ticket of Torino that TO3 has taken, the Region having sent it there.
func accepted() []tickettest.Fact {
	facts := append(append(opened(), escalated()...), by(regional, toNeighbour)...)
	return append(facts, tickettest.InOneAct("accepted", noon, by(neighbour, Taken{Assignee: Assignee{Operator: neighbour.ID}, Status: StatusInProgress}))...)
}

func TestFormerViewsEnd(t *testing.T) {
	end := func(e catalog.EntityCode, since time.Time) EndFormerView {
		return EndFormerView{Entity: e, Since: since}
	}
	ended := by(system, FormerViewEnded{Entity: torino})
	again := append(by(neighbour, Escalated{Handover: 3, From: to3, Status: StatusHandedOver}), by(regional, Redirected{Handover: 4, To: torino, Status: StatusNew})...)
	lost := append(again, by(operator, Escalated{Handover: 5, From: torino, Status: StatusHandedOver})...)
	stale := refuses(func(e *NotAllowedError) bool { return e.Reason.Code == refusal.StaleViewEnd })
	checkDecisions(t, engine, map[string]decision{
		"another ASR accepted it":              {given(accepted()), end(torino, noon), system, then(FormerViewEnded{Entity: torino})},
		"of the Region, too":                   {given(accepted()), end(catalog.Region, noon), system, then(FormerViewEnded{Entity: catalog.Region})},
		"of the competent entity":              {given(accepted()), end(to3, noon), system, stale},
		"the Region works on it":               {given(opened(), escalated()), end(torino, noon), system, stale},
		"the ASR has not accepted it":          {given(opened(), escalated(), by(regional, toNeighbour)), end(torino, noon), system, stale},
		"without a time":                       {given(opened(), escalated()), EndFormerView{Entity: torino}, system, stale},
		"a second time":                        {given(accepted(), ended), end(torino, noon), system, then()},
		"the entity has it again":              {given(accepted(), again), end(torino, noon), system, stale},
		"the entity had it again and lost it":  {given(accepted(), lost), end(torino, noon), system, stale},
		"a person may not":                     {given(accepted()), end(torino, noon), supervisor, forbidden()},
		"then the entity may not work on it":   {given(accepted(), ended), setStatusFor(StatusNew, "nostra"), operator, forbidden()},
		"and the system may not be spoofed":    {given(accepted(), ended), end(torino, noon), neighbour, forbidden()},
		"a competent operator works as before": {given(accepted(), ended), RevokeLinks{Reason: "parole"}, neighbour, then(LinksRevoked{Issue: 1, Personal: sampleText})},
	})
}

// TestReadRefusals names what those learn who may not read a ticket.
func TestReadRefusals(t *testing.T) {
	ended := by(system, FormerViewEnded{Entity: torino})
	for name, c := range map[string]struct {
		state State
		by    person.Actor
		want  refusal.Code // "": not visible
	}{
		"a stranger's entity":                             {given(opened()), neighbour, ""},
		"a former holder after the end":                   {given(accepted(), ended), operator, refusal.ViewEnded},
		"its supervisor":                                  {given(accepted(), ended), supervisor, refusal.ViewEnded},
		"a former holder of a restricted ticket":          {given(opened(), restricted, escalated()), operator, ""},
		"after the end, of a restricted ticket":           {given(accepted(), by(supervisor, AccessRestricted{}), ended), operator, ""},
		"after the end, a supervisor of a restricted one": {given(accepted(), by(supervisor, AccessRestricted{}), ended), supervisor, refusal.ViewEnded},
		"a colleague of a restricted ticket's operator":   {given(opened(), assignedTo(operator), restricted), colleague, refusal.AccessRestricted},
		"another entity's operator":                       {given(opened(), restricted), neighbour, ""},
		"another citizen":                                 {given(opened(), restricted), stranger, ""},
	} {
		err := ReadRefusal(c.state, c.by)
		var forbidden *ForbiddenError
		got := refusal.Code("")
		if errors.As(err, &forbidden) {
			got = forbidden.Reason.Code
		} else if !errors.As(err, new(*NotVisibleError)) {
			t.Errorf("%s: got %v", name, err)
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
