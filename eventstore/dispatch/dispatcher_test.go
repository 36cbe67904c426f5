// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dispatch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/dispatch"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// An account is a small example of rules: it cannot be overdrawn; a move of 0 is nothing to do; a command with an old seen version is a
// conflict only if somebody withdrew since.
type (
	account struct{ Balance, Moves int }
	move    struct {
		Amount int       `json:"amount"`
		At     time.Time `json:"at"`
	}
)

var (
	errOverdrawn = errors.New("overdrawn")
	errWithdrawn = errors.New("somebody withdrew meanwhile")
)

func accountDecider() dispatch.Decider[account, int, move] {
	return dispatch.Decider[account, int, move]{
		Kind: "account",
		Decide: func(s account, amount int, _ eventstore.Actor, now time.Time) ([]move, error) {
			switch {
			case amount == 0:
				return nil, nil
			case s.Balance+amount < 0:
				return nil, errOverdrawn
			default:
				return []move{{amount, now}}, nil
			}
		},
		Evolve: func(s account, e move, _ eventstore.Record) account {
			return account{s.Balance + e.Amount, s.Moves + 1}
		},
		Encode: func(e move) (eventstore.NewEvent, error) {
			data, err := json.Marshal(e)
			return eventstore.NewEvent{Type: "account.moved.v1", Data: data}, err
		},
		Decode: func(r eventstore.Record) (e move, err error) { return e, json.Unmarshal(r.Data, &e) },
		Conflict: func(_ account, _ int, _ eventstore.Actor, since []dispatch.Event[move]) error {
			for _, e := range since {
				if e.Event.Amount < 0 {
					return errWithdrawn
				}
			}
			return nil
		},
	}
}

type (
	accountDispatcher = dispatch.Dispatcher[account, int, move]
	accountRequest    = dispatch.Request[int]
)

func TestDispatchDecidesOnCurrentVersion(t *testing.T) {
	db := storetest.New(t)
	here, there := dispatch.New(db.Store, accountDecider()), dispatch.New(db.OpenNode(t), accountDecider())
	stream := newID()
	run := func(d *accountDispatcher, amount int) (dispatch.Result[account], error) {
		return d.Dispatch(t.Context(), accountRequest{Stream: stream, Command: amount, By: operator})
	}
	if _, err := run(here, -1); !errors.Is(err, errOverdrawn) {
		t.Errorf("withdrawal from a new account: got %v, want errOverdrawn", err)
	}
	if out, err := run(here, 0); err != nil || out.Version != 0 {
		t.Errorf("no-op on no stream: got %+v, %v, want version 0", out, err)
	}
	if out, err := run(here, 5); err != nil || out.State.Balance != 5 || out.Version != 1 {
		t.Fatalf("got %+v, %v, want balance 5 at version 1", out, err)
	}
	if out, err := run(there, 5); err != nil || out.State.Balance != 10 { // the state that here has cached is now old
		t.Fatalf("got %+v, %v, want balance 10", out, err)
	}
	if out, err := run(here, -8); err != nil || out.State.Balance != 2 || out.Version != 3 {
		t.Errorf("refused on an old state: got %+v, %v, want balance 2 at version 3", out, err)
	}
	if out, err := run(there, 0); err != nil || out.Version != 3 || out.State.Balance != 2 {
		t.Errorf("no-op on an old state: got %+v, %v, want balance 2 at version 3", out, err)
	}
	if _, err := run(there, -3); !errors.Is(err, errOverdrawn) {
		t.Errorf("overdrawn: got %v, want errOverdrawn", err)
	}
	if state, version, history, err := here.Load(t.Context(), stream); err != nil || version != 3 || state.Balance != 2 || len(history) != 3 {
		t.Errorf("load: got %+v at %d with %+v, %v, want balance 2 at version 3", state, version, history, err)
	}
	if _, _, _, err := here.Load(t.Context(), newID()); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("load of no stream: got %v, want ErrNotFound", err)
	}
}

