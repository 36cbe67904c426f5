// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/projections/lists"
)

// withSpecs returns an option for the store with the time limits of a server, not those of tests, for some pools.
func withSpecs(names ...pgpool.Name) func(*eventstore.Config) {
	return func(c *eventstore.Config) {
		c.Pools = append(c.Pools, func(s *pgpool.Spec) {
			for _, name := range names {
				for _, served := range pgpool.Specs() {
					if s.Name == name && served.Name == name {
						*s = served
						s.Min = 0
					}
				}
			}
		})
	}
}

// countWaiting returns the number of connections of a pool that wait for a lock.
func (w *fixture) countWaiting(owner *pgx.Conn, name pgpool.Name) (n int) {
	w.Helper()
	w.must(owner.QueryRow(w.Context(), `
		select count(*) from pg_stat_activity where datname = current_database() and application_name = $1 and wait_event_type = 'Lock'`,
		"sol "+string(name)).Scan(&n))
	return n
}

// lockTable locks a table for everybody else until unlock is called.
func (w *fixture) lockTable(table string) (unlock func()) {
	w.Helper()
	tx, err := w.connectAsOwner().Begin(w.Context())
	w.must(err)
	_, err = tx.Exec(w.Context(), "lock table "+table+" in access exclusive mode")
	w.must(err)
	return func() {
		w.Helper()
		w.must(tx.Rollback(w.Context()))
	}
}

