// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"testing"

	. "github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

func text(s string) *string { return &s }

func TestContactsAreCorrected(t *testing.T) {
	correction := CorrectContacts{Email: text(" Nuova@POSTA.example.it "), Reason: "parole"}
	corrected := ContactsCorrected{Address: 1, EmailChanged: true, Personal: &Contacts{Email: "Nuova@posta.example.it", Reason: "parole"}}
	revoked := LinksRevoked{Issue: 1, Personal: sampleText}
	failed := by(system, ContactFailed{Message: "m", Why: DeliveryRefused})
	checkDecisions(t, engine, map[string]decision{
		"an operator corrects the address":  {given(opened(), failed), correction, operator, then(corrected, revoked)},
		"a supervisor corrects the address": {given(opened()), correction, supervisor, then(corrected, revoked)},
		"a second correction has a new number": {
			given(opened(), by(operator, corrected)), correction, operator,
			then(ContactsCorrected{Address: 2, EmailChanged: true, Personal: corrected.Personal}, revoked),
		},
		"the telephone alone leaves the address": {
			given(opened(), by(operator, corrected)), CorrectContacts{Phone: text("011/0000001"), Reason: "parole"}, operator,
			then(ContactsCorrected{Address: 1, PhoneChanged: true, Personal: &Contacts{Phone: "0110000001", Reason: "parole"}}),
		},
		"nothing to correct": {given(opened()), CorrectContacts{Reason: "parole"}, operator, then()},
		"every fault is named": {
			given(opened()), CorrectContacts{Email: text("x"), Phone: text("1")}, operator,
			invalidFields("email", "phone", "reason"),
		},
		"an operator of another entity": {given(opened()), correction, neighbour, notVisible()},
		"the citizen":                   {given(opened()), correction, citizen, forbidden()},
		"a closed ticket":               {given(opened(), resolved(1), closed(1)), correction, operator, notAllowed(MoveCorrectContacts, StatusClosed)},
		"an erased ticket":              {given(opened(), erased()), correction, operator, notAllowed(MoveCorrectContacts, StatusNew)},
		"a failure of the former address says nothing": {
			given(opened(), by(operator, corrected)), ReportContact{Message: "m", Why: DeliveryBounced}, system, then(),
		},
		"the new address fails": {
			given(opened(), by(operator, corrected)), ReportContact{Message: "m", Why: DeliveryBounced, Address: 1}, system,
			then(ContactFailed{Message: "m", Why: DeliveryBounced}),
		},
	})
	if s := given(opened(), failed); !s.Unreachable {
		t.Error("after a failure: got reachable")
	}
	if s := given(opened(), failed, by(operator, corrected)); s.Unreachable {
		t.Error("after the correction: got «e-mail non consegnata», want it gone")
	}
}

// withoutEmail returns the facts of a ticket that was opened at the desk without an e-mail address.
func withoutEmail() []tickettest.Fact {
	facts := opened()
	for i := range facts {
		if e, ok := facts[i].Event.(Opened); ok {
			e.NoEmail, e.Channel, e.Identity, e.Citizen = true, ChannelCounter, Declared, ""
			facts[i].Event = e
		}
	}
	return facts
}

func TestCitizenWithoutEmailIsInformed(t *testing.T) {
	note := inOneAct("note", noon, by(operator, citizenNote(), becomes(operator)))
	informed := CitizenInformed{Note: noteID, How: InformByTelephone}
	inform := InformCitizen{How: InformByTelephone}
	checkDecisions(t, engine, map[string]decision{
		"an operator tells the note":  {given(withoutEmail(), note), inform, operator, then(informed)},
		"once":                        {given(withoutEmail(), note, by(operator, informed)), inform, operator, then()},
		"nothing to tell":             {given(withoutEmail()), inform, operator, then()},
		"with an address":             {given(opened(), note), inform, operator, then()},
		"by telephone or letter only": {given(withoutEmail(), note), InformCitizen{How: "piccione"}, operator, invalidFields("how")},
		"not by another entity":       {given(withoutEmail(), note), inform, neighbour, notVisible()},
	})
	withdrawn := by(operator, ActWithdrawn{Act: "note", Notes: []ID{noteID}, Status: StatusNew, Entity: torino})
	address := by(operator, ContactsCorrected{Address: 1, EmailChanged: true, Personal: &Contacts{Email: "prova@example.it"}})
	removed := ContactsCorrected{Address: 1, EmailChanged: true, NoEmail: true, ToInform: noteID, Personal: &Contacts{Reason: "parole"}}
	checkDecisions(t, engine, map[string]decision{
		"the citizen has no address any more": {
			given(opened(), note, by(system, ContactFailed{Message: "m", Why: DeliveryRefused})),
			CorrectContacts{Email: text(""), Reason: "parole"}, operator, then(removed, LinksRevoked{Issue: 1, Personal: sampleText}),
		},
	})
	for name, c := range map[string]struct {
		state State
		want  ID
	}{
		"a public note":        {given(withoutEmail(), note), noteID},
		"an undone note":       {given(withoutEmail(), note, withdrawn), ""},
		"a reminder of it":     {given(withoutEmail(), note, by(operator, informed), by(system, CitizenReminded{Question: noteID, N: 1})), noteID},
		"an address is known":  {given(withoutEmail(), note, address), ""},
		"a ticket with e-mail": {given(opened(), note), ""},
		"no address any more":  {given(opened(), note, by(operator, removed)), noteID},
	} {
		if got := c.state.Informing.Note; got != c.want {
			t.Errorf("%s: got %q to tell, want %q", name, got, c.want)
		}
	}
}

func TestOpeningWithoutEmail(t *testing.T) {
	open := func(c Channel, email string) Open {
		o := validForm()
		o.Channel, o.Form.Email = c, email
		return o
	}
	for channel, may := range map[Channel]bool{ChannelCounter: true, ChannelTelephone: true, ChannelWeb: false, ChannelIntegration: false} {
		events, err := engine.Decide(State{}, open(channel, " "), operator, noon)
		switch {
		case may && (err != nil || !events[0].(Opened).NoEmail || events[0].(Opened).Personal.Email != ""):
			t.Errorf("%s: got %+v, %v, want a ticket without e-mail", channel, events, err)
		case !may:
			invalidFields("requester.email")(t, events, err)
		}
		if events, err := engine.Decide(State{}, open(channel, "prova@example.it"), operator, noon); err != nil || events[0].(Opened).NoEmail {
			t.Errorf("%s: got %+v, %v, want a ticket with e-mail", channel, events, err)
		}
	}
	phone := open(ChannelTelephone, "")
	phone.Form.Phone = ""
	events, err := engine.Decide(State{}, phone, operator, noon)
	invalidFields("requester.phone")(t, events, err)
}
