// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func TestSearch(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino)
	h.OpenTicket(tickettest.Torino, func(o *ticket.Open) {
		o.Form.TaxCode = "MRTMTT25D09F205Z"
		o.Form.Description = "La ricetta non si stampa"
	})
	h.Do(id, tickettest.Operator, ticket.Update{Note: tickettest.InternalNote("sospetto duplicato bergamotto")})
	h.Do(id, tickettest.Operator, tickettest.Ask("Ci mandi la fotografia"))
	h.Project()
	for _, c := range []struct {
		name string
		who  person.Actor
		q    string
		want int
	}{
		{"a whole number", tickettest.Operator, "2026-0000001", 1},
		{"its beginning", tickettest.Operator, "2026-00000", 2},
		{"Italian words, whatever their ending", tickettest.Operator, "referti", 1},
		{"a name", tickettest.Operator, "fittizia", 2},
		{"a codice fiscale as typed", tickettest.Operator, "rssmra85t10a562s", 1},
		{"another's", tickettest.Operator, "MRTMTT25D09F205Z", 1},
		{"nobody's", tickettest.Operator, "RSSMRA80A01H501U", 0},
		{"words of an internal note", tickettest.Operator, "bergamotto", 0},
		{"words of a note that is held", tickettest.Operator, "fotografia", 0},
		{"only words that say nothing", tickettest.Operator, "il la", 0},
		{"what looks like an operator of the language", tickettest.Operator, `"referto -& | ! :*`, 1},
		{"wildcards are no wildcards", tickettest.Operator, "2026-%", 0},
		{"from another entity by number", tickettest.Neighbour, "2026-0000001", 0},
		{"from another entity by words", tickettest.Neighbour, "referto", 0},
		{"from another entity by codice fiscale", tickettest.Neighbour, "RSSMRA85T10A562S", 0},
		{"the Region before a hand-over", tickettest.Regional, "referto", 0},
		{"the auditor", tickettest.Auditor, "referto", 1},
	} {
		if got := h.countFound(c.who, c.q); got != c.want {
			t.Errorf("%s: %q finds %d, want %d", c.name, c.q, got, c.want)
		}
	}
	h.Advance(rules.DefaultHold)
	if got := h.countFound(tickettest.Operator, "fotografie"); got != 1 {
		t.Errorf("words of a note after its hold: got %d, want 1", got)
	}
}

// TestCommonWordsAreReadInListOrder checks that a search with more than a thousand matches, which is not looked up first, gives the same
// list.
func TestCommonWordsAreReadInListOrder(t *testing.T) {
	h := newFixture(t)
	for range 3 {
		h.OpenTicket(tickettest.Torino)
	}
	h.OpenTicket(tickettest.TO3)
	h.OpenTicket(tickettest.Torino, func(o *ticket.Open) { o.Form.Description = "La ricetta non si stampa" })
	held := h.OpenTicket(tickettest.Torino, func(o *ticket.Open) { o.Form.Description = "La ricetta non si stampa" })
	h.Do(held, tickettest.Operator, tickettest.Ask("Il referto è questo?"))
	h.Project()
	for _, q := range []string{"referto", "referto analisi -ricetta", "2026-0000001", "2026-0000", "RSSMRA85T10A562S", "bergamotto"} {
		f, err := Filter{Q: q}.validate(tickettest.Operator.Role)
		if err != nil {
			t.Fatal(err)
		}
		want := numbers(h.list(tickettest.Operator, f))
		err = h.reader.withSnapshot(t.Context(), ticketview.Viewer{Actor: tickettest.Operator}, func(s snapshot) error {
			terms := h.reader.parseSearch(f)
			found, err := s.search(t.Context(), terms)
			if err != nil {
				return err
			}
			if len(found.found) != len(want) {
				t.Errorf("%q: got %d found, want %d as in the list", q, len(found.found), len(want))
			}
			found.found = make([]string, maxCounted+1)
			n, more, err := s.total(t.Context(), f, found)
			if err != nil || n != len(want) || more {
				t.Errorf("%q: got a total of %d, more %t, %v; want %d", q, n, more, err, len(want))
			}
			all, err := s.page(t.Context(), f, f.conditions(s, found), nil)
			var got []string
			for _, row := range all.rows {
				got = append(got, row.State.Number)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q: got %q, want %q", q, got, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestSearchFindsWhatIsJustOpened checks a ticket without notes that is younger than the time of the snapshot.
func TestSearchFindsWhatIsJustOpened(t *testing.T) {
	h := newFixture(t)
	h.OpenTicket(tickettest.Torino)
	h.Project()
	h.Advance(-time.Millisecond)
	for _, who := range []person.Actor{tickettest.Operator, tickettest.Auditor} {
		if got := h.countFound(who, "referto"); got != 1 {
			t.Errorf("%s finds %d, want 1", who.Role, got)
		}
	}
}

func TestOtherTicketsOfTheSameCitizen(t *testing.T) {
	h := newFixture(t)
	one, two := h.OpenTicket(tickettest.Torino), h.OpenTicket(tickettest.Torino)
	h.OpenTicket(tickettest.TO3) // of the same citizen, at another entity
	h.OpenTicket(tickettest.Torino, func(o *ticket.Open) { o.Form.TaxCode = "MRTMTT25D09F205Z" })
	h.Project()
	if p := h.list(tickettest.Operator, Filter{SameCitizenAs: one}); len(p.Items) != 1 || p.Items[0].ID != two || p.Total != 1 {
		t.Errorf("got %+v, want the citizen's other ticket %s", p, two)
	}
	if p := h.list(tickettest.Neighbour, Filter{SameCitizenAs: one}); len(p.Items) != 0 {
		t.Errorf("got %+v for a viewer who does not see the ticket, want none", p)
	}
}