// Consumers that wait for a lock with all connections of their pool delay nobody else.
func TestWaitingConsumersDelayNobody(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	owner := w.connectAsOwner()
	_, err := owner.Exec(t.Context(), "create table public.locked (n bigint); grant insert on public.locked to sol_worker")
	w.must(err)
	unlock := w.lockTable("public.locked")

	ctx, end := context.WithCancel(t.Context())
	var consumers sync.WaitGroup
	conns := int(w.store.Pools().Consumer.Config().MaxConns)
	for n := range conns + 3 {
		consumers.Go(func() {
			err := w.store.Consume(ctx, eventstore.Consumer{
				Name: fmt.Sprintf("waiting-%d", n), Version: 1,
				Handle: func(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
					_, err := tx.Exec(ctx, "insert into public.locked values ($1)", records[0].Position)
					return err
				},
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	defer consumers.Wait()
	defer end()
	w.eventually("consumers hold all connections of their pool", func() bool { return w.countWaiting(owner, pgpool.Consumer) == conns })

	bruno := w.logIn("bruno", person.ASROperator, torino)
	bruno.ticket(id).want(200)
	bruno.get("/api/v1/queues").want(200)
	bruno.get("/api/v1/tickets").want(200)
	anna.update(id, fields{"status": "in_lavorazione"}).want(200)
	w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	if n := w.countWaiting(owner, pgpool.Consumer); n != conns {
		t.Errorf("got %d waiting consumers afterwards, want %d still", n, conns)
	}
	unlock()
	w.eventually("the consumers go on", func() bool {
		var n int
		w.must(owner.QueryRow(t.Context(), "select count(*) from public.locked").Scan(&n))
		return n > conns
	})
}

// While the table of the lists is locked, lists answer 503, and everything else answers as always.
func TestLockedListsStayAlone(t *testing.T) {
	w := newFixtureWithLog(t, catalog.Default(), withSpecs(pgpool.Request))
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	w.eventually("the list has the ticket", func() bool { return len(anna.get("/api/v1/tickets?queue=nuove").want(200).list("items")) == 1 })
	unlock := w.lockTable(lists.Model.Table("tickets"))

	owner := w.connectAsOwner()
	ctx, end := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 9 {
		readers.Go(func() {
			for ctx.Err() == nil {
				a := anna.get("/api/v1/tickets?queue=nuove")
				if ctx.Err() == nil && (a.status != 503 || a.header.Get("Retry-After") == "") {
					t.Errorf("a list: got %d %s, want 503 with Retry-After", a.status, a.raw)
				}
			}
		})
	}
	w.eventually("lists wait", func() bool { return w.countWaiting(owner, pgpool.Request) > 1 })
	bruno := w.logIn("bruno", person.ASROperator, torino)
	bruno.ticket(id).want(200)
	bruno.update(id, fields{"status": "in_lavorazione"}).want(200)
	w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	w.eventually("lists still wait", func() bool { return w.countWaiting(owner, pgpool.Request) > 1 })
	end()
	readers.Wait()
	unlock()
	w.eventually("lists answer again", func() bool { return anna.get("/api/v1/tickets?queue=nuove").status == 200 })
}

// While access records cannot be written, tickets and lists answer 503, because nobody may read them without a record; everything else answers.
func TestLockedAccessRecordsStayAlone(t *testing.T) {
	w := newFixtureWithLog(t, catalog.Default(), withSpecs(pgpool.Session))
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	owner := w.connectAsOwner()
	unlock := w.lockTable("access.allocator")
	ctx, end := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 5 {
		readers.Go(func() {
			for ctx.Err() == nil {
				if a := anna.ticket(id); ctx.Err() == nil && a.status != 503 {
					t.Errorf("a ticket: got %d %s, want 503", a.status, a.raw)
				}
			}
		})
	}
	w.eventually("readers wait", func() bool { return w.countWaiting(owner, pgpool.Session) == 1 })
	bruno := w.logIn("bruno", person.ASROperator, torino)
	bruno.get("/api/v1/queues").want(200)
	bruno.get("/api/v1/tickets").problem(503, "unavailable")
	bruno.update(id, fields{"status": "in_lavorazione"}).want(200)
	w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	w.eventually("readers still wait", func() bool { return w.countWaiting(owner, pgpool.Session) == 1 })
	end()
	readers.Wait()
	unlock()
	w.eventually("tickets are shown again", func() bool { return anna.ticket(id).status == 200 })
}

// Operators who open tickets with a reply, in front of a locked table of marks, leave log-ins alone.
func TestLockedMarksOfReadersStayAlone(t *testing.T) {
	w := newFixtureWithLog(t, catalog.Default(), withSpecs(pgpool.Session))
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	anna.update(id, fields{"status": "in_lavorazione"}).want(200)
	w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"text": "Quello di marzo"}).want(200)
	owner := w.connectAsOwner()
	defer w.lockTable("notice.opened")()
	ctx, end := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 5 {
		readers.Go(func() {
			for ctx.Err() == nil {
				anna.ticket(id)
			}
		})
	}
	wait := func() bool { return w.countWaiting(owner, pgpool.Session) == 1 }
	w.eventually("readers wait", wait)
	w.logIn("bruno", person.ASROperator, torino).update(id, fields{"note": fields{"text": "visto", "visibility": "internal"}}).want(200)
	w.eventually("readers still wait", wait)
	end()
	readers.Wait()
}

// While the tables of two kinds of use of the session pool are locked, people log in and work.
func TestTwoLockedKindsLeaveLogInsAlone(t *testing.T) {
	w := newFixtureWithLog(t, catalog.Default(), withSpecs(pgpool.Session))
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	owner := w.connectAsOwner()
	defer w.lockTable("access.allocator")()
	defer w.lockTable("presence.readers")()
	ctx, end := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for range 4 {
		waiting.Go(func() {
			for ctx.Err() == nil {
				anna.ticket(id)
			}
		})
		waiting.Go(func() {
			for ctx.Err() == nil {
				_ = w.system.App.Presence.Enter(ctx, ticket.ID(id), person.Actor{ID: anna.id, Role: person.ASROperator, Entity: torino}, false)
			}
		})
	}
	bothWait := func() bool { return w.countWaiting(owner, pgpool.Session) == 2 }
	w.eventually("both kinds wait", bothWait)
	for n := range 5 {
		w.logIn(fmt.Sprintf("operatore.%d", n), person.ASROperator, torino).get("/api/v1/queues").want(200)
	}
	w.eventually("both kinds still wait", bothWait)
	end()
	waiting.Wait()
}

// Log-ins in front of a locked table get 503, and leave a connection to those who need none of their tables.
func TestLockedLogInsLeaveOthersAlone(t *testing.T) {
	w := newFixtureWithLog(t, catalog.Default(), withSpecs(pgpool.Session))
	anna := w.logIn("anna", person.ASROperator, torino)
	owner := w.connectAsOwner()
	for _, table := range []string{"identity.accounts", "identity.login_failures"} {
		unlock := w.lockTable(table)
		ctx, end := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for range 3 * runtime.GOMAXPROCS(0) { // more than hash at a time
			waiting.Go(func() {
				for ctx.Err() == nil {
					a := w.anonymous().post("/api/v1/sessions", fields{"username": "anna", "password": password, "pin": pin})
					if ctx.Err() == nil && (a.status != 503 || a.header.Get("Retry-After") == "") {
						t.Errorf("%s: got %d %s, want 503 with Retry-After", table, a.status, a.raw)
					}
				}
			})
		}
		w.eventually("log-ins wait", func() bool { return w.countWaiting(owner, pgpool.Session) == 1 })
		w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
		if table == "identity.login_failures" { // checks of sessions read accounts
			anna.get("/api/v1/queues").want(200)
		}
		end()
		waiting.Wait()
		unlock()
		w.eventually("requests are answered again", func() bool { return anna.get("/api/v1/queues").status == 200 })
	}
}

// A frozen database gives 503 to everybody, and the node works again when the database does.
func TestFrozenDatabaseGives503(t *testing.T) {
	w := newFixtureWithLog(t, catalog.Default(), func(c *eventstore.Config) {
		withSpecs(pgpool.Append, pgpool.Read, pgpool.Request, pgpool.Session)(c)
		c.AppendTimeout = 2 * time.Second
	})
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	anna.ticket(id).want(200)
	resume := storetest.Freeze(t)
	for _, a := range []apiResponse{
		anna.ticket(id), anna.get("/api/v1/queues"), anna.get("/api/v1/tickets"), anna.update(id, fields{"status": "in_lavorazione"}),
		w.anonymous().get("/status"), w.anonymous().post("/api/v1/tickets", form(torino)),
		w.anonymous().post("/api/v1/sessions", fields{"username": "anna", "password": password, "pin": pin}),
	} {
		if a.problem(503, "unavailable"); a.header.Get("Retry-After") == "" {
			t.Error("got no Retry-After")
		}
	}
	resume()
	w.eventually("the service is available again", func() bool { return w.anonymous().get("/status").status == 200 })
	w.eventually("requests are answered", func() bool { return anna.ticket(id).status == 200 && anna.get("/api/v1/tickets").status == 200 })
	w.eventually("appends are stored", func() bool { return w.anonymous().post("/api/v1/tickets", form(torino)).status == 201 })
}

// All reads under row-level security work through PgBouncer in transaction mode, and give what they give without it.
func TestReadsThroughPgBouncer(t *testing.T) {
	w := newFixtureWithLog(t, catalog.Default(), func(c *eventstore.Config) {
		c.RequestURL = (&storetest.DB{URL: c.URL}).PgBouncerURL(t, "transaction", 2)
	})
	anna := w.logIn("anna", person.ASROperator, torino)
	carla := w.logIn("carla", person.ASRSupervisor, torino)
	auditor := w.logIn("dario", person.Auditor, "")
	var id, position string
	for range 3 {
		a := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
		id = a.text("id")
	}
	position = anna.update(id, fields{"status": "in_lavorazione", "note": public("Ecco")}).want(200).text("position")
	anna.ticket(id).want(200)
	if n := len(anna.queue("nuove", position)); n != 2 {
		t.Errorf("got %d new tickets, want 2", n)
	}
	page := anna.get("/api/v1/tickets?queue=tutte&limit=1").want(200)
	if next := anna.get("/api/v1/tickets?queue=tutte&limit=2&cursor=" + page.text("next_cursor")).want(200); len(next.list("items")) != 2 {
		t.Errorf("got %s, want the other two tickets", next.raw)
	}
	for _, query := range []string{"q=referto", "q=2026", "q=finzione", "sort=citizen", "sort=-updated", "status=nuovo&assignee=nessuno", "entity=010301"} {
		if a := anna.get("/api/v1/tickets?" + query); a.status != 200 && a.status != 422 {
			t.Errorf("%s: got %d %s", query, a.status, a.raw)
		}
	}
	if found := anna.get("/api/v1/tickets?q=finzione").want(200); len(found.list("items")) != 3 {
		t.Errorf("got %s, want three tickets found", found.raw)
	}
	anna.get("/api/v1/queues").want(200)
	anna.get("/api/v1/notifications").want(200)
	w.eventually("the figures are built", func() bool { return carla.get("/api/v1/dashboard").status == 200 })
	carla.get("/api/v1/tickets.csv?figure=arrivate").want(200)
	accesses, _, _, err := w.system.App.ListAccesses(t.Context(), app.Caller{Actor: person.Actor{ID: auditor.id, Role: person.Auditor}}, ticket.ID(id), 0, 10)
	if err != nil || len(accesses) < 2 {
		t.Errorf("got access records %+v, %v, want the operator's and this one", accesses, err)
	}
}
