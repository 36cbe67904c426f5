// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

// Site is the service with one database.
type Site struct {
	Tickets    int
	Pages      http.Handler
	Queries    *QueryCounter // the tracer of the store of this database
	LongTicket ticket.ID     // the ticket with many notes
	longNumber string        // the number of LongTicket
	clients    map[person.Role]*client
}

// QueryCounter counts the database queries of page requests. It is a tracer for a store.
type QueryCounter struct{ n atomic.Int64 }

// TraceQueryStart counts a query that belongs to a request. Queries of background tasks have no request id.
func (q *QueryCounter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if middleware.RequestID(ctx) != "" {
		q.n.Add(1)
	}
	return ctx
}

// TraceQueryEnd does nothing.
func (*QueryCounter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// client sends requests in the session of one account.
type client struct {
	pages   http.Handler
	session []*http.Cookie
}

// Login holds the credentials of a local account and the role of its only placement.
type Login struct {
	Username, Password, PIN string
	Role                    person.Role
}

// Login logs in the first account of each role and reads the number of the long ticket. It must be called before Pages.
func (s *Site) Login(accounts []Login) error {
	s.clients = map[person.Role]*client{}
	for _, p := range accounts {
		if s.clients[p.Role] != nil {
			continue
		}
		c := &client{pages: s.Pages}
		answer := c.send(http.MethodPost, "/accesso", url.Values{"utente": {p.Username}, "password": {p.Password}, "pin": {p.PIN}})
		if c.session = answer.Result().Cookies(); len(c.session) == 0 {
			return fmt.Errorf("%s cannot log in: %d", p.Username, answer.Code)
		}
		s.clients[p.Role] = c
	}
	title := titlePattern.FindStringSubmatch(s.clients[person.ASROperator].send(http.MethodGet, "/ticket/"+string(s.LongTicket), nil).Body.String())
	if title == nil {
		return errors.New("the ticket with many notes cannot be read")
	}
	s.longNumber = title[1]
	return nil
}

var titlePattern = regexp.MustCompile(`<h1 class="h3">Richiesta ([0-9-]+)</h1>`)

// send sends a request as htmx does if it has a form, and returns the answer.
func (c *client) send(method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, bytes.NewBufferString(form.Encode()))
	r.RemoteAddr = "198.51.100.7:1"
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		r.Header.Set("HX-Request-Type", "partial")
	}
	for _, cookie := range c.session {
		r.AddCookie(cookie)
	}
	answer := httptest.NewRecorder()
	c.pages.ServeHTTP(answer, r)
	return answer
}

// pageCase is one page to measure.
type pageCase struct {
	name string
	by   person.Role
	path string
	form url.Values // of a POST request; nil: a GET request
	rows int        // minimum number of rows; an empty list would be fast without meaning anything
	next bool       // measure the next page of the list instead
}

var nextPage = regexp.MustCompile(`id="pagina-avanti" rel="next" href="([^"]+)"`)

// pageCases returns the pages to measure: for each kind of list its queues, orders and filters, and each kind of search.
func pageCases(s *Site) []pageCase {
	search := func(name, q string, rows int) pageCase {
		return pageCase{name: "search " + name, by: person.ASROperator, path: "/code/tutte", form: url.Values{"q": {q}}, rows: rows}
	}
	n := (s.Tickets - 1) - (s.Tickets-1)%18 // the latest ticket of the first of 18 ASRs
	all := []pageCase{
		{name: "ticket with 50 notes", by: person.ASROperator, path: "/ticket/" + string(s.LongTicket)},
		search("a number", s.longNumber, 1), search("the beginning of a number", s.longNumber[:9], 1), search("a codice fiscale", TaxCode(n), 1),
		search("the end of a number", s.longNumber[5:], 1), search("the beginning of a tax code", TaxCode(n)[:14], 1),
		search("a name", FamilyName(n), 1), search("the beginning of a name", FamilyName(n)[:6], 1), search("a name and a word", FamilyName(n)+" referto", 1), search("words that few have", "risonanza magnetica", rareCount*9/10), search("a word that all have", "referto", 50),
		{name: "dashboard of an ASR", by: person.ASRSupervisor, path: "/cruscotto"},
		{name: "dashboard of the Region", by: person.RegionalSupervisor, path: "/cruscotto"},
	}
	list := func(by person.Role, scope string, rows int, paths ...string) {
		for _, path := range paths {
			all = append(all, pageCase{name: scope + " " + path, by: by, path: "/code/" + path, rows: rows})
		}
	}
	list(person.ASROperator, "ASR", 50, "nuove", "mie", "in_lavorazione", "in_attesa", "inoltrate", "risolte", "tutte")
	list(person.ASROperator, "ASR", 50, "tutte?ordine=opened_at", "tutte?ordine=-opened_at", "tutte?ordine=updated_at", "tutte?ordine=number", "tutte?ordine=-number",
		"nuove?ordine=requester", "inoltrate?ordine=opened_at", "inoltrate?ordine=requester")
	list(person.ASROperator, "ASR", 50, "tutte?stato=chiuso", "tutte?stato=in_attesa_utente", "tutte?operatore=io", "tutte?operatore=nessuno",
		"inoltrate?ente=regione")
	list(person.ASRSupervisor, "ASR", 0, "supervisori", "forzature")
	list(person.RegionalSupervisor, "Region", 50, "nuove", "tutte")
	list(person.RegionalSupervisor, "Region", 0, "forzature")
	list(person.Auditor, "all", 50, "tutte", "tutte?ordine=opened_at", "tutte?ordine=number", "tutte?stato=chiuso", "tutte?stato=nuovo",
		"tutte?ente=010301", "tutte?ente=010301&stato=risolto")
	for _, order := range []string{"tutte", "tutte?ordine=number"} {
		all = append(all, pageCase{name: "ASR " + order + ", the page after", by: person.ASROperator, path: "/code/" + order, rows: 50, next: true})
	}
	return all
}

