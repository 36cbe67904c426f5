// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// TestATypedSearchIsOneRecord types searches letter by letter: each is one record, of what was typed at most, whether it is sent or left.
func TestATypedSearchIsOneRecord(t *testing.T) {
	db := storetest.New(t)
	pools := db.Store.Pools()
	recorder := accesslog.NewRecorder(pools)
	search := func(typed string, typing bool) {
		t.Helper()
		var covers []string
		for n := range typed {
			covers = append(covers, typed[:n+1])
		}
		hashes := []string{typed}
		err := recorder.RecordSearch(t.Context(), accesslog.TypedSearch{
			Access: accesslog.Access{By: anna, Kind: accesslog.Search, Hashes: hashes, Shown: []ticket.ID{one}}, Typed: hashes, Covers: covers, Typing: typing,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// recorded returns what was searched for, among all beginnings of the names, in order.
	recorded := func() string {
		t.Helper()
		rows, err := storetest.Connect(t, db.URL).Query(t.Context(), `select hashes[1] from access.records order by position`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var all []string
		for rows.Next() {
			var term string
			if err := rows.Scan(&term); err != nil {
				t.Fatal(err)
			}
			all = append(all, term)
		}
		return strings.Join(all, " ")
	}
	expect := func(what, want string) {
		t.Helper()
		if got := recorded(); got != want {
			t.Errorf("%s: got records of %q, want %q", what, got, want)
		}
	}
	for _, typed := range []string{"da", "dal", "dall", "dalla"} {
		search(typed, true)
	}
	expect("while typing", "")
	search("dalla", false)
	expect("sent", "dalla")
	for _, typed := range []string{"fe", "fer", "ferr", "fer", "fe", "ro", "ros", "rossi"} {
		search(typed, true)
	}
	expect("deleted, and another one begun", "dalla ferr")
	if err := recorder.RecordTypedSearches(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	expect("a moment later", "dalla ferr")
	if err := recorder.RecordTypedSearches(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	expect("left", "dalla ferr rossi")

	all, err := accesslog.List(t.Context(), pools.Request, auditor, one, "", []string{"r", "ro", "ros", "rossi"}, 0, 10)
	if err != nil || len(all) != 1 || all[0].Kind != accesslog.Search || all[0].By != anna {
		t.Errorf("got %+v, %v, want the search for rossi", all, err)
	}
}

// TestSearchesAtOnceAreAllRecorded types several searches at once, each on a node of its own: each is recorded, whichever comes first.
func TestSearchesAtOnceAreAllRecorded(t *testing.T) {
	db := storetest.New(t)
	pools := db.Store.Pools()
	recorder := accesslog.NewRecorder(pools)
	nodes := []*accesslog.Recorder{recorder, accesslog.NewRecorder(db.OpenNode(t).Pools()), accesslog.NewRecorder(db.OpenNode(t).Pools())}
	owner := storetest.Connect(t, db.URL)
	for round := range 40 {
		var group sync.WaitGroup
		for n, node := range nodes {
			term := fmt.Sprintf("%c%d", 'a'+n, round)
			group.Go(func() {
				hashes := []string{term}
				err := node.RecordSearch(t.Context(), accesslog.TypedSearch{
					Access: accesslog.Access{By: anna, Kind: accesslog.Search, Hashes: hashes}, Typed: hashes, Covers: hashes, Typing: true,
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if err := recorder.RecordTypedSearches(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		var got int
		err := owner.QueryRow(t.Context(), `select count(*) from access.records`).Scan(&got)
		if want := (round + 1) * len(nodes); err != nil || got != want {
			t.Fatalf("round %d: got %d records, %v, want %d", round, got, err, want)
		}
	}
}
