// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// openVerified opens a ticket of a verified citizen and moves it to a status.
func (w *fixture) openVerified(status ticket.Status) ticket.ID {
	w.Helper()
	id := newID()
	w.dispatch(id, tickettest.Citizen, tickettest.OpenCommand(string(id), "010301"))
	update := ticket.Update{UpdateFields: ticket.UpdateFields{Status: status}, Note: &ticket.NoteInput{ID: newID(), Text: "Testo", Visibility: ticket.Public}}
	switch status {
	case ticket.StatusWaiting:
		w.dispatch(id, anna, update)
	case ticket.StatusResolved, ticket.StatusClosed:
		update.Status = ticket.StatusResolved
		w.dispatch(id, anna, update)
	case ticket.StatusNew, ticket.StatusInProgress, ticket.StatusHandedOver:
	}
	if status == ticket.StatusClosed {
		w.dispatch(id, system, ticket.Close{Resolution: 1})
	}
	return id
}

// from returns a mail with these header fields in place of the usual ones.
func from(text string, headers ...string) string {
	return strings.Join(append(headers, "Message-ID: <"+uuid.NewString()+"@example.it>", "Content-Type: text/plain; charset=utf-8", "", text, ""), "\n")
}

// lastReply returns the last reply of a ticket, which the mail that was sent must have left.
func (w *fixture) lastReply(id ticket.ID) (reply ticket.CitizenReplied, s ticket.State) {
	w.Helper()
	history, err := w.dispatcher.History(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	_, s, _ = w.last(id)
	for _, r := range history {
		if e, ok := r.Event.(ticket.CitizenReplied); ok {
			reply = e
		}
	}
	if reply.Personal == nil || reply.Personal.Sender == nil {
		w.Fatalf("got reply %+v, want one with its sender", reply)
	}
	return reply, s
}

// Every mail keeps its words. One that does not count as the citizen's says why and does not reopen.
func TestSenders(t *testing.T) {
	w := newFixture(t)
	for name, c := range map[string]struct {
		envelope string
		headers  []string
		want     []receivedmail.UnverifiedReason
	}{
		"the ticket's address":          {"prova@example.it", []string{"From: Prova <prova@example.it>"}, nil},
		"in capitals":                   {"Prova@Example.IT", []string{"From: PROVA@EXAMPLE.IT"}, nil},
		"without From":                  {"prova@example.it", nil, nil},
		"a gateway of the domain":       {"bounce@gw.example.it", []string{"From: prova@example.it"}, nil},
		"forwarded by our own server":   {"SRS0=HHH=TT=example.it=prova@inoltro.example.org", []string{"From: prova@example.it"}, nil},
		"twice the same":                {"prova@example.it", []string{"From: Prova <prova@example.it>, prova@example.it"}, nil},
		"Sender is the same":            {"prova@example.it", []string{"From: prova@example.it", "Sender: prova@example.it"}, nil},
		"another address":               {"altro@example.org", []string{"From: Prova <altro@example.org>"}, []receivedmail.UnverifiedReason{receivedmail.UnverifiedAddress}},
		"the address in the name":       {"altro@example.org", []string{"From: \"prova@example.it\" <altro@example.org>"}, []receivedmail.UnverifiedReason{receivedmail.UnverifiedAddress}},
		"with a plus":                   {"prova@example.it", []string{"From: prova+lavoro@example.it"}, []receivedmail.UnverifiedReason{receivedmail.UnverifiedAddress}},
		"another mailbox of the domain": {"altro@example.it", []string{"From: altro@example.it"}, []receivedmail.UnverifiedReason{receivedmail.UnverifiedAddress}},
		"another envelope":              {"altro@example.org", []string{"From: Prova <prova@example.it>"}, []receivedmail.UnverifiedReason{receivedmail.UnverifiedEnvelope}},
		"several in From":               {"prova@example.it", []string{"From: prova@example.it, altro@example.org"}, []receivedmail.UnverifiedReason{receivedmail.UnverifiedSeveral}},
		"several fields From":           {"prova@example.it", []string{"From: prova@example.it", "From: altro@example.org"}, []receivedmail.UnverifiedReason{receivedmail.UnverifiedSeveral}},
		"a group":                       {"prova@example.it", []string{"From: Noi: prova@example.it, altro@example.it;"}, []receivedmail.UnverifiedReason{receivedmail.UnverifiedSeveral}},
		"somebody else sent it":         {"prova@example.it", []string{"From: prova@example.it", "Sender: altro@example.org"}, []receivedmail.UnverifiedReason{receivedmail.UnverifiedSender}},
		"without From, another":         {"altro@example.org", nil, []receivedmail.UnverifiedReason{receivedmail.UnverifiedAddress}},
		"nothing is reported":           {"prova@example.it", []string{"Authentication-Results: mx.example.it; dmarc=fail", "From: prova@example.it"}, nil}, // no server is trusted
	} {
		id := w.open(ticket.StatusResolved)
		if err := w.mailFrom(c.envelope, w.addresses.Reply(id), from("Non funziona ancora", c.headers...)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		reply, s := w.lastReply(id)
		want := map[bool]ticket.Status{true: ticket.StatusResolved, false: ticket.StatusInProgress}[len(c.want) > 0]
		if !slices.Equal(reply.Personal.Sender.Unverified, c.want) || reply.Unverified != (len(c.want) > 0) || s.Status != want || reply.Personal.Text != "Non funziona ancora" {
			t.Errorf("%s: got %+v, status %s, want reasons %v, status %s", name, reply.Personal, s.Status, c.want, want)
		}
	}
}

func TestAuthenticationResultsOfTheReceivingServer(t *testing.T) {
	w := newFixture(t, func(c *Config) {
		c.TrustedServers, c.CertifiedMailDomains = []string{"mx.asr.example.it"}, []string{"pec.gestore.example.org"}
	})
	pec := func(manager, certificate, inner string) []string {
		return []string{"From: \"Per conto di\" <posta-certificata@" + manager + ">", "X-Trasporto: posta-certificata", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=m\n\n" +
			"--m\nContent-Type: application/xml; name=\"daticert.xml\"\n\n<mittente>" + certificate + "</mittente>\n--m\nContent-Type: message/rfc822\n\nFrom: " + inner + "\n\nNon funziona ancora\n--m--\n\nX: y"}
	}
	report := func(results string, headers ...string) []string {
		return append([]string{"Authentication-Results: mx.asr.example.it; " + results, "Received: from x by mx.asr.example.it"}, headers...)
	}
	const fromCitizen = "From: prova@example.it"
	for name, c := range map[string]struct {
		envelope string
		headers  []string
		want     []receivedmail.UnverifiedReason
	}{
		"passes":                       {"prova@example.it", report("dmarc=pass header.from=example.it", fromCitizen), nil},
		"passes from another server":   {"bounce@invio.example.org", report("dkim=pass header.d=example.it; spf=pass smtp.mailfrom=invio.example.org", fromCitizen), nil},
		"nothing published":            {"prova@example.it", report("spf=none; dkim=none; dmarc=none", fromCitizen), nil},
		"fails":                        {"prova@example.it", report("dmarc=fail header.from=example.it", fromCitizen), []receivedmail.UnverifiedReason{receivedmail.UnverifiedFailed}},
		"fails softly":                 {"prova@example.it", report("spf=softfail smtp.mailfrom=prova@example.it", fromCitizen), []receivedmail.UnverifiedReason{receivedmail.UnverifiedFailed}},
		"only another domain passes":   {"prova@evil.example", report("spf=pass smtp.mailfrom=prova@evil.example; dmarc=none", fromCitizen), []receivedmail.UnverifiedReason{receivedmail.UnverifiedFailed, receivedmail.UnverifiedEnvelope}},
		"an error for now":             {"prova@example.it", report("spf=temperror smtp.mailfrom=prova@example.it", fromCitizen), []receivedmail.UnverifiedReason{receivedmail.UnverifiedUnchecked}},
		"not reported":                 {"prova@example.it", []string{fromCitizen}, []receivedmail.UnverifiedReason{receivedmail.UnverifiedUnchecked}},
		"reported by somebody else":    {"prova@example.it", []string{"Authentication-Results: mx.evil.example; dmarc=pass header.from=example.it", fromCitizen}, []receivedmail.UnverifiedReason{receivedmail.UnverifiedUnchecked}},
		"forged below":                 {"prova@example.it", report("dmarc=fail header.from=example.it", "Authentication-Results: mx.asr.example.it; dmarc=pass header.from=example.it", fromCitizen), []receivedmail.UnverifiedReason{receivedmail.UnverifiedFailed}},
		"passes, another address":      {"altro@example.org", report("dmarc=pass header.from=example.org", "From: altro@example.org"), []receivedmail.UnverifiedReason{receivedmail.UnverifiedAddress}},
		"certified by its own domain":  {"posta-certificata@pec.example.it", report("dmarc=pass header.from=pec.example.it", pec("pec.example.it", "prova@example.it", "prova@example.it")...), nil},
		"certified by a known manager": {"posta-certificata@pec.gestore.example.org", report("dkim=pass header.d=gestore.example.org", pec("pec.gestore.example.org", "prova@example.it", "prova@example.it")...), nil},
		"certified by nobody known":    {"posta-certificata@evil.example", report("dmarc=pass header.from=evil.example", pec("evil.example", "prova@example.it", "prova@example.it")...), []receivedmail.UnverifiedReason{receivedmail.UnverifiedCertificate}},
		"certified for another":        {"posta-certificata@pec.gestore.example.org", report("dkim=pass header.d=gestore.example.org", pec("pec.gestore.example.org", "altro@example.org", "prova@example.it")...), []receivedmail.UnverifiedReason{receivedmail.UnverifiedCertificate, receivedmail.UnverifiedAddress}},
	} {
		id := w.open(ticket.StatusResolved)
		if err := w.mailFrom(c.envelope, w.addresses.Reply(id), from("Non funziona ancora", c.headers...)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		reply, _ := w.lastReply(id)
		if !slices.Equal(reply.Personal.Sender.Unverified, c.want) || !strings.Contains(reply.Personal.Text, "Non funziona ancora") {
			t.Errorf("%s: got %+v, %q, want reasons %v", name, reply.Personal.Sender, reply.Personal.Text, c.want)
		}
	}
}

// A mail never speaks for a verified citizen: it wakes the operator, and neither reopens nor confirms.
func TestMailsToVerifiedCitizensTickets(t *testing.T) {
	w := newFixture(t)
	for before, after := range map[ticket.Status]ticket.Status{
		ticket.StatusNew: ticket.StatusNew, ticket.StatusWaiting: ticket.StatusInProgress, ticket.StatusResolved: ticket.StatusResolved,
	} {
		for _, text := range []string{"Non funziona ancora", "Grazie!"} {
			id := w.openVerified(before)
			if err := w.mail(w.addresses.Reply(id), plain(text)); err != nil {
				t.Fatal(err)
			}
			reply, s := w.lastReply(id)
			if s.Status != after || !reply.Unverified || reply.Personal.Text != text || !slices.Contains(reply.Personal.Sender.Unverified, receivedmail.UnverifiedCitizen) ||
				before == ticket.StatusResolved && reply.Kind != ticket.ReplyMessage {
				t.Errorf("%s, %s: got status %s, reply %+v, want %s", before, text, s.Status, reply, after)
			}
		}
	}
}

// A forged mail to a closed ticket is kept: it opens the linked ticket, whose mails go to the address on the ticket, or goes to it.
func TestForgedMailsToClosedTickets(t *testing.T) {
	w := newFixture(t)
	forged := func(text string) string { return from(text, "From: Prova <forged@example.org>") }
	for name, closed := range map[string]ticket.ID{"declared": w.open(ticket.StatusClosed), "verified": w.openVerified(ticket.StatusClosed)} {
		for _, text := range []string{"Riapritemi la richiesta", "E mandatemi il referto"} {
			if err := w.mailFrom("forged@example.org", w.addresses.Reply(closed), forged(text)); err != nil {
				t.Fatal(err)
			}
		}
		linked := w.linkedTo(closed)
		if len(linked) != 1 {
			t.Fatalf("%s: got %d linked tickets, want 1", name, len(linked))
		}
		o := linked[0].Event.(ticket.Opened)
		if !o.Unverified || o.Identity != ticket.Declared || o.Citizen != "" || o.Personal.Email == "forged@example.org" || o.Personal.Sender.From != "forged@example.org" ||
			o.Personal.Description != "Riapritemi la richiesta" {
			t.Errorf("%s: got opened ticket %+v, %+v, want an unverified one with the closed ticket's address", name, o, o.Personal)
		}
		if reply, _ := w.lastReply(linked[0].Ticket); !reply.Unverified || reply.Personal.Text != "E mandatemi il referto" {
			t.Errorf("%s: got reply %+v, want the second mail, unverified", name, reply)
		}
	}
	// a mail from the right address to a verified citizen's closed ticket is unverified on the linked, declared ticket too
	closed := w.openVerified(ticket.StatusClosed)
	for _, text := range []string{"Ancora niente", "Ancora niente davvero"} {
		if err := w.mail(w.addresses.Reply(closed), plain(text)); err != nil {
			t.Fatal(err)
		}
	}
	linked := w.linkedTo(closed)
	if o := linked[0].Event.(ticket.Opened); !o.Unverified {
		t.Errorf("got opened ticket %+v, want an unverified one", o)
	}
	if reply, _ := w.lastReply(linked[0].Ticket); !reply.Unverified {
		t.Errorf("got reply %+v, want an unverified one", reply)
	}
}

// Machines' mails and thanks about a closed ticket are kept with their sender.
func TestKeptMailsHaveTheirSender(t *testing.T) {
	w := newFixture(t)
	for _, c := range []struct {
		status ticket.Status
		raw    string
	}{
		{ticket.StatusWaiting, from("Assente fino al 10/12", "From: altro@example.org", "Auto-Submitted: auto-replied")},
		{ticket.StatusClosed, from("Grazie!", "From: altro@example.org")},
	} {
		id := w.open(c.status)
		if err := w.mailFrom("altro@example.org", w.addresses.Reply(id), c.raw); err != nil {
			t.Fatal(err)
		}
		last, _, _ := w.last(id)
		if kept, ok := last.(ticket.MailKept); !ok || !kept.Unverified || kept.Personal.Sender.From != "altro@example.org" {
			t.Errorf("%s: got last event %+v, want a kept mail with its sender", c.status, last)
		}
	}
}

// A mail to a duplicate is added to the main ticket, whose address may be another one: then it is unverified there.
func TestMailToDuplicateIsComparedWithTheMainTicket(t *testing.T) {
	w := newFixture(t)
	main, duplicate := newID(), newID()
	open := tickettest.DeclaredOpenCommand(string(main), "010301")
	open.Problem, open.Form.Email = "altro", "titolare@example.it"
	w.dispatch(main, person.Actor{Role: person.Anonymous}, open)
	open.Number, open.Form.Email = string(duplicate), "prova@example.it"
	w.dispatch(duplicate, person.Actor{Role: person.Anonymous}, open)
	state, _, err := w.dispatcher.State(t.Context(), main)
	if err != nil {
		t.Fatal(err)
	}
	w.dispatch(duplicate, anna, ticket.Update{
		DuplicateOf: &ticket.OriginalTicket{Ticket: main, Person: state.Person},
		Note:        &ticket.NoteInput{ID: newID(), Text: "Unita all’altra", Visibility: ticket.Public},
	})
	w.dispatch(main, anna, ticket.Update{
		UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: &ticket.NoteInput{ID: newID(), Text: "Fatto", Visibility: ticket.Public},
	})
	if err := w.mail(w.addresses.Reply(duplicate), plain("Non funziona ancora")); err != nil {
		t.Fatal(err)
	}
	reply, s := w.lastReply(main)
	if want := []receivedmail.UnverifiedReason{receivedmail.UnverifiedAddress}; !slices.Equal(reply.Personal.Sender.Unverified, want) || s.Status != ticket.StatusResolved {
		t.Errorf("got %+v, status %s, want an unverified message", reply.Personal.Sender, s.Status)
	}
}
