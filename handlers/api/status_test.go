// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/lists"
)

// conditions returns the names of the conditions that /status reports, with commas between them.
func (w *fixture) conditions() string {
	w.Helper()
	a := w.anonymous().get("/status")
	if a.status == http.StatusServiceUnavailable {
		return "unavailable" // for a moment, when the server has ended the connections of the node
	}
	a.want(200)
	var names []string
	list, _ := a.body["conditions"].([]any)
	for _, c := range list {
		names = append(names, c.(map[string]any)["name"].(string))
	}
	if title := a.text("title"); (title == "OK") != (len(names) == 0) {
		w.Errorf("got title %s with conditions %v", title, names)
	}
	return strings.Join(names, ",")
}

// TestStatusNamesWhatLimitsTheService: in each condition of a real database /status answers 200 and names it, and no longer when it has passed.
func TestStatusNamesWhatLimitsTheService(t *testing.T) {
	w := newFixtureWithLog(t, catalog.Default(), func(c *eventstore.Config) { c.AppendTimeout = 2 * time.Second })
	anna := w.logIn("anna", person.ASROperator, torino)
	w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	owner := w.connectAsOwner()
	execute := func(sql string) {
		t.Helper()
		_, err := owner.Exec(t.Context(), sql)
		w.must(err)
	}
	expect := func(what, want string) {
		t.Helper()
		w.eventually(what, func() bool { return w.conditions() == want })
	}
	expect("nothing limits the service", "")

	// The server raises the error of a full disk: a disk can be filled for one test neither without privileges nor without harm to others.
	execute(`create function fill() returns trigger language plpgsql as $$ begin
		raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$`)
	execute(`create trigger fill before insert on log.events for each statement execute function fill()`)
	w.anonymous().post("/api/v1/tickets", form(torino)).problem(503, "unavailable")
	expect("the full disk is named", "disk-full")
	anna.get("/api/v1/queues").want(200)
	execute(`drop trigger fill on log.events`)
	w.eventually("tickets are opened again", func() bool { return w.anonymous().post("/api/v1/tickets", form(torino)).status == 201 })
	expect("the disk is not full any more", "")

	// Locked tables of the lists: tickets can still be read and changed.
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	locking, err := owner.Begin(t.Context())
	w.must(err)
	_, err = locking.Exec(t.Context(), `lock table `+lists.Model.Table("tickets")+` in access exclusive mode`)
	w.must(err)
	expect("the locked lists are named", "lists-unavailable")
	anna.ticket(id).want(200)
	w.must(locking.Rollback(t.Context()))
	expect("the lists answer", "")

	// Lists that fall behind.
	w.eventually("the lists hold all tickets", func() bool { return len(anna.queue("nuove", "")) == 3 })
	locking, err = owner.Begin(t.Context())
	w.must(err)
	_, err = locking.Exec(t.Context(), `select from log.consumers where name = 'tickets' for update`)
	w.must(err)
	w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	w.advance(time.Minute)
	expect("the late lists are named", "lists-late")
	w.must(locking.Rollback(t.Context()))
	expect("the lists have caught up", "")

	w.advance(-time.Hour) // the clock of the database was an hour ahead, and is set right
	expect("the clock that ran ahead is named", "clock-ahead")
	w.advance(time.Hour)
	expect("the clock has caught up", "")

	setReadOnly(w, true)
	expect("the read-only server is named", "read-only")
	w.anonymous().post("/api/v1/tickets", form(torino)).problem(503, "unavailable")
	anna.get("/api/v1/queues").want(200)
	setReadOnly(w, false)
	w.eventually("tickets are opened again", func() bool { return w.anonymous().post("/api/v1/tickets", form(torino)).status == 201 })
	expect("the server stores again", "")
}

// TestStatusNamesSkippedStreams records an event of a newer release: the read models and sagas leave its ticket alone, and /status says so.
func TestStatusNamesSkippedStreams(t *testing.T) {
	w := newFixture(t)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	_, err := w.store.Append(t.Context(), eventstore.Append{
		Stream: id, Kind: "ticket", ExpectedVersion: 1, By: eventstore.Actor{ID: "newer", Role: "sistema"},
		Events: []eventstore.NewEvent{{Type: "ticket.sung.v1", Data: []byte(`{}`)}},
	})
	w.must(err)
	w.eventually("the skipped ticket is named", func() bool { return w.conditions() == "streams-skipped" })
}

// setReadOnly makes the database read-only for new sessions, or not, and ends the others.
func setReadOnly(w *fixture, on bool) {
	w.Helper()
	config, err := pgx.ParseConfig(w.database)
	w.must(err)
	name := config.Database
	config.Database = "postgres"
	conn, err := pgx.ConnectConfig(w.Context(), config)
	w.must(err)
	defer func() { _ = conn.Close(context.WithoutCancel(w.Context())) }()
	value := "off"
	if on {
		value = "on"
	}
	for _, sql := range []string{
		`alter database ` + name + ` set default_transaction_read_only = ` + value,
		`select pg_terminate_backend(pid) from pg_stat_activity where datname = '` + name + `' and application_name like 'sol %'`,
	} {
		_, err := conn.Exec(w.Context(), sql)
		w.must(err)
	}
}
