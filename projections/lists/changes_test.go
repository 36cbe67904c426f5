// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"errors"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func TestChangesHideDiscardFromCitizen(t *testing.T) {
	h := newFixture(t)
	h.Do(h.OpenTicket(tickettest.Torino), tickettest.Supervisor,
		ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved, Reason: string(ticket.Spam)}})
	h.Project()
	for who, want := range map[person.Actor]string{tickettest.Citizen: "resolved", tickettest.Supervisor: "discarded"} {
		c, err := h.reader.Changes(t.Context(), ticketview.Viewer{Actor: who}, 1, 100)
		if err != nil || len(c.Items) != 1 || c.Items[0].Type != want {
			t.Errorf("%s gets %+v, %v, want %s", who.Role, c.Items, err, want)
		}
	}
}

func TestChanges(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino)
	other := h.OpenTicket(tickettest.TO3)
	h.Do(id, tickettest.Operator, ticket.Update{Note: tickettest.InternalNote("tra noi")})
	h.Do(id, tickettest.Operator, tickettest.Escalate("non è nostra"))
	h.Project()
	types := func(who person.Actor, after int64) (string, Changes) {
		t.Helper()
		c, err := h.reader.Changes(t.Context(), ticketview.Viewer{Actor: who}, after, 100)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, i := range c.Items {
			if i.Ticket != id && who.Entity != tickettest.TO3 && i.Ticket != other {
				t.Errorf("%s gets a change of %s", who.Role, i.Ticket)
			}
			all = append(all, i.Type)
		}
		return strings.Join(all, " "), c
	}
	for _, c := range []struct {
		who        person.Actor
		want, then string
	}{
		{tickettest.Operator, "opened internal_note regional_note escalated", "opened internal_note regional_note escalated"},
		{tickettest.Regional, "escalated", "regional_note escalated"},
		{tickettest.Neighbour, "opened", "opened"},
		{tickettest.Citizen, "opened opened", "opened opened escalated"},
		{person.Actor{Role: person.Administrator, ID: "a"}, "", ""},
	} {
		got, changes := types(c.who, 0)
		if got != c.want {
			t.Errorf("%s gets %q, want %q", c.who.Role, got, c.want)
		}
		if held := c.want != c.then; held != !changes.HeldUntil.IsZero() || held && !changes.HeldUntil.Equal(h.Now().Add(rules.DefaultHold)) {
			t.Errorf("%s: got held until %v, want held %t", c.who.Role, changes.HeldUntil, held)
		}
		if since, err := h.reader.ResumePosition(t.Context(), ticketview.Viewer{Actor: c.who}, 5); err != nil || since != changes.Next.N {
			t.Errorf("%s resumes from %d, %v, want %d", c.who.Role, since, err, changes.Next.N)
		}
		defer func() {
			if got, again := types(c.who, 0); got != c.then || again.Next.N != 5 {
				t.Errorf("after the hold %s gets %q up to %s, want %q up to 5", c.who.Role, got, again.Next, c.then)
			}
			rest, _ := types(c.who, changes.Next.N)
			if missed := strings.TrimPrefix(c.then, c.want); c.want != c.then && missed != c.then && !strings.Contains(" "+rest, missed) {
				t.Errorf("after %s %s gets %q, which lacks %q", changes.Next, c.who.Role, rest, missed)
			}
		}()
	}
	h.Advance(rules.DefaultHold)
}

func TestWaitForOwnWrite(t *testing.T) {
	h := newFixture(t)
	h.OpenTicket(tickettest.Torino)
	head, _, err := h.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if stale, err := h.reader.Wait(t.Context(), head); err != nil || !stale {
		t.Errorf("without a runner: got stale %t, %v, want stale", stale, err)
	}
	defer h.Run(h.Store)()
	if stale, err := h.reader.Wait(t.Context(), head); err != nil || stale {
		t.Errorf("with a runner: got stale %t, %v, want not stale", stale, err)
	}
	for _, beyond := range []eventstore.Position{{Epoch: head.Epoch, N: head.N + 1}, {Epoch: head.Epoch + 1, N: 1}} {
		if _, err := h.reader.Wait(t.Context(), beyond); !errors.Is(err, eventstore.ErrBeyondHead) {
			t.Errorf("%s: got %v, want %v", beyond, err, eventstore.ErrBeyondHead)
		}
	}
}
