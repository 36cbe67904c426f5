// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
)

// records reads the access log as the owner of the database.
type records struct {
	conn *pgx.Conn
	last int64 // position of the last record that was read
}

// record is an access record.
type record struct {
	kind, outcome string
	continues     bool // of an earlier record of the same request
}

// newRecords returns the records since it was called before. A search that is still typed becomes a record first.
func (s *System) newRecords() (all []record) {
	s.T.Helper()
	if s.conn == nil {
		s.conn = storetest.Connect(s.T, s.Database)
	}
	_, err := s.conn.Exec(s.T.Context(), `select access.append_typed(true)`)
	s.must(err)
	rows, _ := s.conn.Query(s.T.Context(), `select position, kind, outcome, look is not null from access.records where position > $1 order by position`, s.last)
	var r record
	_, err = pgx.ForEachRow(rows, []any{&s.last, &r.kind, &r.outcome, &r.continues}, func() error {
		all = append(all, r)
		return nil
	})
	s.must(err)
	return all
}

// showsNobody lists routes that show no person's data as they are requested here, with the reason.
var showsNobody = map[string]string{
	"GET /cerca":                       "without words it shows the search box",
	"GET /revisione":                   "without words it shows the search box",
	"GET /cruscotto":                   "sums",
	"GET /cruscotto/dati/{sheet}":      "sums",
	"GET /api/v1/dashboard":            "sums",
	"GET /eventi":                      "ids of tickets and kinds of changes, no person; without a session it ends",
	"GET /api/v1/stream":               "the same",
	"GET /api/v1/queues":               "counts",
	"GET /assistenza/inviata/{opened}": "refused: not the address that was given to who sent the request",
}

// checkRecords fails the test unless the answer to a route left exactly one record if it showed a ticket or a person, or refused to, and none
// otherwise. An act may show the page or list again, also when it is refused, and the form of a new request shows a citizen their latest one:
// that is one record too. Only what may show more than one record holds has records that continue it: exports, answers about access records, acts
// that show the page again, and the page with two lists. An answer without a record must hold nothing of any ticket, also not of one that its reader may read.
func (s *System) checkRecords(r Route, who Person, about Ticket, got Answer) {
	s.T.Helper()
	all := s.newRecords()
	looks := slices.DeleteFunc(slices.Clone(all), func(r record) bool { return r.continues })
	if len(looks) < len(all) && r.Reads() && r.Looks != Export && r.Looks != Accesses && r.Pattern != "GET /richieste" {
		s.T.Errorf("%s, %s, %s, %s: left the records %v, want none that continues another", r.Name(), who.Name, about.Path, about.State.Status, all)
	}
	want := ""
	refused := got.Outcome == Forbidden || got.Outcome == NotVisible || got.Outcome == LogInFirst && (r.Looks != Live || r.OfAPI())
	switch {
	case refused && (r.Action != "" || r.About || apitokens.IsToken(who.Token)):
		want = "refused"
	case got.Outcome == LetIn && r.Reads() && showsNobody[r.Pattern] == "":
		want = "shown"
	}
	showsAgain := !r.Reads() && len(looks) == 1 && looks[0].outcome == "shown" && (r.Method() == http.MethodPost || r.Pattern == "GET /assistenza/{service}")
	switch {
	case showsAgain, want != "" && len(looks) == 1 && looks[0].outcome == want:
		return
	case want == "" && len(looks) == 0:
		s.checkShowsNobody(r, who, about, got)
		return
	case want == "":
		want = "none"
	}
	s.T.Errorf("%s, %s, %s, %s: answered %d and left the records %v, want one that says %s", r.Name(), who.Name, about.Path, about.State.Status, got.Status, all, want)
}

// checkShowsNobody fails the test if an answer holds something of a ticket beside what its request holds. An act may answer with the number of its ticket.
func (s *System) checkShowsNobody(r Route, who Person, about Ticket, got Answer) {
	s.T.Helper()
	in := r.Request(Call{Who: who, Ticket: about, System: s})
	for _, t := range append(slices.Clone(s.listed), about) {
		texts := append(slices.Clone(t.Personal), t.Number)
		for _, text := range t.Texts {
			texts = append(texts, text.Words...)
		}
		for _, text := range texts {
			receipt := text == about.Number && !r.Reads()
			if strings.Contains(got.Body, text) && !strings.Contains(in.Path+in.Body, text) && !receipt {
				s.T.Errorf("%s, %s, %s, %s: answered %d with %q and left no record", r.Name(), who.Name, about.Path, about.State.Status, got.Status, text)
			}
		}
	}
}
