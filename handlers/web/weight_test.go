// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

// maxPageBytes is the maximum size of a page at the first visit, in bytes as transferred, without fonts and the design system (C4).
const maxPageBytes = 150_000

// queryCounter counts database queries by request id. It is a tracer for a store.
type queryCounter struct {
	mu   sync.Mutex
	by   map[string]int
	last int
}

// TraceQueryStart counts a query that belongs to a request.
func (q *queryCounter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if id := middleware.RequestID(ctx); id != "" {
		q.mu.Lock()
		q.by[id]++
		q.mu.Unlock()
	}
	return ctx
}

// TraceQueryEnd does nothing.
func (*queryCounter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// countFor returns the number of queries for a page.
func (q *queryCounter) countFor(b *browser, path string) int {
	b.w.Helper()
	b.open(path).want(200) // this request also stores the session's last use, if that is due
	q.last++
	id := fmt.Sprintf("count-%d", q.last)
	b.open(path, "X-Request-ID", id).want(200)
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.by[id]
}

// C4: the size of a page is limited, and the number of its queries does not depend on the number of tickets.
func TestSizeAndQueriesOfPagesAreLimited(t *testing.T) {
	counter := &queryCounter{by: map[string]int{}}
	w := newSystemWith(t, handlertest.Options{Log: func(c *eventstore.Config) { c.Tracer = counter }})
	anna, chief := w.login("anna", person.ASROperator, torino), w.login("capo", person.ASRSupervisor, torino)
	region := w.login("remo", person.RegionalSupervisor, catalog.Region)
	auditor, admin, citizen := w.login("rita", person.Auditor, ""), w.login("ada", person.Administrator, ""), w.login("dora", person.Citizen, "")
	id, mine := w.open(request(torino)), w.openAs(citizen, request(torino))
	type target struct {
		browser *browser
		path    string
	}
	pages := map[string]target{
		"landing": {w.browser(), "/"}, "login": {w.browser(), "/accesso"}, "which form": {w.browser(), "/assistenza"},
		"the citizen's form": {w.browser(), "/assistenza/ritiro-documenti"}, "the operators' form": {w.browser(), "/assistenza/assistenza-online"},
		"documentation": {w.browser(), "/documentazione"}, "queue": {anna, "/code/nuove"}, "all": {chief, "/code/tutte"},
		"all, the new ones": {chief, "/code/tutte?stato=nuovo"}, "the auditor's list": {auditor, "/code/tutte"},
		"ticket": {anna, "/ticket/" + string(id)}, "ticket, the auditor's": {auditor, "/ticket/" + string(id)}, "notifications": {anna, "/notifiche"},
		"personal link": {w.browser(), w.link(id)}, "the citizen's area": {citizen, "/richieste"}, "the citizen's request": {citizen, "/richieste/" + string(mine)},
		"dashboard": {chief, "/cruscotto"}, "dashboard of all": {region, "/cruscotto"}, "drill-down": {chief, "/cruscotto/elenco?cifra=aperte"},
		"replay": {auditor, "/revisione/" + string(id)}, "replay, an early step": {auditor, "/revisione/" + string(id) + "?passo=1&come=cittadino"},
		"accesses": {auditor, "/revisione/" + string(id) + "/accessi"}, "a queue of the past": {auditor, "/revisione/coda?ente=" + string(torino)},
	}
	pages["changes of accounts"], pages["log-ins"] = target{auditor, "/revisione/ruoli"}, target{auditor, "/revisione/accessi"}
	pages["keys"], pages["keys, the administrator's"] = target{auditor, "/revisione/chiavi"}, target{admin, "/revisione/chiavi"}
	pages["password and PIN"] = target{anna, "/accesso/credenziali"}
	pages["own account"] = target{anna, "/mio-account"}
	pages["accesses to the citizen's request"] = target{citizen, "/richieste/" + string(mine) + "/consultazioni"}
	pages["access records"], pages["people concerned"] = target{auditor, "/revisione/consultazioni"}, target{auditor, "/revisione/persone-coinvolte"}
	pages["search"] = target{anna, anna.open("/code/tutte").submit("Filtra", formValues{"Cerca": "referto"}).at.RequestURI()}
	pages["found"] = target{anna, anna.open("/code/tutte").submit("Elenca le richieste",
		formValues{"Numero, nome, telefono, e-mail, codice fiscale o parole": "finzione"}).at.RequestURI()}
	for _, path := range adminPaths {
		pages["administration "+path] = target{admin, "/amministrazione" + path}
	}
	w.open(request(torino))
	w.addNotes(anna, id, 2)
	w.waitForFigures()
	few := map[string]int{}
	for name, p := range pages {
		few[name] = counter.countFor(p.browser, p.path)
	}
	for n := range 60 {
		r := request(torino)
		r.Form.Description = fmt.Sprintf("Non trovo il referto numero %d", n)
		w.open(r)
		w.openAs(citizen, r)
		w.Account(t, fmt.Sprintf("mario%d", n), person.ASROperator, torino)
	}
	w.addNotes(anna, id, 50)
	w.addNotes(anna, mine, 50)
	w.waitForFigures()
	for name, p := range pages {
		if many := counter.countFor(p.browser, p.path); many > few[name] {
			t.Errorf("%s: got %d queries with many tickets, want %d as with few", name, many, few[name])
		}
		size := p.browser.open(p.path).transferSize()
		t.Logf("%-40s %2d queries, %6d bytes", name, few[name], size)
		if size > maxPageBytes {
			t.Errorf("%s: got %d bytes at the first visit, want at most %d", name, size, maxPageBytes)
		}
	}
}

// addNotes adds a number of internal notes to a ticket.
func (w *system) addNotes(by *browser, id ticket.ID, count int) {
	w.Helper()
	account, err := w.App.Identity.Authenticate(w.Context(), by.token())
	w.must(err)
	for n := range count {
		_, err := w.App.Update(w.Context(), app.Caller{Actor: account.Actor}, id, app.UpdateRequest{
			Note: &app.NoteRequest{Text: fmt.Sprintf("%d. Ho parlato con il laboratorio: il referto è stato prodotto e inviato, e il cittadino lo vede da domani.", n), Visibility: ticket.Internal},
		}, app.Idempotency{})
		w.must(err)
	}
	w.waitForLists()
}

// transferSize returns the number of bytes that a first visit transfers: the page, which is not compressed, and its compressed static
// files except those of the design system.
func (p *page) transferSize() int {
	sum := len(p.raw)
	for _, n := range all(p.root, "link", "script", "img") {
		path := cmp.Or(attr(n, "href"), attr(n, "src"))
		if strings.HasPrefix(path, "/") && !strings.Contains(path, "/italia/") {
			sum += len(p.b.w.static(path, "gzip").body)
		}
	}
	return sum
}