func TestRepeatedDispatchGetsFirstResult(t *testing.T) {
	db := storetest.New(t)
	here, there := dispatch.New(db.Store, accountDecider()), dispatch.New(db.OpenNode(t), accountDecider())
	stream := newID()
	request := func(key string, amount int) accountRequest {
		return accountRequest{
			Stream: stream, Command: amount, By: operator, Body: fmt.Append(nil, amount),
			ID: eventstore.CommandID{Actor: operator.ID, Key: key},
		}
	}
	for key, amount := range map[string]int{"a": 10} {
		if _, err := here.Dispatch(t.Context(), request(key, amount)); err != nil {
			t.Fatal(err)
		}
	}
	first, err := here.Dispatch(t.Context(), request("b", -7))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := there.Dispatch(t.Context(), request("c", -1)); err != nil {
		t.Fatal(err)
	}
	again := request("b", -7) // a new command would be refused now: the balance is 2
	again.SeenVersion = 1     // and it would be a conflict: there was a withdrawal since
	for _, d := range []*accountDispatcher{here, there} {
		out, err := d.Dispatch(t.Context(), again)
		if err != nil || !out.Repeated || out.Version != first.Version || out.Position != first.Position || out.State != first.State {
			t.Errorf("got %+v, %v, want the first result %+v", out, err, first)
		}
	}
	reused := request("b", -1)
	if _, err := here.Dispatch(t.Context(), reused); !errors.Is(err, eventstore.ErrKeyReused) {
		t.Errorf("reused key, command that the rules accept: got %v, want ErrKeyReused", err)
	}
	reused = request("b", -1000)
	if _, err := here.Dispatch(t.Context(), reused); !errors.Is(err, eventstore.ErrKeyReused) {
		t.Errorf("reused key, command that the rules refuse: got %v, want ErrKeyReused", err)
	}
}

