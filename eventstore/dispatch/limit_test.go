// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dispatch_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/dispatch"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

var errClosedForToday = errors.New("closed for today")

// TestTooLateIsDecidedAgain checks that a command whose events would get a time after the limit of the decision is refused by the rules, in
// their own words: the log's time is ahead of the time at which the rules decided first.
func TestTooLateIsDecidedAgain(t *testing.T) {
	db := storetest.New(t)
	conn := storetest.Connect(t, db.URL)
	if _, err := conn.Exec(t.Context(), `insert into log.ticks values (clock_timestamp() + interval '30 minutes')`); err != nil {
		t.Fatal(err)
	}
	closing := db.Store.Now().Add(10 * time.Minute)
	decider := accountDecider()
	decided := 0
	decider.Decide = func(_ account, amount int, _ eventstore.Actor, now time.Time) ([]move, error) {
		decided++
		if !now.Before(closing) {
			return nil, errClosedForToday
		}
		return []move{{amount, now}}, nil
	}
	decider.NotAfter = func(_ account, amount int, _ time.Time) time.Time {
		if amount == 1 {
			return time.Time{}
		}
		return closing.Add(-time.Microsecond)
	}
	d := dispatch.New(db.Store, decider)
	if _, err := d.Dispatch(t.Context(), accountRequest{Stream: newID(), Command: 1, By: operator}); err != nil || decided != 1 {
		t.Errorf("without a limit: got %v after %d decisions, want no error after one", err, decided)
	}
	stream := newID()
	if _, err := d.Dispatch(t.Context(), accountRequest{Stream: stream, Command: 2, By: operator}); !errors.Is(err, errClosedForToday) || decided != 3 {
		t.Errorf("past the limit: got %v after %d decisions, want errClosedForToday after two more", err, decided)
	}
	if _, err := db.Store.ReadStream(t.Context(), stream); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("got %v, want no stream", err)
	}
}
