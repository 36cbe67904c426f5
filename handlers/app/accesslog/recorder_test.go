// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// TestPositionsAreDense records from several nodes at once: positions have no gap, follow the times, and each caller gets the position of its
// own record.
func TestPositionsAreDense(t *testing.T) {
	db := storetest.New(t)
	nodes := []*accesslog.Recorder{accesslog.NewRecorder(db.Store.Pools()), accesslog.NewRecorder(db.OpenNode(t).Pools())}
	const each = 150
	var group sync.WaitGroup
	var mu sync.Mutex
	details := make(map[int64]string)
	for n, node := range nodes {
		for i := range each {
			group.Go(func() {
				detail := fmt.Sprintf("%d-%d", n, i)
				position, err := node.Record(t.Context(), accesslog.Access{By: anna, Ticket: one, Kind: accesslog.Ticket, Detail: detail})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				details[position] = detail
			})
		}
	}
	group.Wait()
	owner := storetest.Connect(t, db.URL)
	rows, err := owner.Query(t.Context(), `select position, detail, at >= coalesce(lag(at) over (order by position), at), leaf = access.leaf(r) from access.records r order by position`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	next := int64(1)
	for ; rows.Next(); next++ {
		var position int64
		var detail string
		var later, proved bool
		if err := rows.Scan(&position, &detail, &later, &proved); err != nil {
			t.Fatal(err)
		}
		if position != next || details[position] != detail || !later || !proved {
			t.Fatalf("got position %d with %q, later %t, leaf %t, want %d with %q", position, detail, later, proved, next, details[position])
		}
	}
	if next != each*2+1 {
		t.Errorf("got %d records, want %d", next-1, each*2)
	}
}

// TestARecordThatCannotBeStoredFailsAlone: a record with an id that is none fails, those that wait with it do not. What comes from outside
// is cut or cleaned, and stored.
func TestARecordThatCannotBeStoredFailsAlone(t *testing.T) {
	db := storetest.New(t)
	recorder := accesslog.NewRecorder(db.Store.Pools())
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			a := accesslog.Access{By: anna, Ticket: one, Kind: accesslog.Ticket}
			a.Workstation, a.Detail = "\x00\xff"+strings.Repeat("à", 300), "it's {\"odd\"}"
			if i%5 == 0 {
				a.Ticket = "no id"
			}
			if _, err := recorder.Record(t.Context(), a); (err != nil) != (i%5 == 0) {
				t.Errorf("record %d: got %v", i, err)
			}
		})
	}
	group.Wait()
	all, err := accesslog.List(t.Context(), db.Store.Pools().Request, auditor, one, "", nil, 0, 100)
	if err != nil || len(all) != 16 {
		t.Fatalf("got %d records, %v, want 16", len(all), err)
	}
	if w := all[0].Workstation; len(w) > 256 || !strings.HasPrefix(w, "�àà") || all[0].Detail != "it's {\"odd\"}" {
		t.Errorf("got workstation %q and detail %q", w, all[0].Detail)
	}
}

// TestACallerWhoGivesUpStopsNobody: a caller whose context ends leaves the records of others alone.
func TestACallerWhoGivesUpStopsNobody(t *testing.T) {
	db := storetest.New(t)
	recorder := accesslog.NewRecorder(db.Store.Pools())
	var group sync.WaitGroup
	for i := range 60 {
		group.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%3 == 0 {
				cancel()
			}
			_, err := recorder.Record(ctx, accesslog.Access{By: anna, Ticket: one, Kind: accesslog.Ticket})
			if err != nil && (i%3 != 0 || !errors.Is(err, context.Canceled)) {
				t.Errorf("record %d: got %v", i, err)
			}
		})
	}
	group.Wait()
	if _, err := recorder.Record(t.Context(), accesslog.Access{By: anna, Ticket: one, Kind: accesslog.Ticket}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