func TestSeenVersionConflictsWithLaterWithdrawal(t *testing.T) {
	db := storetest.New(t)
	d := dispatch.New(db.Store, accountDecider())
	stream := newID()
	run := func(version, amount int) error {
		_, err := d.Dispatch(t.Context(), accountRequest{Stream: stream, Command: amount, By: operator, SeenVersion: version})
		return err
	}
	for _, amount := range []int{10, 1} {
		if err := run(0, amount); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(1, 1); err != nil { // only deposits since
		t.Errorf("old seen version without conflict: got %v, want nil", err)
	}
	if err := run(3, -1); err != nil {
		t.Errorf("current seen version: got %v, want nil", err)
	}
	if err := run(2, 1); !errors.Is(err, errWithdrawn) {
		t.Errorf("old seen version before a withdrawal: got %v, want errWithdrawn", err)
	}
}

// TestSeenVersionBeyondStream checks that the rules are applied before a seen version that does not exist is reported: an actor without
// permission cannot find out which streams and versions exist.
func TestSeenVersionBeyondStream(t *testing.T) {
	db := storetest.New(t)
	d := dispatch.New(db.Store, accountDecider())
	stream := newID()
	if _, err := d.Dispatch(t.Context(), accountRequest{Stream: stream, Command: 10, By: operator}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		stream string
		amount int
		want   error
	}{
		"no stream, refused by the rules":  {newID(), -11, errOverdrawn},
		"a stream, refused by the rules":   {stream, -11, errOverdrawn},
		"no stream, accepted by the rules": {newID(), 1, eventstore.ErrConflict},
		"a stream, accepted by the rules":  {stream, 1, eventstore.ErrConflict},
		"no stream, with nothing to do":    {newID(), 0, eventstore.ErrConflict},
	} {
		_, err := d.Dispatch(t.Context(), accountRequest{Stream: c.stream, Command: c.amount, By: operator, SeenVersion: 9})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestConcurrentDispatchToOneStream(t *testing.T) {
	db := storetest.New(t)
	stream := newID()
	both := []*accountDispatcher{
		dispatch.New(db.Store, accountDecider()), dispatch.New(db.OpenNode(t), accountDecider()),
	}
	if _, err := both[0].Dispatch(t.Context(), accountRequest{Stream: stream, Command: 30, By: operator}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for w := range 6 {
		all.Go(func() {
			for range 10 {
				_, err := both[w%2].Dispatch(t.Context(), accountRequest{Stream: stream, Command: -1, By: operator})
				mu.Lock()
				if err == nil {
					taken++
				} else if !errors.Is(err, errOverdrawn) {
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if state, version, _, err := both[1].Load(t.Context(), stream); err != nil || taken != 30 || state.Balance != 0 || version != 31 {
		t.Errorf("got %d withdrawals, %+v at version %d, %v, want 30, balance 0, version 31", taken, state, version, err)
	}
}

// TestDispatchMatchesModel compares the dispatchers of two nodes with a plain account, for random sequences of commands.
func TestDispatchMatchesModel(t *testing.T) {
	db := storetest.New(t)
	both := []*accountDispatcher{
		dispatch.New(db.Store, accountDecider()), dispatch.NewWithCapacity(db.OpenNode(t), accountDecider(), 1), // the cache drops states
	}
	rapid.Check(t, func(r *rapid.T) {
		streams := []string{newID(), newID()}
		model := make(map[string]account)
		for range rapid.IntRange(1, 12).Draw(r, "commands") {
			stream := rapid.SampledFrom(streams).Draw(r, "stream")
			amount := rapid.IntRange(-5, 5).Draw(r, "amount")
			d := both[rapid.IntRange(0, 1).Draw(r, "node")]
			want := model[stream]
			out, err := d.Dispatch(t.Context(), accountRequest{Stream: stream, Command: amount, By: operator})
			if want.Balance+amount < 0 {
				if !errors.Is(err, errOverdrawn) {
					r.Fatalf("%+v %+d: got %v, want errOverdrawn", want, amount, err)
				}
				continue
			}
			if amount != 0 {
				want = account{want.Balance + amount, want.Moves + 1}
			}
			if err != nil || out.State != want || out.Version != want.Moves {
				r.Fatalf("got %+v, %v, want %+v", out, err, want)
			}
			model[stream] = want
		}
	})
}

// TestDispatcherWritesReaders checks that each append has the readers of the state after it, and each event those that it changes. Deposits
// give the account more readers: one for each ten of its balance.
func TestDispatcherWritesReaders(t *testing.T) {
	db := storetest.New(t)
	decider := accountDecider()
	decider.Readers = func(s account) []string {
		tags := []string{"owner/0"}
		for i := range s.Balance / 10 {
			tags = append(tags, fmt.Sprintf("owner/%d", i+1))
		}
		return tags
	}
	decider.OnlyFor = func(s account, e move) []string {
		if e.Amount < 0 {
			return []string{fmt.Sprintf("balance/%d", s.Balance)}
		}
		return nil
	}
	decider.Decide = func(_ account, amount int, _ eventstore.Actor, now time.Time) ([]move, error) {
		if amount == 0 {
			return nil, nil
		}
		return []move{{amount, now}, {-5, now}}, nil // a charge of 5 for each move
	}
	d := dispatch.New(db.Store, decider)
	stream := newID()
	for i, amount := range []int{10, 3, 12, 0} {
		_, err := d.Dispatch(t.Context(), accountRequest{Stream: stream, Command: amount, By: operator})
		if err != nil {
			t.Fatal(i, err)
		}
	}
	records, err := db.Store.ReadStream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	one, two := []string{"owner/0"}, []string{"owner/0", "owner/1"}
	for i, want := range []struct{ readers, onlyFor []string }{
		{two, nil}, {one, []string{"balance/5"}}, // 10, 5
		{nil, nil}, {nil, []string{"balance/3"}}, // 8, 3
		{two, nil}, {nil, []string{"balance/10"}}, // 15, 10
	} {
		if got := records[i]; !slices.Equal(got.Readers, want.readers) || !slices.Equal(got.OnlyFor, want.onlyFor) {
			t.Errorf("event %d: got readers %q, only for %q, want %+v", i+1, got.Readers, got.OnlyFor, want)
		}
	}
	var stored []string
	var version int
	err = db.Store.Pools().Read.QueryRow(t.Context(), `select readers, readers_version from log.streams where id = $1::text::uuid`, stream).
		Scan(&stored, &version)
	if err != nil || version != 6 || !slices.Equal(stored, two) {
		t.Errorf("stream: got readers %q at version %d, %v, want %q at 6", stored, version, err, two)
	}
	if tags, version, err := d.Readers(t.Context(), stream); err != nil || version != 6 || !slices.Equal(tags, two) {
		t.Errorf("computed: got readers %q at version %d, %v, want %q at 6", tags, version, err, two)
	}
}
