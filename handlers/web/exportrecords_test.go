// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web"
	"github.com/sol-assistenza/sol/projections/lists"
)

// ticketNumber matches the number of a ticket.
var ticketNumber = regexp.MustCompile(`^\d{4}-\d{7}$`)

// leavingClient is the answer to a client that goes away when it has got some bytes. The writes until then arrive.
type leavingClient struct {
	*httptest.ResponseRecorder
	leavesAfter int // bytes; 0: never
	leave       context.CancelFunc
}

func (c *leavingClient) Write(b []byte) (int, error) {
	if c.leavesAfter > 0 && c.Body.Len() >= c.leavesAfter {
		return 0, errors.New("write: broken pipe")
	}
	n, err := c.ResponseRecorder.Write(b)
	if c.leavesAfter > 0 && c.Body.Len() >= c.leavesAfter {
		c.leave()
	}
	return n, err
}

// look is an access record with the tickets that it and its continuations showed.
type look struct {
	kind  accesslog.Kind
	shown map[string]bool // numbers of tickets
}

// download requests a path for a person, who leaves after some bytes (0: never), and returns what arrived, whether the answer is complete, and the looks
// that it left.
func (w *system) download(b *browser, path string, leavesAfter int) (body string, complete bool, looks []look) {
	w.Helper()
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	pages, err := web.New(web.Config{App: w.App, Middleware: middleware.New(middleware.Config{Log: log}), PublicURL: "http://localhost", Log: log, MinFillTime: -1})
	w.must(err)
	defer pages.EndStreams()
	owner := storetest.Connect(w.T, w.Database)
	var before int64
	w.must(owner.QueryRow(w.Context(), `select coalesce(max(position), 0) from access.records`).Scan(&before))

	ctx, leave := context.WithCancel(w.Context())
	defer leave()
	client := &leavingClient{httptest.NewRecorder(), leavesAfter, leave}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	address, err := url.Parse(w.server.Address)
	w.must(err)
	for _, c := range b.client.Jar.Cookies(address) {
		r.AddCookie(c)
	}
	func() {
		defer func() {
			thrown := recover()
			if err, ok := thrown.(error); thrown != nil && (!ok || !errors.Is(err, http.ErrAbortHandler)) {
				panic(thrown)
			}
		}()
		pages.ServeHTTP(client, r)
		complete = true
	}()
	if client.Code != http.StatusOK {
		w.Fatalf("%s: got status %d", path, client.Code)
	}

	rows, _ := owner.Query(w.Context(), `
		select r.kind, coalesce((select array_agg(t.number) from access.records c cross join lateral unnest(c.shown || c.ticket) as s (id) join `+lists.Model.Table("tickets")+` t on t.id = s.id
			where r.position in (c.position, c.look)), '{}')
		from access.records r where r.position > $1 and r.look is null order by r.position`, before)
	looks, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l look, err error) {
		var numbers []string
		err = row.Scan(&l.kind, &numbers)
		l.shown = make(map[string]bool)
		for _, n := range numbers {
			l.shown[n] = true
		}
		return l, err
	})
	w.must(err)
	return client.Body.String(), complete, looks
}

// TestDownloadsAreOneLookWithAllThatLeft downloads lists, dossiers and reports of several pages, whole and broken off by the client at different
// moments: each leaves one look, which names every ticket of which a row has left.
func TestDownloadsAreOneLookWithAllThatLeft(t *testing.T) {
	w := newSystem(t)
	w.App.Dashboard.ExportPageSize = 50
	const tickets = 230
	ids := make([]ticket.ID, tickets)
	var all sync.WaitGroup
	for n := range tickets {
		all.Go(func() {
			r := request(torino)
			r.Form.FamilyName = fmt.Sprintf("Finzione %d", n)
			o, err := w.App.Open(w.Context(), app.Caller{Actor: person.Actor{Role: person.Anonymous}, From: "198.51.100.7"}, r, app.Idempotency{})
			if err != nil {
				t.Error(err)
				return
			}
			ids[n] = ticket.ID(o.Stream)
		})
	}
	all.Wait()
	w.waitForLists()
	anna, rita, ugo := w.login("anna", person.ASROperator, torino), w.login("rita", person.ASRSupervisor, torino), w.login("ugo", person.Auditor, "")
	seen := accesslog.Access{By: torinoOperator, Kind: accesslog.Lists, Shown: ids}
	_, err := w.App.AccessLog.Record(t.Context(), seen)
	w.must(err)
	anna.open("/ticket/" + string(ids[0])).want(200)

	for _, c := range []struct {
		by   *browser
		path string
		kind accesslog.Kind
		rows int // of the whole file
	}{
		{rita, "/cruscotto/elenco.csv?cifra=aperte", accesslog.Export, tickets},
		{ugo, "/revisione/persone-coinvolte.csv?persona=" + torinoOperator.ID, accesslog.Accesses, tickets},
		{ugo, "/revisione/" + string(ids[0]) + "/fascicolo.json", accesslog.Dossier, 1},
		{ugo, "/revisione/" + string(ids[0]) + "/fascicolo.html", accesslog.Dossier, 1},
	} {
		for _, leavesAfter := range []int{0, 1, 6000, 20_000} {
			body, complete, looks := w.download(c.by, c.path, leavesAfter)
			name := fmt.Sprintf("%s, left after %d bytes", c.path, leavesAfter)
			if len(looks) != 1 || looks[0].kind != c.kind {
				t.Errorf("%s: got looks %v, want one of kind %s", name, looks, c.kind)
				continue
			}
			arrived := map[string]bool{}
			for _, word := range strings.FieldsFunc(body, func(r rune) bool {
				return r == ';' || r == ',' || r == '"' || r == '\n' || r == '<' || r == '>' || r == ' ' || r == '.'
			}) {
				if ticketNumber.MatchString(word) {
					arrived[word] = true
				}
			}
			for number := range arrived {
				if !looks[0].shown[number] {
					t.Errorf("%s: %s has left and is not on record", name, number)
				}
			}
			if leavesAfter == 0 && (!complete || len(arrived) != c.rows || len(looks[0].shown) != c.rows) {
				t.Errorf("%s: got %d tickets in the file and %d on record, complete %t, want %d", name, len(arrived), len(looks[0].shown), complete, c.rows)
			}
			if strings.HasSuffix(strings.SplitN(c.path, "?", 2)[0], ".csv") && leavesAfter == 6000 && (complete || len(arrived) == 0 || len(arrived) == c.rows || len(looks[0].shown) == c.rows) {
				t.Errorf("%s: got %d tickets in the file and %d on record, complete %t, want a part of %d", name, len(arrived), len(looks[0].shown), complete, c.rows)
			}
		}
	}
}
