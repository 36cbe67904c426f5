// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"sync"
	"testing"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestNodeUnderLoadHasFewConnections counts the connections of a node while clients open tickets, log in and read lists, tickets, pages and
// streams, and projections, sagas and the outbox work.
func TestNodeUnderLoadHasFewConnections(t *testing.T) {
	t.Parallel()
	db := storetest.New(t)
	db.Store.Close()
	node := newInstallation(t, "SOL_DATABASE_URL="+db.URL, "SOL_DURABILITY=none", "SOL_LIMIT_LOGIN=1000000")
	writeMasterKey(t, node.keyFile())
	operator := node.addUser("anna", "operatore_asr", "010301")
	p := node.serve()
	defer p.stop()
	anonymous := apiClient{t: t, base: "http://" + node.address}

	stop := make(chan struct{})
	var clients sync.WaitGroup
	for n := range 10 {
		load := &ticketLoad{by: anonymous, opened: map[int]string{}}
		load.tried.Store(int64(n) * 1000) // keys of its own
		clients.Go(func() { load.run(stop) })
		session := anonymous.login(operator)
		clients.Go(func() { workUntil(stop, session) })
	}
	owner := storetest.Connect(t, db.URL)
	most, tickets := 0, 0
	p.waitFor("200 tickets are open", func() bool {
		var n int
		err := owner.QueryRow(t.Context(), `
			select (select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()),
				(select count(*) from log.streams)`).Scan(&n, &tickets)
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, n)
		return tickets > 200
	})
	close(stop)
	clients.Wait()
	if most > pgpool.MaxConns {
		t.Errorf("got %d connections, want at most %d", most, pgpool.MaxConns)
	}
	t.Logf("%d connections at most", most)
}
