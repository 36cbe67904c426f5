// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// newSkewedNodes returns the identities of two nodes on one database: the clock of the first is five minutes slow, that of the second five
// minutes fast.
func newSkewedNodes(t *testing.T) (slow, fast *fixture) {
	t.Helper()
	db := storetest.New(t)
	node := func(skew time.Duration) *fixture {
		store := db.OpenNode(t, func(c *eventstore.Config) {
			c.LocalClock = func() time.Time { return time.Now().Add(skew) }
		})
		i, err := identity.New(identity.Config{
			Pools: store.Pools(), KeyedHashes: store.KeyedHashes, Persons: persons.New(store), Clock: store.Now, Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1},
			IdleTimeout: 8 * time.Minute, LockDuration: 8 * time.Minute,
		})
		if err != nil {
			t.Fatal(err)
		}
		return &fixture{Identity: i, t: t}
	}
	return node(-5 * time.Minute), node(5 * time.Minute)
}

// Nodes whose clocks differ by ten minutes agree on sessions, placements and locks, all of which last less.
func TestNodesWithWrongClocksAgree(t *testing.T) {
	slow, fast := newSkewedNodes(t)
	for name, nodes := range map[string][2]*fixture{"slow, then fast": {slow, fast}, "fast, then slow": {fast, slow}} {
		first, second := nodes[0], nodes[1]
		username := map[bool]string{true: "anna", false: "bruno"}[first == slow]
		first.account(username, operatorAt(torino))
		s := first.login(username)
		if s.Actor.Role != person.ASROperator {
			t.Errorf("%s: got actor %+v, want the new placement to be valid", name, s.Actor)
		}
		if again, err := second.Authenticate(t.Context(), s.Token); err != nil || again.Actor != s.Actor {
			t.Errorf("%s: session on the second node: got %+v, %v, want that of the first", name, again, err)
		}
		for range 5 {
			_, err := first.Login(t.Context(), username, "wrong password", pin, "192.0.2.7")
			first.wantError(err, identity.ErrCredentials)
		}
		var here, there *identity.LockedError
		_, err := first.Login(t.Context(), username, password, pin, "192.0.2.7")
		_, otherErr := second.Login(t.Context(), username, password, pin, "192.0.2.7")
		if !errors.As(err, &here) || !errors.As(otherErr, &there) || !here.Until.Equal(there.Until) {
			t.Errorf("%s: got %v and %v, want both nodes to lock until the same moment", name, err, otherErr)
		}
	}
	if d := slow.Now().Sub(fast.Now()).Abs(); d > time.Minute {
		t.Errorf("the clocks of the identities differ by %s, want that of the database for both", d)
	}
}
