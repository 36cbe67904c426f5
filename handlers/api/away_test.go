// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
)

func TestWithoutTheDatabase(t *testing.T) {
	w := newWorld(t)
	anna := w.join("anna", person.ASROperator, torino)
	config, err := pgx.ParseConfig(w.database)
	w.must(err)
	name := config.Database
	config.Database = "postgres"
	outside, err := pgx.ConnectConfig(t.Context(), config)
	w.must(err)
	defer outside.Close(t.Context())
	run := func(sql string) {
		_, err := outside.Exec(t.Context(), sql)
		w.must(err)
	}

	run(`alter database ` + name + ` allow_connections false`)
	run(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '` + name + `'`)
	for _, a := range []answered{
		w.anybody().get("/status"), anna.get("/api/v1/queues"), anna.get("/api/v1/tickets"), anna.get("/api/v1/catalog"),
		w.anybody().post("/api/v1/tickets", form(torino)),
		w.anybody().post("/api/v1/sessions", fields{"username": "anna", "password": password, "pin": pin}),
	} {
		if a.problem(503, "unavailable"); a.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	run(`alter database ` + name + ` allow_connections true`)
	w.eventually("the service comes back", func() bool { return w.anybody().get("/status").status == 200 })
	w.eventually("requests are answered", func() bool { return anna.get("/api/v1/queues").status == 200 })
	opened := w.anybody().post("/api/v1/tickets", form(torino)).want(201)
	w.eventually("the read models go on", func() bool { return len(anna.queue("nuove", opened.text("position"))) == 1 })
}
