// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func TestQueueCounts(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino)
	h.Project()
	h.checkCounts(tickettest.Operator, map[QueueID]int{NewQueue: 1, AllQueue: 1})
	h.checkCounts(tickettest.Citizen, map[QueueID]int{MyQueue: 1})
	h.checkCounts(tickettest.Neighbour, nil)

	h.Do(id, tickettest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	h.Project()
	h.checkCounts(tickettest.Operator, map[QueueID]int{MyQueue: 1, InProgressQueue: 1, AllQueue: 1})
	h.checkCounts(tickettest.Colleague, map[QueueID]int{InProgressQueue: 1, AllQueue: 1})

	h.Do(id, tickettest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver},
		Note: tickettest.PublicNote("non è nostra")})
	h.Project()
	h.checkCounts(tickettest.Operator, map[QueueID]int{HandedOverQueue: 1, AllQueue: 1})
	h.checkCounts(tickettest.Regional, map[QueueID]int{NewQueue: 1, AllQueue: 1})
	h.checkCounts(tickettest.Auditor, map[QueueID]int{AllQueue: 1})

	page, err := h.reader.ListTickets(t.Context(), ticketview.Viewer{Actor: tickettest.Operator}, Filter{Queue: HandedOverQueue})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 1 || page.Total != 1 || !page.Items[0].ReadOnly || page.Items[0].ID != id {
		t.Fatalf("got the traces %+v, want one that is read-only", page)
	}
}

func TestSortByNameIsLimited(t *testing.T) {
	for _, c := range []struct {
		page Page
		want bool
	}{{Page{Total: 10_000}, false}, {Page{Total: 10_001}, true}, {Page{Total: maxCounted, MoreThanTotal: true}, true}} {
		if got := c.page.TooManyByName(); got != c.want {
			t.Errorf("total %d, more %t: got %t, want %t", c.page.Total, c.page.MoreThanTotal, got, c.want)
		}
	}
}

