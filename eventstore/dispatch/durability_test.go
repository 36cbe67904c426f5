// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/dispatch"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestAcknowledgedCommandsSurviveALostStandby loses the standby under a command. Neither the command nor its repetition is acknowledged, by
// this node or another, while the standby is away, though the primary has stored it: also after the wait of its commit was cancelled, and after
// a crash of the primary. With the standby back it is acknowledged, and the promoted standby has it, once.
func TestAcknowledgedCommandsSurviveALostStandby(t *testing.T) {
	db := storetest.Replicated(t)
	briefly := func(c *eventstore.Config) { c.AppendTimeout = 2 * time.Second }
	here, there := dispatch.New(db.OpenNode(t, briefly), accountDecider()), dispatch.New(db.OpenNode(t, briefly), accountDecider())
	stream := newID()
	command := func(d *accountDispatcher, key string, amount int) (dispatch.Result[account], error) {
		return d.Dispatch(t.Context(), accountRequest{
			Stream: stream, Command: amount, By: operator, Body: fmt.Append(nil, amount), ID: eventstore.CommandID{Actor: operator.ID, Key: key},
		})
	}
	if _, err := command(here, "before", 5); err != nil {
		t.Fatal(err)
	}
	waits := func(when string) {
		t.Helper()
		for name, c := range map[string]struct {
			dispatcher *accountDispatcher
			key        string
			amount     int
		}{
			"the command":                 {here, "lost", -5},
			"its repetition elsewhere":    {there, "lost", -5},
			"a refusal on what it wrote":  {there, "refused", -1},
			"its key for another request": {there, "lost", -4},
			"an old command":              {there, "before", 5},
			"nothing to do":               {here, "none", 0},
		} {
			if out, err := command(c.dispatcher, c.key, c.amount); !errors.Is(err, eventstore.ErrUnavailable) {
				t.Errorf("%s, %s: got %+v, %v, want ErrUnavailable", when, name, out, err)
			}
		}
	}

	db.Standby().Kill()
	if _, err := command(here, "lost", -5); !errors.Is(err, eventstore.ErrUnavailable) {
		t.Errorf("standby lost: got %v, want ErrUnavailable", err)
	}
	cancelCommits(t, db.URL()) // the server gives up the wait and reports a success with a warning
	waits("commit cancelled")

	db.Primary().Kill()
	if err := db.Primary().Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "the primary answers again", func() bool {
		_, _, _, err := there.Load(t.Context(), stream)
		return err == nil
	})
	waits("primary restarted")

	if err := db.Standby().Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var first dispatch.Result[account]
	storetest.Eventually(t, "the repetition is acknowledged", func() bool {
		var err error
		first, err = command(there, "lost", -5)
		return err == nil
	})
	if first.Version != 2 || first.State.Balance != 0 {
		t.Errorf("standby back: got %+v, want version 2 and balance 0", first)
	}
	db.Failover(t)
	after := dispatch.New(db.OpenNode(t), accountDecider())
	if out, err := command(after, "lost", -5); err != nil || !out.Repeated || out.Position != first.Position {
		t.Errorf("promoted: got %+v, %v, want the first result %+v", out, err, first)
	}
	if state, version, _, err := after.Load(t.Context(), stream); err != nil || version != 2 || state.Balance != 0 {
		t.Errorf("promoted: got %+v at version %d, %v, want the command once", state, version, err)
	}
}

