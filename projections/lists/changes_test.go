// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"errors"
	"slices"
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
		if now := h.visible(c); err != nil || len(now) != 1 || now[0].Type != want {
			t.Errorf("%s gets %+v, %v, want %s", who.Role, c.Items, err, want)
		}
	}
}

// visible returns the changes that are not held any more.
func (h *fixture) visible(c Changes) (now []Change) {
	for _, i := range c.Items {
		if !i.VisibleFrom.After(h.Now()) {
			now = append(now, i)
		}
	}
	return now
}

func TestChanges(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino)
	other := h.OpenTicket(tickettest.TO3)
	h.Do(id, tickettest.Operator, ticket.Update{Note: tickettest.InternalNote("tra noi")})
	h.Do(id, tickettest.Operator, tickettest.Escalate("non è nostra"))
	h.Project()
	types := func(who person.Actor) (string, Changes) {
		t.Helper()
		c, err := h.reader.Changes(t.Context(), ticketview.Viewer{Actor: who}, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, i := range h.visible(c) {
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
		got, changes := types(c.who)
		if got != c.want || changes.Next.N != 5 {
			t.Errorf("%s gets %q up to %s, want %q up to 5", c.who.Role, got, changes.Next, c.want)
		}
		for _, i := range changes.Items {
			if i.VisibleFrom.After(h.Now()) && !i.VisibleFrom.Equal(h.Now().Add(rules.DefaultHold)) {
				t.Errorf("%s: %s is held until %v, want the default hold", c.who.Role, i.Type, i.VisibleFrom)
			}
		}
		defer func() {
			if got, _ := types(c.who); got != c.then {
				t.Errorf("after the hold %s gets %q, want %q", c.who.Role, got, c.then)
			}
		}()
	}
	h.Advance(rules.DefaultHold)
}

func TestChangesComeInParts(t *testing.T) {
	h := newFixture(t)
	for range 3 {
		h.OpenTicket(tickettest.Torino)
	}
	h.Project()
	var positions []int64
	for after := int64(0); after < 3; {
		c, err := h.reader.Changes(t.Context(), ticketview.Viewer{Actor: tickettest.Operator}, after, 2)
		if err != nil || c.Next.N <= after {
			t.Fatalf("after %d: got %+v, %v, want progress", after, c, err)
		}
		for _, i := range c.Items {
			positions = append(positions, i.Position)
		}
		after = c.Next.N
	}
	if want := []int64{1, 2, 3}; !slices.Equal(positions, want) {
		t.Errorf("got positions %v, want %v", positions, want)
	}
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
