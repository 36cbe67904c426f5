// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

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
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func TestQueueCounts(t *testing.T) {
	h := newFixture(t)
	id := h.openTicket(tickettest.Torino)
	h.project()
	h.checkCounts(operator, map[QueueID]int{NewQueue: 1, AllQueue: 1})
	h.checkCounts(citizen, map[QueueID]int{MyQueue: 1})
	h.checkCounts(neighbour, nil)

	h.do(id, operator, ticket.Update{Changes: ticket.Changes{Status: ticket.InProgress}})
	h.project()
	h.checkCounts(operator, map[QueueID]int{MyQueue: 1, InProgressQueue: 1, AllQueue: 1})
	h.checkCounts(colleague, map[QueueID]int{InProgressQueue: 1, AllQueue: 1})

	h.do(id, operator, ticket.Update{Changes: ticket.Changes{Status: ticket.HandedOver}, Note: public("non è nostra")})
	h.project()
	h.checkCounts(operator, map[QueueID]int{HandedOverQueue: 1})
	h.checkCounts(regional, map[QueueID]int{NewQueue: 1, AllQueue: 1})
	h.checkCounts(auditor, map[QueueID]int{AllQueue: 1})

	page, err := h.reader.ListTickets(t.Context(), ticketview.Viewer{Actor: operator}, Filter{Queue: HandedOverQueue})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 1 || page.Total != 1 || !page.Items[0].ReadOnly || page.Items[0].ID != id {
		t.Fatalf("the trace: %+v", page)
	}
}

// checkCounts checks all counts of a viewer; those not named must be zero.
func (h *fixture) checkCounts(who person.Actor, want map[QueueID]int) {
	h.t.Helper()
	got, _, err := h.reader.Queues(h.t.Context(), ticketview.Viewer{Actor: who})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, q := range got {
		if q.Count != want[q.ID] {
			h.t.Errorf("%s %s: %s has %d, want %d", who.Role, who.ID, q.ID, q.Count, want[q.ID])
		}
	}
}

func (h *fixture) list(who person.Actor, f Filter) Page {
	h.t.Helper()
	page, err := h.reader.ListTickets(h.t.Context(), ticketview.Viewer{Actor: who}, f)
	if err != nil {
		h.t.Fatal(err)
	}
	return page
}

// countFound is how many tickets a search gives the viewer.
func (h *fixture) countFound(who person.Actor, q string) int {
	h.t.Helper()
	page := h.list(who, Filter{Q: q})
	if page.Total != len(page.Items) {
		h.t.Fatalf("%q: total %d, %d items", q, page.Total, len(page.Items))
	}
	return page.Total
}

func TestSearch(t *testing.T) {
	h := newFixture(t)
	id := h.openTicket(tickettest.Torino)
	h.openTicket(tickettest.Torino, func(o *ticket.Open) {
		o.Subject, o.Form.TaxCode = h.store.KeyedHash(person.TaxCodeHashPurpose, "MRTMTT25D09F205Z"), "MRTMTT25D09F205Z"
		o.Form.Description = "La ricetta non si stampa"
	})
	h.do(id, operator, ticket.Update{Note: internal("sospetto duplicato bergamotto")})
	h.do(id, operator, ask("Ci mandi la fotografia"))
	h.project()
	for _, c := range []struct {
		name string
		who  person.Actor
		q    string
		want int
	}{
		{"a whole number", operator, "2026-0000001", 1},
		{"its beginning", operator, "2026-00000", 2},
		{"Italian words, whatever their ending", operator, "referti", 1},
		{"a name", operator, "fittizia", 2},
		{"a codice fiscale as typed", operator, "rssmra85t10a562s", 1},
		{"another's", operator, "MRTMTT25D09F205Z", 1},
		{"nobody's", operator, "RSSMRA80A01H501U", 0},
		{"words of an internal note", operator, "bergamotto", 0},
		{"words of a note that is held", operator, "fotografia", 0},
		{"only words that say nothing", operator, "il la", 0},
		{"what looks like an operator of the language", operator, `"referto -& | ! :*`, 1},
		{"wildcards are no wildcards", operator, "2026-%", 0},
		{"from another entity by number", neighbour, "2026-0000001", 0},
		{"from another entity by words", neighbour, "referto", 0},
		{"from another entity by codice fiscale", neighbour, "RSSMRA85T10A562S", 0},
		{"the Region before a hand-over", regional, "referto", 0},
		{"the auditor", auditor, "referto", 1},
	} {
		if got := h.countFound(c.who, c.q); got != c.want {
			t.Errorf("%s: %q finds %d, want %d", c.name, c.q, got, c.want)
		}
	}
	h.advance(rules.DefaultHold)
	if got := h.countFound(operator, "fotografie"); got != 1 {
		t.Errorf("words of a note that may be read by now find %d", got)
	}
}