func TestPagesCoverTheListOnce(t *testing.T) {
	h := newFixture(t)
	for i := range 23 {
		h.OpenTicket(tickettest.Torino, func(o *ticket.Open) {
			o.Form.FamilyName = []string{"Èrmini", "Ermini", "Bianchi", "D’Angelo", "dangelo"}[i%5]
		})
		h.Advance(time.Duration(i%3) * time.Second)
	}
	h.Project()
	for _, who := range []person.Actor{tickettest.Operator, tickettest.Citizen} {
		for _, sort := range []Sort{OldestFirst, NewestFirst, LeastRecentFirst, RecentFirst, ByNumber, ByNumberDown, ByRequester,
			ByRequesterDown} {
			seen := map[ticket.ID]bool{}
			f := Filter{Sort: sort, Limit: 5}
			var pages []Page
			for {
				page := h.list(who, f)
				pages = append(pages, page)
				for _, i := range page.Items {
					if seen[i.ID] {
						t.Fatalf("%s: %s is listed twice", sort, i.Number)
					}
					seen[i.ID] = true
				}
				if page.Total != 23 {
					t.Fatalf("%s: got a total of %d, want 23", sort, page.Total)
				}
				if f.Cursor = page.NextCursor; f.Cursor == "" {
					break
				}
			}
			if len(seen) != 23 {
				t.Errorf("%s: got %d tickets, want 23", sort, len(seen))
			}
			if first := pages[0].PreviousCursor; first != "" {
				t.Errorf("%s: the first page has the previous cursor %s", sort, first)
			}
			for n := len(pages) - 1; n > 0; n-- { // and back again
				f.Cursor = pages[n].PreviousCursor
				if back := h.list(who, f); !slices.Equal(numbers(back), numbers(pages[n-1])) || back.NextCursor == "" ||
					(back.PreviousCursor == "") != (n == 1) {
					t.Fatalf("%s: before page %d: got %q, want %q", sort, n, numbers(back), numbers(pages[n-1]))
				}
			}
		}
	}
	order := []string{}
	for _, i := range h.list(tickettest.Operator, Filter{Sort: ByRequester, Limit: 100}).Items {
		if name := i.Requester.FamilyName; !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	if want := []string{"Bianchi", "D’Angelo", "dangelo", "Ermini", "Èrmini"}; !slices.Equal(order, want) {
		t.Errorf("got the order %q, want %q", order, want)
	}
}

// TestPreviousPageIsFull checks the pages back to the first one after a new ticket has come in at the top.
func TestPreviousPageIsFull(t *testing.T) {
	h := newFixture(t)
	for range 7 {
		h.OpenTicket(tickettest.Torino)
		h.Advance(time.Second)
	}
	h.Project()
	f := Filter{Sort: NewestFirst, Limit: 3}
	f.Cursor = h.list(tickettest.Operator, f).NextCursor
	second := h.list(tickettest.Operator, f)
	h.OpenTicket(tickettest.Torino)
	h.Project()
	f.Cursor = second.PreviousCursor
	between := h.list(tickettest.Operator, f)
	f.Cursor = between.PreviousCursor
	first := h.list(tickettest.Operator, f)
	f.Cursor = ""
	if top := h.list(tickettest.Operator, f); len(first.Items) != 3 || first.PreviousCursor != "" ||
		!slices.Equal(numbers(first), numbers(top)) {
		t.Errorf("back on the first page: got %q, want %q", numbers(first), numbers(top))
	}
}

func TestInvalidFilterNamesTheField(t *testing.T) {
	h := newFixture(t)
	for range 3 {
		h.OpenTicket(tickettest.Torino)
	}
	h.Project()
	next := h.list(tickettest.Operator, Filter{Limit: 1}).NextCursor
	for name, c := range map[string]struct {
		who   person.Actor
		f     Filter
		field string
	}{
		"no such queue":            {tickettest.Operator, Filter{Queue: "altre"}, "queue"},
		"a queue of another role":  {tickettest.Operator, Filter{Queue: GroupQueue}, "queue"},
		"no such status":           {tickettest.Operator, Filter{Status: "aperto"}, "status"},
		"no such order":            {tickettest.Operator, Filter{Sort: "id; drop table"}, "sort"},
		"too much":                 {tickettest.Operator, Filter{Limit: 201}, "limit"},
		"less than nothing":        {tickettest.Operator, Filter{Limit: -1}, "limit"},
		"who works on it":          {tickettest.Citizen, Filter{Assignee: tickettest.Operator.ID}, "assignee"},
		"NUL":                      {tickettest.Operator, Filter{Q: "a\x00b"}, "q"},
		"no UTF-8":                 {tickettest.Operator, Filter{Assignee: "\xff"}, "assignee"},
		"too many words":           {tickettest.Operator, Filter{Q: strings.Repeat("a", 201)}, "q"},
		"no cursor":                {tickettest.Operator, Filter{Cursor: "%%%"}, "cursor"},
		"a cursor that was edited": {tickettest.Operator, Filter{Cursor: next[:len(next)-4] + "AAAA"}, "cursor"},
		"another list's cursor":    {tickettest.Operator, Filter{Cursor: next, Status: ticket.StatusNew}, "cursor"},
		"another order's cursor":   {tickettest.Operator, Filter{Cursor: next, Sort: ByNumber}, "cursor"},
		"another viewer's cursor":  {tickettest.Colleague, Filter{Cursor: next}, "cursor"},
	} {
		_, err := h.reader.ListTickets(t.Context(), ticketview.Viewer{Actor: c.who}, c.f)
		var refused *readmodel.FilterError
		if !errors.As(err, &refused) || refused.Field != c.field || refused.Allowed == "" {
			t.Errorf("%s: got %v, want a refusal of %s", name, err, c.field)
		}
	}
}

// TestCitizenListHidesHeldActs checks the status and the status filter of a citizen's list during and after a hold.
func TestCitizenListHidesHeldActs(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino)
	h.Do(id, tickettest.Operator, tickettest.Take)
	h.Do(id, tickettest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: tickettest.PublicNote("ecco")})
	h.Project()
	check := func(want ticket.Status) {
		t.Helper()
		page := h.list(tickettest.Citizen, Filter{Status: want})
		if len(page.Items) != 1 || page.Items[0].Status != want || page.Items[0].Assignee != nil {
			t.Errorf("got %+v, want one ticket that is %s", page.Items, want)
		}
	}
	check(ticket.StatusInProgress)
	h.Advance(rules.DefaultHold)
	check(ticket.StatusResolved)
}

// TestManyHandoversAreReadInListOrder checks that the queue of hand-overs is the same when its tickets are not looked up first.
func TestManyHandoversAreReadInListOrder(t *testing.T) {
	h := newFixture(t)
	for range 3 {
		h.Do(h.OpenTicket(tickettest.Torino), tickettest.Operator,
			ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: tickettest.PublicNote("non è nostra")})
	}
	h.OpenTicket(tickettest.Torino)
	h.Project()
	for at, n := range map[catalog.EntityCode]int{catalog.Region: 3, tickettest.TO3: 0} {
		page, err := h.reader.ListTickets(t.Context(), ticketview.Viewer{Actor: tickettest.Operator}, Filter{Queue: HandedOverQueue, Entity: at})
		if err != nil || page.Total != n || len(page.Items) != n {
			t.Errorf("at %s: got %d of %d, %v, want %d", at, len(page.Items), page.Total, err, n)
		}
	}
	for queue, n := range map[QueueID]int{HandedOverQueue: 3, AllQueue: 4} {
		f, err := Filter{Queue: queue}.validate(tickettest.Operator.Role)
		if err != nil {
			t.Fatal(err)
		}
		want := numbers(h.list(tickettest.Operator, f))
		err = h.reader.withSnapshot(t.Context(), ticketview.Viewer{Actor: tickettest.Operator}, func(s snapshot) error {
			all, err := s.page(t.Context(), f, f.conditions(s, searchTerms{handedOver: make([]string, maxCounted+1)}), nil)
			var got []string
			for _, row := range all.rows {
				got = append(got, row.State.Number)
			}
			if len(want) != n || !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q, %d tickets", queue, got, want, n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