// TestRefusedRepetitionIsNotStored repeats a command on another node while its first attempt waits for its commit. The rules refuse the
// repetition, as they do when a hold has ended meanwhile, and do not see the first attempt. The answer is the first result all the same.
func TestRefusedRepetitionIsNotStored(t *testing.T) {
	db := storetest.New(t)
	refusing := accountDecider()
	refusing.Decide = func(account, int, eventstore.Actor, time.Time) ([]move, error) { return nil, errOverdrawn }
	here, there := dispatch.New(db.Store, accountDecider()), dispatch.New(db.OpenNode(t), refusing)
	stream := newID()
	request := func(key string) accountRequest {
		return accountRequest{Stream: stream, Command: 5, By: operator, ID: eventstore.CommandID{Actor: operator.ID, Key: key}}
	}
	if _, err := here.Dispatch(t.Context(), request("before")); err != nil {
		t.Fatal(err)
	}
	type answer struct {
		dispatch.Result[account]
		err error
	}
	first, repeated := make(chan answer, 1), make(chan answer, 1)
	send := func(d *accountDispatcher, answers chan<- answer) {
		out, err := d.Dispatch(t.Context(), request("attempt"))
		answers <- answer{out, err}
	}
	release := storetest.StallAppends(t, db.URL, stream)
	go send(here, first)
	storetest.WaitUntilBlocked(t, db.URL, 1)
	go send(there, repeated)
	storetest.WaitUntilBlocked(t, db.URL, 2)
	release()
	stored, again := <-first, <-repeated
	if stored.err != nil || again.err != nil || !again.Repeated || again.Position != stored.Position {
		t.Errorf("got %+v, %v, want the result of the first attempt %+v, %v", again.Result, again.err, stored.Result, stored.err)
	}
}

// cancelCommits cancels every commit that waits for the standby, and returns when at least one was cancelled.
func cancelCommits(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	storetest.Eventually(t, "a commit that waits for the standby is cancelled", func() bool {
		var cancelled int
		err := conn.QueryRow(t.Context(), `select count(pg_cancel_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep'`).Scan(&cancelled)
		if err != nil {
			t.Fatal(err)
		}
		return cancelled > 0
	})
}

// TestPromotedServerWithoutStandby: with durability standby, a node that runs and a node that starts then read on a promoted server, and
// acknowledge nothing before it has a standby of its own. What they sent meanwhile is stored once.
func TestPromotedServerWithoutStandby(t *testing.T) {
	db := storetest.Replicated(t)
	onStandby := func(c *eventstore.Config) { c.Durability, c.AppendTimeout = pgpool.DurableOnStandby, 2*time.Second }
	if _, err := dispatch.New(db.OpenNode(t, onStandby), accountDecider()).Dispatch(t.Context(), accountRequest{Stream: newID(), Command: 5, By: operator}); err != nil {
		t.Fatalf("with a standby: got %v, want none", err)
	}
	db.Failover(t)
	store := db.OpenNode(t, onStandby)
	d := dispatch.New(store, accountDecider())
	request := accountRequest{Stream: newID(), Command: 5, By: operator, ID: eventstore.CommandID{Actor: operator.ID, Key: "a"}}
	for range 2 {
		if out, err := d.Dispatch(t.Context(), request); !errors.Is(err, eventstore.ErrUnavailable) {
			t.Errorf("without a standby: got %+v, %v, want ErrUnavailable", out, err)
		}
	}
	if err := store.Pools().Durably(t.Context(), func(context.Context, pgx.Tx) error { return nil }); !errors.Is(err, pgpool.ErrUnavailable) {
		t.Errorf("another transaction without a standby: got %v, want ErrUnavailable", err)
	}
	if _, _, _, err := d.Load(t.Context(), request.Stream); err != nil {
		t.Errorf("a read without a standby: got %v, want none", err)
	}
	if err := db.Rejoin(t.Context()); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "the command is acknowledged", func() bool {
		out, err := d.Dispatch(t.Context(), request)
		return err == nil && out.Version == 1 && out.State.Balance == 5
	})
}

func TestDurabilityIsChecked(t *testing.T) {
	db := storetest.Replicated(t)
	open := func(d pgpool.Durability) error {
		s, err := eventstore.Open(t.Context(), eventstore.Config{URL: db.URL(), MasterKey: storetest.MasterKey(), Durability: d})
		if err == nil {
			s.Close()
		}
		return err
	}
	for _, d := range []pgpool.Durability{pgpool.DurableLocally, pgpool.DurableOnStandby} {
		if err := open(d); err != nil {
			t.Errorf("with a standby, %s: got %v, want none", d, err)
		}
	}
	_, err := eventstore.Open(t.Context(), eventstore.Config{
		URL: storetest.New(t).URL, MasterKey: storetest.MasterKey(), Durability: pgpool.DurableLocally,
	})
	if err == nil || !strings.Contains(err.Error(), "fsync = off") {
		t.Errorf("server without fsync: got %v, want an error that names it", err)
	}
}
