// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dispatch_test

import (
	"testing"

	"github.com/sol-assistenza/sol/eventstore/dispatch"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestWholeStreamReadsWhatOtherNodesAppend reads a stream before it exists, and after each of two nodes has appended. While it does not grow, the
// events are those in memory.
func TestWholeStreamReadsWhatOtherNodesAppend(t *testing.T) {
	db := storetest.New(t)
	here, there := dispatch.New(db.Store, accountDecider()), dispatch.New(db.OpenNode(t), accountDecider())
	stream := newID()
	kept := dispatch.NewWholeStream(here, stream)
	read := func(balance, n int) []dispatch.Event[move] {
		t.Helper()
		state, events, err := kept.Read(t.Context())
		if err != nil || state.Balance != balance || len(events) != n {
			t.Fatalf("got %+v with %d events, %v, want balance %d and %d events", state, len(events), err, balance, n)
		}
		return events
	}
	read(0, 0)
	for n, d := range []*accountDispatcher{here, there, here} {
		if _, err := d.Dispatch(t.Context(), accountRequest{Stream: stream, Command: 5, By: operator}); err != nil {
			t.Fatal(err)
		}
		first, again := read(5*(n+1), n+1), read(5*(n+1), n+1)
		if &first[0] != &again[0] {
			t.Errorf("after %d events: the stream was read again without having grown", n+1)
		}
	}
}