// What more than a thousand tickets say is looked for while the list is read, and gives the same list.
func TestCommonWordsAreReadInListOrder(t *testing.T) {
	h := newFixture(t)
	for range 3 {
		h.openTicket(tickettest.Torino)
	}
	h.openTicket(tickettest.TO3)
	h.openTicket(tickettest.Torino, func(o *ticket.Open) { o.Form.Description = "La ricetta non si stampa" })
	held := h.openTicket(tickettest.Torino, func(o *ticket.Open) { o.Form.Description = "La ricetta non si stampa" })
	h.do(held, operator, ask("Il referto è questo?"))
	h.project()
	for _, q := range []string{"referto", "referto analisi -ricetta", "2026-0000001", "2026-0000", "RSSMRA85T10A562S", "bergamotto"} {
		f, err := Filter{Q: q}.validate(operator.Role)
		if err != nil {
			t.Fatal(err)
		}
		want := numbers(h.list(operator, f))
		err = h.reader.withSnapshot(t.Context(), ticketview.Viewer{Actor: operator}, func(s snapshot) error {
			found, err := s.search(t.Context(), f.parseSearch(h.store.KeyedHash))
			if err != nil {
				return err
			}
			if len(found.found) != len(want) {
				t.Errorf("%q: %d are found, the list has %d", q, len(found.found), len(want))
			}
			found.found = make([]string, maxCounted+1)
			n, more, err := s.total(t.Context(), f, found)
			if err != nil || n != len(want) || more {
				t.Errorf("%q: counted %d, %t, %v", q, n, more, err)
			}
			all, err := s.page(t.Context(), f, f.conditions(s, found), nil)
			var got []string
			for _, row := range all.rows {
				got = append(got, row.State.Number)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q: in order %q, want %q", q, got, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What was opened a moment ago has been said nothing on.
func TestSearchFindsWhatIsJustOpened(t *testing.T) {
	h := newFixture(t)
	h.openTicket(tickettest.Torino)
	h.project()
	h.advance(-time.Millisecond)
	for _, who := range []person.Actor{operator, auditor} {
		if got := h.countFound(who, "referto"); got != 1 {
			t.Errorf("%s finds %d", who.Role, got)
		}
	}
}

func TestSortByNameIsLimited(t *testing.T) {
	for _, c := range []struct {
		page Page
		want bool
	}{{Page{Total: 10_000}, false}, {Page{Total: 10_001}, true}, {Page{Total: maxCounted, MoreThanTotal: true}, true}} {
		if got := c.page.TooManyByName(); got != c.want {
			t.Errorf("of %d, and more %t: %t", c.page.Total, c.page.MoreThanTotal, got)
		}
	}
}

func TestOtherTicketsOfTheSameCitizen(t *testing.T) {
	h := newFixture(t)
	one, two := h.openTicket(tickettest.Torino), h.openTicket(tickettest.Torino)
	h.openTicket(tickettest.TO3) // the same citizen's, elsewhere
	h.openTicket(tickettest.Torino, func(o *ticket.Open) { o.Subject = h.store.KeyedHash(person.TaxCodeHashPurpose, "MRTMTT25D09F205Z") })
	h.project()
	if p := h.list(operator, Filter{SameCitizenAs: one}); len(p.Items) != 1 || p.Items[0].ID != two || p.Total != 1 {
		t.Errorf("beside %s there are %+v", one, p)
	}
	if p := h.list(neighbour, Filter{SameCitizenAs: one}); len(p.Items) != 0 {
		t.Errorf("who does not see the ticket is told whose others there are: %+v", p)
	}
}

func TestPagesCoverTheListOnce(t *testing.T) {
	h := newFixture(t)
	for i := range 23 {
		h.openTicket(tickettest.Torino, func(o *ticket.Open) {
			o.Form.FamilyName = []string{"Èrmini", "Ermini", "Bianchi", "D’Angelo", "dangelo"}[i%5]
		})
		h.advance(time.Duration(i%3) * time.Second)
	}
	h.project()
	for _, who := range []person.Actor{operator, citizen} {
		for _, sort := range []Sort{OldestFirst, NewestFirst, LeastRecentFirst, RecentFirst, ByNumber, ByNumberDown, ByRequester, ByRequesterDown} {
			seen := map[ticket.ID]bool{}
			f := Filter{Sort: sort, Limit: 5}
			var pages []Page
			for {
				page := h.list(who, f)
				pages = append(pages, page)
				for _, i := range page.Items {
					if seen[i.ID] {
						t.Fatalf("%s: %s comes twice", sort, i.Number)
					}
					seen[i.ID] = true
				}
				if page.Total != 23 {
					t.Fatalf("%s: total %d", sort, page.Total)
				}
				if f.Cursor = page.NextCursor; f.Cursor == "" {
					break
				}
			}
			if len(seen) != 23 {
				t.Errorf("%s: %d of 23", sort, len(seen))
			}
			if first := pages[0].PreviousCursor; first != "" {
				t.Errorf("%s: there is a page before the first: %s", sort, first)
			}
			for n := len(pages) - 1; n > 0; n-- { // and back again
				f.Cursor = pages[n].PreviousCursor
				if back := h.list(who, f); !slices.Equal(numbers(back), numbers(pages[n-1])) || back.NextCursor == "" || (back.PreviousCursor == "") != (n == 1) {
					t.Fatalf("%s: back from page %d: %q, want %q", sort, n, numbers(back), numbers(pages[n-1]))
				}
			}
		}
	}
	order := []string{}
	for _, i := range h.list(operator, Filter{Sort: ByRequester, Limit: 100}).Items {
		if name := i.Requester.FamilyName; !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	if want := []string{"Bianchi", "D’Angelo", "dangelo", "Ermini", "Èrmini"}; !slices.Equal(order, want) {
		t.Errorf("Italian order: %q, want %q", order, want)
	}
}

// TestPreviousPageIsFull: what came meanwhile stands before the page that was left.
func TestPreviousPageIsFull(t *testing.T) {
	h := newFixture(t)
	for range 7 {
		h.openTicket(tickettest.Torino)
		h.advance(time.Second)
	}
	h.project()
	f := Filter{Sort: NewestFirst, Limit: 3}
	f.Cursor = h.list(operator, f).NextCursor
	second := h.list(operator, f)
	h.openTicket(tickettest.Torino)
	h.project()
	f.Cursor = second.PreviousCursor
	between := h.list(operator, f)
	f.Cursor = between.PreviousCursor
	first := h.list(operator, f)
	f.Cursor = ""
	if top := h.list(operator, f); len(first.Items) != 3 || first.PreviousCursor != "" || !slices.Equal(numbers(first), numbers(top)) {
		t.Errorf("the first page is %q, from behind %q", numbers(top), numbers(first))
	}
}

func numbers(p Page) (all []string) {
	for _, i := range p.Items {
		all = append(all, i.Number)
	}
	return all
}

func TestInvalidFilterNamesTheField(t *testing.T) {
	h := newFixture(t)
	for range 3 {
		h.openTicket(tickettest.Torino)
	}
	h.project()
	next := h.list(operator, Filter{Limit: 1}).NextCursor
	for name, c := range map[string]struct {
		who   person.Actor
		f     Filter
		field string
	}{
		"no such queue":            {operator, Filter{Queue: "altre"}, "queue"},
		"a queue of another role":  {operator, Filter{Queue: GroupQueue}, "queue"},
		"no such status":           {operator, Filter{Status: "aperto"}, "status"},
		"no such order":            {operator, Filter{Sort: "id; drop table"}, "sort"},
		"too much":                 {operator, Filter{Limit: 201}, "limit"},
		"less than nothing":        {operator, Filter{Limit: -1}, "limit"},
		"who works on it":          {citizen, Filter{Assignee: operator.ID}, "assignee"},
		"NUL":                      {operator, Filter{Q: "a\x00b"}, "q"},
		"no UTF-8":                 {operator, Filter{Assignee: "\xff"}, "assignee"},
		"too many words":           {operator, Filter{Q: strings.Repeat("a", 201)}, "q"},
		"no cursor":                {operator, Filter{Cursor: "%%%"}, "cursor"},
		"a cursor that was edited": {operator, Filter{Cursor: next[:len(next)-4] + "AAAA"}, "cursor"},
		"another list's cursor":    {operator, Filter{Cursor: next, Status: ticket.New}, "cursor"},
		"another order's cursor":   {operator, Filter{Cursor: next, Sort: ByNumber}, "cursor"},
		"another viewer's cursor":  {colleague, Filter{Cursor: next}, "cursor"},
	} {
		_, err := h.reader.ListTickets(t.Context(), ticketview.Viewer{Actor: c.who}, c.f)
		var refused *FilterError
		if !errors.As(err, &refused) || refused.Field != c.field || refused.Allowed == "" {
			t.Errorf("%s: %v, want a refusal of %s", name, err, c.field)
		}
	}
}

// TestCitizenListHidesHeldActs, in status, order and filter.
func TestCitizenListHidesHeldActs(t *testing.T) {
	h := newFixture(t)
	id := h.openTicket(tickettest.Torino)
	h.do(id, operator, take)
	h.do(id, operator, ticket.Update{Changes: ticket.Changes{Status: ticket.Solved}, Note: public("ecco")})
	h.project()
	check := func(want ticket.Status) {
		t.Helper()
		page := h.list(citizen, Filter{Status: want})
		if len(page.Items) != 1 || page.Items[0].Status != want || page.Items[0].Assignee != nil {
			t.Errorf("want one that is %s: %+v", want, page.Items)
		}
	}
	check(ticket.InProgress)
	h.advance(rules.DefaultHold)
	check(ticket.Solved)
}

func TestChangesHideDiscardFromCitizen(t *testing.T) {
	h := newFixture(t)
	h.do(h.openTicket(tickettest.Torino), supervisor, ticket.Update{Changes: ticket.Changes{Status: ticket.Solved, Reason: string(ticket.Spam)}})
	h.project()
	for who, want := range map[person.Actor]string{citizen: "resolved", supervisor: "discarded"} {
		c, err := h.reader.Changes(t.Context(), ticketview.Viewer{Actor: who}, 1, 100)
		if err != nil || len(c.Items) != 1 || c.Items[0].Type != want {
			t.Errorf("%s is told %+v, %v, want %s", who.Role, c.Items, err, want)
		}
	}
}

func TestChanges(t *testing.T) {
	h := newFixture(t)
	id := h.openTicket(tickettest.Torino)
	other := h.openTicket(tickettest.TO3)
	h.do(id, operator, ticket.Update{Note: internal("tra noi")})
	h.do(id, operator, escalate("non è nostra"))
	h.project()
	types := func(who person.Actor, after int64) (string, Changes) {
		t.Helper()
		c, err := h.reader.Changes(t.Context(), ticketview.Viewer{Actor: who}, after, 100)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, i := range c.Items {
			if i.Ticket != id && who.Entity != tickettest.TO3 && i.Ticket != other {
				t.Errorf("%s is told of %s", who.Role, i.Ticket)
			}
			all = append(all, i.Type)
		}
		return strings.Join(all, " "), c
	}
	for _, c := range []struct {
		who        person.Actor
		want, then string
	}{
		{operator, "opened internal_note regional_note escalated", "opened internal_note regional_note escalated"},
		{regional, "escalated", "regional_note escalated"},
		{neighbour, "opened", "opened"},
		{citizen, "opened opened", "opened opened escalated"},
		{person.Actor{Role: person.Administrator, ID: "a"}, "", ""},
	} {
		got, changes := types(c.who, 0)
		if got != c.want {
			t.Errorf("%s is told %q, want %q", c.who.Role, got, c.want)
		}
		if held := c.want != c.then; held != !changes.HeldUntil.IsZero() || held && !changes.HeldUntil.Equal(h.now().Add(rules.DefaultHold)) {
			t.Errorf("%s: held until %v", c.who.Role, changes.HeldUntil)
		}
		if since, err := h.reader.ResumePosition(t.Context(), ticketview.Viewer{Actor: c.who}, 5); err != nil || since != changes.Next.N {
			t.Errorf("%s has read all and goes on from %d, not %d, %v", c.who.Role, since, changes.Next.N, err)
		}
		defer func() {
			if got, again := types(c.who, 0); got != c.then || again.Next.N != 5 {
				t.Errorf("later %s is told %q up to %s, want %q", c.who.Role, got, again.Next, c.then)
			}
			rest, _ := types(c.who, changes.Next.N)
			if missed := strings.TrimPrefix(c.then, c.want); c.want != c.then && missed != c.then && !strings.Contains(" "+rest, missed) {
				t.Errorf("%s goes on at %s and misses %q: %q", c.who.Role, changes.Next, missed, rest)
			}
		}()
	}
	h.advance(rules.DefaultHold)
}

func TestWaitForOwnWrite(t *testing.T) {
	h := newFixture(t)
	h.openTicket(tickettest.Torino)
	head, _, err := h.store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if stale, err := h.reader.Wait(t.Context(), head); err != nil || !stale {
		t.Errorf("nobody projects: stale %v, %v", stale, err)
	}
	defer h.run(h.store)()
	if stale, err := h.reader.Wait(t.Context(), head); err != nil || stale {
		t.Errorf("projected: stale %v, %v", stale, err)
	}
	for _, beyond := range []eventstore.Position{{Epoch: head.Epoch, N: head.N + 1}, {Epoch: head.Epoch + 1, N: 1}} {
		if _, err := h.reader.Wait(t.Context(), beyond); !errors.Is(err, eventstore.ErrBeyondHead) {
			t.Errorf("%s: %v", beyond, err)
		}
	}
}

// A queue of hand-overs is the same whether its tickets are looked up or, where they are many, read in order.
func TestManyHandoversAreReadInListOrder(t *testing.T) {
	h := newFixture(t)
	for range 3 {
		h.do(h.openTicket(tickettest.Torino), operator, ticket.Update{Changes: ticket.Changes{Status: ticket.HandedOver}, Note: public("non è nostra")})
	}
	h.openTicket(tickettest.Torino)
	h.project()
	f, err := Filter{Queue: HandedOverQueue}.validate(operator.Role)
	if err != nil {
		t.Fatal(err)
	}
	want := numbers(h.list(operator, f))
	for at, n := range map[catalog.EntityCode]int{catalog.Region: 3, tickettest.TO3: 0} {
		page, err := h.reader.ListTickets(t.Context(), ticketview.Viewer{Actor: operator}, Filter{Queue: HandedOverQueue, Entity: at})
		if err != nil || page.Total != n || len(page.Items) != n {
			t.Errorf("at %s: %d of %d, %v", at, len(page.Items), page.Total, err)
		}
	}
	err = h.reader.withSnapshot(t.Context(), ticketview.Viewer{Actor: operator}, func(s snapshot) error {
		all, err := s.page(t.Context(), f, f.conditions(s, searchTerms{handedOver: make([]string, maxCounted+1)}), nil)
		var got []string
		for _, row := range all.rows {
			got = append(got, row.State.Number)
		}
		if len(want) != 3 || !slices.Equal(got, want) {
			t.Errorf("in order %q, want %q", got, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
