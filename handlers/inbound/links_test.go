// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

// A mail to an expired reply address is kept as one of an unverified sender: it is not lost, and it reopens nothing.
func TestMailsToExpiredAddressesAreKept(t *testing.T) {
	w := newFixture(t)
	expired := w.addresses.WithIssue(ticket.IssueAt(0, w.store.Now().AddDate(0, 0, -ticket.DefaultLinkDays-1)))
	valid := w.addresses.WithIssue(ticket.IssueAt(0, w.store.Now().AddDate(0, 0, -ticket.DefaultLinkDays)))
	id := w.open(ticket.StatusResolved)
	if err := w.mail(expired.Reply(id), plain("Non funziona ancora")); err != nil {
		t.Fatal(err)
	}
	reply, s := w.lastReply(id)
	if want := []receivedmail.UnverifiedReason{receivedmail.UnverifiedExpired}; !slices.Equal(reply.Personal.Sender.Unverified, want) || s.Status != ticket.StatusResolved || reply.Personal.Text != "Non funziona ancora" {
		t.Errorf("got %+v, status %s, want an unverified message", reply.Personal, s.Status)
	}
	if err := w.mail(valid.Reply(id), plain("Davvero non funziona")); err != nil {
		t.Fatal(err)
	}
	if reply, s = w.lastReply(id); reply.Unverified || s.Status != ticket.StatusInProgress {
		t.Errorf("on the last day: got %+v, status %s, want it reopened", reply, s.Status)
	}
	w.mailed = id
	if err := w.mail(expired.Bounce(uuid.NewString()), failedDelivery("failed")); err == nil || !strings.HasPrefix(err.Error(), "550") || len(w.bounced) > 0 {
		t.Errorf("return address: got %v, bounces %v, want 550", err, w.bounced)
	}
}

// A mail to a revoked address is refused in Italian, with how to write, and nothing is stored. The address of a newer mail works.
func TestMailsToRevokedAddressesAreRefused(t *testing.T) {
	w := newFixture(t)
	for _, status := range []ticket.Status{ticket.StatusWaiting, ticket.StatusClosed} {
		id := w.open(status)
		w.mailed = id
		issued := w.addresses.WithIssue(ticket.IssueAt(0, w.store.Now()))
		w.dispatch(id, anna, ticket.RevokeLinks{Reason: "inoltrato a estranei"})
		_, _, before := w.last(id)
		for name, to := range map[string]string{
			"reply": issued.Reply(id), "earlier form": w.addresses.Reply(id), "return": issued.Bounce(uuid.NewString()),
		} {
			err := w.mail(to, plain("Era il 3 novembre"))
			if err == nil || !strings.HasPrefix(err.Error(), "550 \"5.7.1 Questo indirizzo di risposta non vale piu'") || !strings.Contains(err.Error(), "Risponda all'ultimo messaggio") {
				t.Errorf("%s, %s: got %v, want 550 and how to write", status, name, err)
			}
		}
		if _, _, after := w.last(id); after != before || len(w.bounced) > 0 || len(w.linkedTo(id)) > 0 {
			t.Errorf("%s: got %d new events, bounces %v, want none", status, after-before, w.bounced)
		}
		if status == ticket.StatusClosed {
			continue
		}
		if err := w.mail(w.addresses.WithIssue(ticket.IssueAt(1, w.store.Now())).Reply(id), plain("Era il 3 novembre")); err != nil {
			t.Errorf("the address of a newer mail: %v", err)
		}
		if reply, _ := w.lastReply(id); reply.Unverified {
			t.Errorf("the address of a newer mail: got %+v, want a verified reply", reply)
		}
	}
}

// A report that our mail failed counts after its return address was revoked, as a correction of the address does: otherwise the mail would not be
// sent again to the right one.
func TestReportsToRevokedAddressesCount(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusWaiting)
	w.mailed = id
	issued, message := w.addresses.WithIssue(ticket.IssueAt(0, w.store.Now())), uuid.NewString()
	email := "giusta@example.org"
	w.dispatch(id, anna, ticket.CorrectContacts{Email: &email, Reason: "scritta male"})
	if err := w.mail(issued.Bounce(message), failedDelivery("failed")); err != nil || !slices.Equal(w.bounced, []string{message}) {
		t.Errorf("got %v, bounces %q, want that of %s", err, w.bounced, message)
	}
}
