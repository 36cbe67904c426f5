// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
)

// linkedTo returns the tickets that are linked to a closed one.
func (w *fixture) linkedTo(closed ticket.ID) (all []ticket.Recorded) {
	w.Helper()
	records, err := w.store.Read(w.Context(), 0, 10_000)
	if err != nil {
		w.Fatal(err)
	}
	for _, r := range records {
		if e, err := codec.Decode(r.Type, r.Data, r.Personal); err == nil {
			if o, ok := e.(ticket.Opened); ok && o.LinkedTo == closed {
				all = append(all, ticket.Recorded{Event: o, Ticket: ticket.ID(r.Stream)})
			}
		}
	}
	return all
}

func TestMailsToClosedTicketGoToOneLinkedTicket(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusClosed)
	complaint := plain("Buongiorno,\nda urp@ospedale.example.it mi dicono che il referto NON è disponibile.\nData la gravità chiedo di riaprire la richiesta.")
	second := plain("È di nuovo sparito")
	for _, raw := range []string{plain("Grazie"), plain("👍\n\nProva Fittizia reacted to your message"), complaint, complaint, second, second} { // peers may send twice
		if err := w.mail(w.addresses.Reply(id), raw); err != nil {
			t.Fatal(err)
		}
	}
	opened := w.linkedTo(id)
	if len(opened) != 1 {
		t.Fatalf("got %d linked tickets, want 1", len(opened))
	}
	o := opened[0].Event.(ticket.Opened)
	if !strings.Contains(o.Personal.Description, "NON è disponibile.\nData la gravità") || o.Identity != ticket.Declared || o.Personal.FamilyName != "Fittizia" || o.Original == nil {
		t.Errorf("got opened ticket %+v, want one with the mail's text", o)
	}
	last, s, n := w.last(opened[0].Ticket)
	if reply, ok := last.(ticket.CitizenReplied); !ok || reply.Personal.Text != "È di nuovo sparito" || s.Status != ticket.StatusNew || n != 2 {
		t.Errorf("got last event %+v of %d, want the second mail", last, n)
	}
	if last, s, _ := w.last(id); s.KeptMails != 2 || s.Status != ticket.StatusClosed {
		t.Errorf("closed ticket: got last event %+v, %d kept mails, want 2", last, s.KeptMails)
	}
}

func TestConcurrentMailsToClosedTicketOpenOne(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusClosed)
	sent := make(chan error)
	for n := range 5 {
		go func() { sent <- w.mail(w.addresses.Reply(id), plain(fmt.Sprintf("Messaggio %d", n))) }()
	}
	for range 5 {
		if err := <-sent; err != nil {
			t.Error(err)
		}
	}
	opened := w.linkedTo(id)
	if len(opened) != 1 {
		t.Fatalf("got %d linked tickets, want 1", len(opened))
	}
	if _, _, n := w.last(opened[0].Ticket); n != 5 {
		t.Errorf("got %d events of the linked ticket, want 5", n)
	}
}
