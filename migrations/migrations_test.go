// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/migrations"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// TestConcurrentUp checks that several nodes can migrate one database at the same time, and that databases of one cluster, which share
// its roles, can be migrated at the same time.
func TestConcurrentUp(t *testing.T) {
	urls := []string{storetest.Empty(t), storetest.Empty(t)}
	var all sync.WaitGroup
	for range 2 {
		for _, url := range urls {
			all.Go(func() {
				if err := migrations.Up(t.Context(), url); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	for _, url := range urls {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		var head int64
		if err := conn.QueryRow(t.Context(), `select head from log.logs`).Scan(&head); err != nil || head != 0 {
			t.Errorf("got head %d, %v, want 0", head, err)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := migrations.Up(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=1"); err == nil ||
		!strings.HasPrefix(err.Error(), "migrate: ") {
		t.Errorf("without a server: got %v, want an error that begins with \"migrate: \"", err)
	}
}

// TestUpAppliesWhatIsMissing migrates a database that has a later migration and lacks an earlier one, as a program from between two
// merges leaves it.
func TestUpAppliesWhatIsMissing(t *testing.T) {
	url := storetest.Empty(t)
	all := fstest.MapFS{}
	for _, name := range []string{"00001_a.sql", "00002_b.sql", "00003_c.sql"} {
		all[name] = &fstest.MapFile{Data: fmt.Appendf(nil, "-- +goose Up\ncreate table %s (id integer);\n", name[6:7])}
	}
	without := fstest.MapFS{"00001_a.sql": all["00001_a.sql"], "00003_c.sql": all["00003_c.sql"]}
	for _, files := range []fstest.MapFS{without, all} {
		if err := migrations.UpFiles(t.Context(), url, files); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := storetest.Connect(t, url).Exec(t.Context(), `select from a, b, c`); err != nil {
		t.Error(err)
	}
}