// measurement is the result for one page of one site, as one line of the output.
type measurement struct {
	Name    string  `json:"name"`
	Tickets int     `json:"tickets"`
	P50     float64 `json:"p50_ms"`
	P90     float64 `json:"p90_ms"`
	Queries int64   `json:"queries"`
	Bytes   int     `json:"bytes"`
	Packed  int     `json:"gzip_bytes"`
	Ratio   float64 `json:"ratio,omitempty"` // of p50 to the p50 of the same page in the first site

	took     []time.Duration
	pageCase pageCase
}

// Pages measures every page of every site in a number of rounds, the sites in turn, and writes one JSON object per line. It returns an
// error if a page does not answer 200 or has fewer rows than its case requires.
func Pages(out io.Writer, sites []*Site, rounds int) error {
	figures := make([][]*measurement, len(sites))
	for i, s := range sites {
		for _, l := range pageCases(s) {
			if l.next {
				found := nextPage.FindStringSubmatch(s.clients[l.by].send(http.MethodGet, l.path, nil).Body.String())
				if found == nil {
					return fmt.Errorf("%s: %s has no next page", l.name, l.path)
				}
				l.path = html.UnescapeString(found[1])
			}
			figures[i] = append(figures[i], &measurement{Name: l.name, Tickets: s.Tickets, pageCase: l})
		}
	}
	for range rounds {
		for n := range figures[0] {
			for i, s := range sites {
				if err := figures[i][n].measure(s); err != nil {
					return err
				}
			}
		}
	}
	lines := json.NewEncoder(out)
	for n := range figures[0] {
		for i := range sites {
			m := figures[i][n]
			m.summarize()
			if i > 0 {
				m.Ratio = round(m.P50 / figures[0][n].P50)
			}
			if err := lines.Encode(m); err != nil {
				return err
			}
		}
	}
	return nil
}

var rowMark = []byte(`<tr role="row" id="riga-`)

// measure requests the page once and records time, queries and sizes.
func (m *measurement) measure(s *Site) error {
	method := http.MethodGet
	if m.pageCase.form != nil {
		method = http.MethodPost
	}
	queriesBefore, start := s.Queries.n.Load(), time.Now()
	answer := s.clients[m.pageCase.by].send(method, m.pageCase.path, m.pageCase.form)
	m.took = append(m.took, time.Since(start))
	m.Queries = s.Queries.n.Load() - queriesBefore
	page := answer.Body.Bytes()
	if rows := bytes.Count(page, rowMark); answer.Code != http.StatusOK || rows < m.pageCase.rows {
		return fmt.Errorf("%s among %d tickets answers %d with %d rows", m.Name, s.Tickets, answer.Code, rows)
	}
	if m.Bytes == 0 {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(page); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		m.Bytes, m.Packed = len(page), b.Len()
	}
	return nil
}

// summarize computes the percentiles of the times, in milliseconds.
func (m *measurement) summarize() {
	slices.Sort(m.took)
	percentile := func(p int) float64 { return round(float64(m.took[len(m.took)*p/100].Microseconds()) / 1000) }
	m.P50, m.P90 = percentile(50), percentile(90)
}

// round rounds a number to two decimals.
func round(f float64) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', 2, 64), 64)
	return r
}
