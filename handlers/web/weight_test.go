// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/entrance"
	"github.com/sol-assistenza/sol/handlers/worldtest"
)

// heaviest is what a page may weigh at the first visit, as it travels, beside fonts and the design system (C4).
const heaviest = 150_000 // bytes

// queries counts what pages ask of the database, by the id of their request.
type queries struct {
	mu   sync.Mutex
	by   map[string]int
	last int
}

// TraceQueryStart is called before every query.
func (q *queries) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if id := entrance.RequestID(ctx); id != "" {
		q.mu.Lock()
		q.by[id]++
		q.mu.Unlock()
	}
	return ctx
}

// TraceQueryEnd has nothing to do.
func (*queries) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// of counts a page's queries.
func (q *queries) of(b *browser, path string) int {
	b.w.Helper()
	q.last++
	id := fmt.Sprintf("count-%d", q.last)
	b.open(path, "X-Request-ID", id).want(200)
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.by[id]
}

// C4: what a page weighs, and that it asks the database as often whether there are few tickets or many.
func TestPagesAreLightAndAskTheDatabaseAFixedNumberOfTimes(t *testing.T) {
	counted := &queries{by: map[string]int{}}
	w := newWorldOf(t, worldtest.Options{Log: func(c *eventstore.Config) { c.Tracer = counted }})
	anna := w.join("anna", person.ASROperator, torino)
	chief := w.join("capo", person.ASRSupervisor, torino)
	auditor := w.join("rita", person.Auditor, "")
	id := w.open(request(torino))
	pages := map[string]struct {
		who  *browser
		path string
	}{
		"landing": {w.browser(), "/"}, "login": {w.browser(), "/accesso"}, "which form": {w.browser(), "/assistenza"},
		"the citizen's form": {w.browser(), "/assistenza/ritiro-documenti"}, "the operators' form": {w.browser(), "/assistenza/assistenza-online"},
		"documentation": {w.browser(), "/documentazione"}, "queue": {anna, "/code/nuove"}, "all": {chief, "/code/tutte"},
		"search": {anna, "/code/tutte?q=referto"}, "ticket": {anna, "/ticket/" + string(id)}, "behind the link": {w.browser(), "/richieste/" + w.Cases.Identity.PersonalLink(id)},
		"audit": {auditor, "/revisione/" + string(id)}, "accesses": {auditor, "/revisione/" + string(id) + "/accessi"},
	}
	w.open(request(torino))
	w.notes(anna, id, 2)
	few := map[string]int{}
	for name, p := range pages {
		few[name] = counted.of(p.who, p.path)
	}
	for n := range 60 {
		r := request(torino)
		r.Form.Description = fmt.Sprintf("Non trovo il referto numero %d", n)
		w.open(r)
	}
	w.notes(anna, id, 50)
	for name, p := range pages {
		if many := counted.of(p.who, p.path); many != few[name] {
			t.Errorf("%s asks the database %d times, and %d times when there is more to show", name, few[name], many)
		}
		weight := p.who.open(p.path).weight()
		t.Logf("%-20s %2d queries, %6d bytes", name, few[name], weight)
		if weight > heaviest {
			t.Errorf("%s weighs %d bytes at the first visit", name, weight)
		}
	}
}

// notes writes many on a ticket.
func (w *world) notes(by *browser, id ticket.ID, many int) {
	w.Helper()
	account := w.caller(by)
	for n := range many {
		_, err := w.Cases.Update(w.Context(), account, id, casework.Update{
			Note: &casework.Note{Text: fmt.Sprintf("%d. Ho parlato con il laboratorio: il referto è stato prodotto e inviato, e il cittadino lo vede da domani.", n), Visibility: ticket.Internal},
		}, casework.Said{})
		w.must(err)
	}
	w.settle()
}

// caller is who is logged in at a browser.
func (w *world) caller(b *browser) casework.Caller {
	w.Helper()
	for _, c := range b.client.Jar.Cookies(b.open("/").at) {
		if s, err := w.Cases.Identity.Authenticate(w.Context(), c.Value); err == nil {
			return casework.Caller{Actor: s.Actor}
		}
	}
	w.Fatal("nobody has logged in there")
	return casework.Caller{}
}

// weight is what travels at the first visit: the page, which we do not compress, and every file that it names but for the
// design system's.
func (p *page) weight() int {
	sum := len(p.raw)
	for _, n := range all(p.root, "link", "script", "img") {
		path := or(attr(n, "href"), attr(n, "src"))
		if strings.HasPrefix(path, "/") && !strings.Contains(path, "/italia/") {
			sum += len(p.b.w.static(path, "gzip").body)
		}
	}
	return sum
}
