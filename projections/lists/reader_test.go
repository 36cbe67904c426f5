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
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/projectionstest"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// fixture is a projectionstest.Fixture with the lists and their reader.
type fixture struct {
	*projectionstest.Fixture
	reader *Reader
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := projectionstest.New(t, Model)
	return &fixture{f, NewReader(f.Store, catalog.Default(), nil)}
}

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
	h.checkCounts(tickettest.Operator, map[QueueID]int{HandedOverQueue: 1})
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

// checkCounts checks all counts of a viewer; a queue that want does not name must be empty.
func (h *fixture) checkCounts(who person.Actor, want map[QueueID]int) {
	h.T.Helper()
	got, _, err := h.reader.Queues(h.T.Context(), ticketview.Viewer{Actor: who})
	if err != nil {
		h.T.Fatal(err)
	}
	for _, q := range got {
		if q.Count != want[q.ID] {
			h.T.Errorf("%s %s: %s has %d, want %d", who.Role, who.ID, q.ID, q.Count, want[q.ID])
		}
	}
}

func (h *fixture) list(who person.Actor, f Filter) Page {
	h.T.Helper()
	page, err := h.reader.ListTickets(h.T.Context(), ticketview.Viewer{Actor: who}, f)
	if err != nil {
		h.T.Fatal(err)
	}
	return page
}

// countFound returns the number of tickets that a search finds for a viewer.
func (h *fixture) countFound(who person.Actor, q string) int {
	h.T.Helper()
	page := h.list(who, Filter{Q: q})
	if page.Total != len(page.Items) {
		h.T.Fatalf("%q: total %d, %d items", q, page.Total, len(page.Items))
	}
	return page.Total
}

func TestSearch(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino)
	h.OpenTicket(tickettest.Torino, func(o *ticket.Open) {
		o.Subject, o.Form.TaxCode = h.Store.KeyedHash(person.TaxCodeHashPurpose, "MRTMTT25D09F205Z"), "MRTMTT25D09F205Z"
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
			found, err := s.search(t.Context(), f.parseSearch(h.Store.KeyedHash))
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

func TestOtherTicketsOfTheSameCitizen(t *testing.T) {
	h := newFixture(t)
	one, two := h.OpenTicket(tickettest.Torino), h.OpenTicket(tickettest.Torino)
	h.OpenTicket(tickettest.TO3) // of the same citizen, at another entity
	h.OpenTicket(tickettest.Torino, func(o *ticket.Open) { o.Subject = h.Store.KeyedHash(person.TaxCodeHashPurpose, "MRTMTT25D09F205Z") })
	h.Project()
	if p := h.list(tickettest.Operator, Filter{SameCitizenAs: one}); len(p.Items) != 1 || p.Items[0].ID != two || p.Total != 1 {
		t.Errorf("got %+v, want the citizen's other ticket %s", p, two)
	}
	if p := h.list(tickettest.Neighbour, Filter{SameCitizenAs: one}); len(p.Items) != 0 {
		t.Errorf("got %+v for a viewer who does not see the ticket, want none", p)
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

func numbers(p Page) (all []string) {
	for _, i := range p.Items {
		all = append(all, i.Number)
	}
	return all
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

// TestManyHandoversAreReadInListOrder checks that the queue of hand-overs is the same when its tickets are not looked up first.
func TestManyHandoversAreReadInListOrder(t *testing.T) {
	h := newFixture(t)
	for range 3 {
		h.Do(h.OpenTicket(tickettest.Torino), tickettest.Operator,
			ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: tickettest.PublicNote("non è nostra")})
	}
	h.OpenTicket(tickettest.Torino)
	h.Project()
	f, err := Filter{Queue: HandedOverQueue}.validate(tickettest.Operator.Role)
	if err != nil {
		t.Fatal(err)
	}
	want := numbers(h.list(tickettest.Operator, f))
	for at, n := range map[catalog.EntityCode]int{catalog.Region: 3, tickettest.TO3: 0} {
		page, err := h.reader.ListTickets(t.Context(), ticketview.Viewer{Actor: tickettest.Operator}, Filter{Queue: HandedOverQueue, Entity: at})
		if err != nil || page.Total != n || len(page.Items) != n {
			t.Errorf("at %s: got %d of %d, %v, want %d", at, len(page.Items), page.Total, err, n)
		}
	}
	err = h.reader.withSnapshot(t.Context(), ticketview.Viewer{Actor: tickettest.Operator}, func(s snapshot) error {
		all, err := s.page(t.Context(), f, f.conditions(s, searchTerms{handedOver: make([]string, maxCounted+1)}), nil)
		var got []string
		for _, row := range all.rows {
			got = append(got, row.State.Number)
		}
		if len(want) != 3 || !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
