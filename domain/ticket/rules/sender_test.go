// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"testing"

	. "github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// openedDeclared returns the fact that somebody who was not logged in opened the ticket.
func openedDeclared() []tickettest.Fact {
	facts := opened()
	e := facts[0].Event.(Opened)
	e.Identity, e.Citizen = Declared, ""
	facts[0].Event = e
	return facts
}

// mailFrom returns the content of a mail with the reasons why it does not count as the citizen's.
func mailFrom(why ...receivedmail.UnverifiedReason) receivedmail.MailContent {
	return receivedmail.MailContent{Sender: &receivedmail.MailSender{From: "prova@example.it", Envelope: "prova@example.it", Unverified: why}}
}

// mailed returns the reply that a mail holds.
func mailed(why ...receivedmail.UnverifiedReason) Reply {
	r := reply()
	r.Mail = mailFrom(why...)
	return r
}

// repliedByMail returns the event of mailed.
func repliedByMail(k ReplyKind, s Status, why ...receivedmail.UnverifiedReason) CitizenReplied {
	e := replied(k, s)
	e.Unverified, e.Personal = len(why) > 0, &Text{Text: "parole", MailContent: mailFrom(why...)}
	return e
}

func TestMailsThatDoNotCountAsTheCitizens(t *testing.T) {
	no := false
	notSolved, thanks := mailed(receivedmail.UnverifiedFailed), mailed(receivedmail.UnverifiedAddress)
	notSolved.Solved, thanks.Courtesy = &no, true
	held := inOneAct("resolve", noon, by(
		operator,
		CitizenNote{Note: noteID, VisibleFrom: heldUntil},
		Resolved{Resolution: 1, Note: noteID, EffectFrom: heldUntil, Status: StatusResolved},
	))
	keep := KeepMail{ID: "m", Why: receivedmail.CourtesyMail, Text: "grazie", Mail: mailFrom()}
	checkDecisions(t, engine, map[string]decision{
		"one wakes the operator who waits for an answer": {
			given(openedDeclared(), citizenAsked("n")), mailed(receivedmail.UnverifiedAddress), linkHolder,
			then(repliedByMail(ReplyAnswer, StatusInProgress, receivedmail.UnverifiedAddress)),
		},
		"one to a ticket in progress leaves the status": {
			given(openedDeclared(), taken(operator)), mailed(receivedmail.UnverifiedSeveral, receivedmail.UnverifiedEnvelope), linkHolder,
			then(repliedByMail(ReplyAnswer, StatusInProgress, receivedmail.UnverifiedSeveral, receivedmail.UnverifiedEnvelope)),
		},
		"one at the Region leaves the status": {
			given(openedDeclared(), escalated()), mailed(receivedmail.UnverifiedAddress), linkHolder,
			then(repliedByMail(ReplyAnswer, StatusHandedOver, receivedmail.UnverifiedAddress)),
		},
		"one to a resolution changes nothing": {
			given(openedDeclared(), resolved(1)), mailed(receivedmail.UnverifiedAddress), linkHolder,
			then(repliedByMail(ReplyMessage, StatusResolved, receivedmail.UnverifiedAddress)),
		},
		"one that says «not solved» changes nothing": {
			given(openedDeclared(), resolved(1)), notSolved, linkHolder,
			then(repliedByMail(ReplyMessage, StatusResolved, receivedmail.UnverifiedFailed)),
		},
		"thanks change nothing": {
			given(openedDeclared(), resolved(1)), thanks, linkHolder,
			then(repliedByMail(ReplyMessage, StatusResolved, receivedmail.UnverifiedAddress)),
		},
		"one to a held resolution does not reopen": {
			given(openedDeclared(), held), mailed(receivedmail.UnverifiedAddress), linkHolder,
			then(repliedByMail(ReplyMessage, StatusResolved, receivedmail.UnverifiedAddress)),
		},
		"a mail from the ticket's address reopens": {
			given(openedDeclared(), resolved(1)), mailed(), linkHolder,
			then(repliedByMail(ReplyNotSolved, StatusResolved), Reopened{Status: StatusInProgress}),
		},
		"no mail reopens the ticket of a verified citizen": {
			given(opened(), resolved(1)), mailed(), linkHolder,
			then(repliedByMail(ReplyMessage, StatusResolved, receivedmail.UnverifiedCitizen)),
		},
		"every mail to a verified citizen's ticket is unverified and wakes the operator": {
			given(opened(), citizenAsked("n")), mailed(receivedmail.UnverifiedAddress), linkHolder,
			then(repliedByMail(ReplyAnswer, StatusInProgress, receivedmail.UnverifiedAddress, receivedmail.UnverifiedCitizen)),
		},
		"a reply on the web reopens the ticket of a verified citizen": {
			given(opened(), resolved(1)), reply(), citizen,
			then(replied(ReplyNotSolved, StatusResolved), Reopened{Status: StatusInProgress}),
		},
		"thanks about a closed ticket are kept with their sender": {
			given(opened(), resolved(1), closed(1)), keep, system,
			then(MailKept{Mail: "m", Why: receivedmail.CourtesyMail, Unverified: true, Personal: &Text{Text: "grazie", MailContent: mailFrom(receivedmail.UnverifiedCitizen)}}),
		},
	})
}

// Only a mail that counts as the citizen's shows that their address works again.
func TestUnverifiedMailsLeaveTheAddressUnreachable(t *testing.T) {
	failed := by(system, ContactFailed{Message: "m", Why: DeliveryBounced})
	if s := given(openedDeclared(), failed, by(linkHolder, repliedByMail(ReplyAnswer, StatusNew, receivedmail.UnverifiedAddress))); !s.Unreachable {
		t.Error("got a reachable address after an unverified mail, want an unreachable one")
	}
	if s := given(openedDeclared(), failed, by(linkHolder, repliedByMail(ReplyAnswer, StatusNew))); s.Unreachable {
		t.Error("got an unreachable address after the citizen's mail, want a reachable one")
	}
}
