// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/sagas"
)

// unknownMailbox is the reply of a mail server to an address that nobody has.
var unknownMailbox = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}

// correct corrects the e-mail address of a ticket and returns the notification of the saga.
func (w *fixture) correct(id ticket.ID, email string) sagas.Notification {
	w.Helper()
	w.dispatch(id, anna, ticket.CorrectContacts{Email: &email, Reason: "l’indirizzo era scritto male"})
	return sagas.Notification{Kind: sagas.KindContactsCorrected, To: sagas.ToCitizen, N: w.state(id).Address}
}

func (w *fixture) state(id ticket.ID) ticket.State {
	w.Helper()
	s, _, err := w.dispatcher.State(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// arrived returns, for each mail that arrived in order, its recipient and each of the marks that its text holds.
func (w *fixture) arrived(marks ...string) (all []string) {
	for _, m := range w.relay.received() {
		for _, mark := range marks {
			if strings.Contains(m, mark) {
				all = append(all, strings.TrimSpace(strings.SplitN(strings.SplitN(m, "\nTo:", 2)[1], "\n", 2)[0])+" "+mark)
			}
		}
	}
	return all
}

func equal(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s: got\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Desk case 7: the mail server says 550, an operator corrects the address, and what had failed goes out again, in its order, once.
func TestFailedMailsAreSentAgainToACorrectedAddress(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Declared)
	w.deliver(id, w.write(id, ticket.StatusInProgress, "PRIMA-arrivata"))
	w.relay.behave(false, unknownMailbox)
	first := w.deliver(id, w.write(id, "", "SECONDA-fallita"))
	second := w.deliver(id, w.write(id, ticket.StatusWaiting, "TERZA-fallita"))
	if state, _ := w.row(first); state != "refused" || !w.state(id).Unreachable {
		t.Fatalf("got %s, %+v, want refused and «e-mail non consegnata»", state, w.state(id))
	}
	w.relay.behave(false, nil)
	n := w.correct(id, "giusta@example.it")
	if w.state(id).Unreachable {
		t.Error("after the correction: got «e-mail non consegnata», want it gone")
	}
	for range 3 { // the outbox may deliver it more than once
		w.deliver(id, n)
	}
	if err := w.sender.Retry(t.Context()); err != nil {
		t.Fatal(err)
	}
	equal(t, "mails", w.arrived("PRIMA", "SECONDA", "TERZA"), "<prova@example.it> PRIMA", "<giusta@example.it> SECONDA", "<giusta@example.it> TERZA")

	w.relay.behave(false, unknownMailbox)
	w.deliver(id, w.write(id, ticket.StatusWaiting, "QUARTA-fallita"))
	if !w.state(id).Unreachable {
		t.Error("the new address fails: got no mark, want «e-mail non consegnata» again")
	}
	w.relay.behave(false, nil)
	w.deliver(id, w.correct(id, "ancora@example.it"))
	equal(t, "mails after the second correction", w.arrived("SECONDA", "TERZA", "QUARTA"),
		"<giusta@example.it> SECONDA", "<giusta@example.it> TERZA", "<ancora@example.it> QUARTA")
	if state, _ := w.row(second); state != "refused" {
		t.Errorf("the failed mail itself: got %s, want refused", state)
	}
}

// A mail that comes back after the correction says nothing about the new address, and is sent there.
func TestReturnFromTheFormerAddressIsSentAgain(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Declared)
	lost := w.deliver(id, w.write(id, ticket.StatusInProgress, "PRIMA"))
	w.deliver(id, w.correct(id, "giusta@example.it"))
	equal(t, "nothing had failed", w.arrived("PRIMA"), "<prova@example.it> PRIMA")
	for range 2 {
		if err := w.sender.RecordBounce(t.Context(), lost); err != nil {
			t.Fatal(err)
		}
		if err := w.sender.Retry(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "mails", w.arrived("PRIMA"), "<prova@example.it> PRIMA", "<giusta@example.it> PRIMA")
	if w.state(id).Unreachable {
		t.Error("got «e-mail non consegnata», want no mark: the present address has not failed")
	}
}

// A mail that failed before the citizen wrote is not sent again: the citizen has read it on the page.
func TestMailsBeforeTheCitizensReplyAreNotSentAgain(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Declared)
	w.relay.behave(false, unknownMailbox)
	w.deliver(id, w.write(id, ticket.StatusWaiting, "PRIMA"))
	w.dispatch(id, citizenOf(id), ticket.Reply{ID: newID(), Text: "Ho letto sulla pagina"})
	w.deliver(id, w.write(id, ticket.StatusWaiting, "SECONDA"))
	w.relay.behave(false, nil)
	w.deliver(id, w.correct(id, "giusta@example.it"))
	equal(t, "mails", w.arrived("PRIMA", "SECONDA"), "<giusta@example.it> SECONDA")
}

// A mail that does not count as the citizen's does not show that the citizen has read anything.
func TestMailsBeforeAnUnverifiedMailAreSentAgain(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Declared)
	w.relay.behave(false, unknownMailbox)
	w.deliver(id, w.write(id, ticket.StatusWaiting, "PRIMA"))
	w.dispatch(id, citizenOf(id), ticket.Reply{
		ID: newID(), Text: "Parole di altri",
		Mail: receivedmail.MailContent{Sender: &receivedmail.MailSender{From: "altri@example.it", Unverified: []receivedmail.UnverifiedReason{receivedmail.UnverifiedAddress}}},
	})
	w.relay.behave(false, nil)
	w.deliver(id, w.correct(id, "giusta@example.it"))
	equal(t, "mails", w.arrived("PRIMA"), "<giusta@example.it> PRIMA")
}

// A ticket without e-mail gets no mails. Once an address is known, the notes that the citizen was not told are sent to it.
func TestNotesWithoutAddressAreSentWhenOneIsKnown(t *testing.T) {
	w := newFixture(t)
	id := newID()
	open := tickettest.DeclaredOpenCommand("2026-0001234", "010301")
	open.Problem, open.Channel, open.Form.Email = "altro", ticket.ChannelCounter, ""
	w.dispatch(id, anna, open)
	informed := w.deliver(id, w.write(id, ticket.StatusInProgress, "PRIMA"))
	if state, _ := w.row(informed); state != "void" || w.state(id).Informing.Note == "" || w.state(id).Unreachable {
		t.Fatalf("got %s, %+v, want no mail, and a note to tell", state, w.state(id))
	}
	w.dispatch(id, anna, ticket.InformCitizen{How: ticket.InformByTelephone})
	w.deliver(id, w.write(id, ticket.StatusWaiting, "SECONDA"))
	w.deliver(id, w.correct(id, "giusta@example.it"))
	equal(t, "mails", w.arrived("PRIMA", "SECONDA"), "<giusta@example.it> SECONDA")
	if w.state(id).Informing.Note != "" {
		t.Error("got a note to tell, want none: it was mailed")
	}
}

func citizenOf(id ticket.ID) person.Actor { return person.Actor{ID: string(id), Role: person.Citizen} }
