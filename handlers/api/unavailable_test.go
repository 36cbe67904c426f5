// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestUnavailableDatabaseGives503(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	restore := storetest.MakeUnavailable(t, w.database)
	for _, a := range []apiResponse{
		w.anonymous().get("/status"), anna.get("/api/v1/queues"), anna.get("/api/v1/tickets"), anna.get("/api/v1/catalog"),
		w.anonymous().post("/api/v1/tickets", form(torino)),
		w.anonymous().post("/api/v1/sessions", fields{"username": "anna", "password": password, "pin": pin}),
	} {
		if a.problem(503, "unavailable"); a.header.Get("Retry-After") == "" {
			t.Error("got no Retry-After")
		}
	}
	user{w: w, token: "not-of-ours"}.get("/api/v1/queues").problem(401, "unauthorized") // refused without a query
	restore()
	w.eventually("the service is available again", func() bool { return w.anonymous().get("/status").status == 200 })
	w.eventually("requests are answered", func() bool { return anna.get("/api/v1/queues").status == 200 })
	opened := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	w.eventually("the read models process events again", func() bool { return len(anna.queue("nuove", opened.text("position"))) == 1 })
}

// connectAsOwner returns a connection as the database's owner, for statements that the service never runs.
func (w *fixture) connectAsOwner() *pgx.Conn {
	w.Helper()
	return storetest.Connect(w, w.database)
}

func TestSlowLogIsUnavailable(t *testing.T) {
	w := newFixtureWithLog(t, catalog.Default(), func(c *eventstore.Config) {
		c.AppendTimeout, c.LockTimeout = 300*time.Millisecond, 100*time.Millisecond
	})
	anna := w.logIn("anna", person.ASROperator, torino)
	var id string
	w.eventually("a ticket is opened", func() bool { // such short time-outs can be exceeded also while no one locks the log
		a := w.anonymous().post("/api/v1/tickets", form(torino))
		id = a.text("id")
		return a.status == 201
	})

	tx, err := w.connectAsOwner().Begin(t.Context())
	w.must(err)
	_, err = tx.Exec(t.Context(), `select from log.allocator for update`) // no one else can append
	w.must(err)
	for _, a := range []apiResponse{
		w.anonymous().post("/api/v1/tickets", form(torino)), anna.update(id, fields{"status": "in_lavorazione"}),
		w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"text": "ecco"}),
	} {
		if a.problem(503, "unavailable"); a.header.Get("Retry-After") == "" {
			t.Error("got no Retry-After")
		}
	}
	anna.ticket(id).want(200) // reading works while appending does not
	w.must(tx.Rollback(t.Context()))
	w.eventually("the log answers again", func() bool { return anna.update(id, fields{"status": "in_lavorazione"}).status == 200 })
}
