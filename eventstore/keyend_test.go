// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/keyring"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func refresh(t *testing.T, nodes ...*eventstore.Store) {
	t.Helper()
	for _, node := range nodes {
		if err := node.Keyring().Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEarlierVersionsEnd renews keys of what leaves the system, each with another end of the version before: what that signed is refused at once, at
// a moment, or when it is destroyed. Nothing is refused before all nodes use the new version, and purposes do not affect each other.
func TestEarlierVersionsEnd(t *testing.T) {
	db := storetest.New(t)
	node := db.OpenNode(t, withKeyInterval(time.Hour))
	keys := db.Store.Keyring()
	const links, replies, bounces = "personal-link", "mail-address-r", "mail-address-b"
	purposes := []string{links, replies, bounces}
	var first []string
	for _, purpose := range purposes {
		first = append(first, node.KeyedHash(purpose, "X"))
	}
	accepted := func(s *eventstore.Store, i int) bool {
		return slices.Contains(s.KeyedHashes(purposes[i], "X"), first[i])
	}
	soon := db.Store.Now().Add(time.Hour)
	for i, until := range []time.Time{db.Store.Now(), soon, {}} {
		if _, err := keys.Renew(t.Context(), purposes[i], until); err != nil {
			t.Fatal(err)
		}
	}
	for i, purpose := range purposes {
		if node.KeyedHash(purpose, "X") != first[i] || !accepted(db.Store, i) {
			t.Errorf("%s: got no hash by version 1 while a node has not read version 2, want one", purpose)
		}
	}
	if err := keys.End(t.Context(), replies, 2, soon); !errors.Is(err, keyring.ErrKeyInUse) {
		t.Errorf("end the newest version: got %v, want ErrKeyInUse", err)
	}
	refresh(t, node, db.Store, node)
	for _, s := range []*eventstore.Store{node, db.Store} {
		if accepted(s, 0) || !accepted(s, 1) || !accepted(s, 2) {
			t.Errorf("got links %t, replies %t, bounces %t accepted by version 1, want only the last two", accepted(s, 0), accepted(s, 1), accepted(s, 2))
		}
	}
	if err := keys.End(t.Context(), replies, 1, db.Store.Now()); err != nil { // earlier than planned
		t.Fatal(err)
	}
	refresh(t, node)
	if accepted(node, 1) || !accepted(node, 2) {
		t.Errorf("got replies %t, bounces %t accepted by version 1, want only bounces", accepted(node, 1), accepted(node, 2))
	}
	if err := keys.End(t.Context(), replies, 1, soon); !errors.Is(err, keyring.ErrNoKey) {
		t.Errorf("bring an ended version back: got %v, want ErrNoKey", err)
	}
	if accepted(db.OpenNode(t), 0) {
		t.Error("a node that starts accepts a version that ended")
	}
	for _, purpose := range []string{"search", "subject"} {
		if _, err := keys.Renew(t.Context(), purpose, soon); !errors.Is(err, keyring.ErrRowsHoldIt) {
			t.Errorf("%s: renew with an end: got %v, want ErrRowsHoldIt", purpose, err)
		}
		if err := keys.End(t.Context(), purpose, 1, soon); !errors.Is(err, keyring.ErrRowsHoldIt) {
			t.Errorf("%s: end: got %v, want ErrRowsHoldIt", purpose, err)
		}
	}
}

// TestRowsAreRewrittenWhenAllNodesUseTheKey: a rewrite counts only if no node made hashes by the version before when it began.
func TestRowsAreRewrittenWhenAllNodesUseTheKey(t *testing.T) {
	db := storetest.New(t)
	late, early := db.OpenNode(t, withKeyInterval(time.Hour)), db.OpenNode(t, withKeyInterval(time.Hour))
	db.Store.Close()
	rewrite := func(result error) (applied bool) {
		t.Helper()
		if err := early.Keyring().Rewrite(t.Context(), "search", func() error { return result }); !errors.Is(err, result) {
			t.Fatalf("got %v, want %v", err, result)
		}
		applied, err := early.Keyring().IsApplied(t.Context(), "search", 1)
		if err != nil {
			t.Fatal(err)
		}
		return applied
	}
	if _, err := late.Keyring().Renew(t.Context(), "search", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if rewrite(nil) {
		t.Error("got a rewrite by version 1, want none by version 2")
	}
	refresh(t, early) // it brings version 2 into use; the late node holds it and does not use it yet
	if rewrite(nil) {
		t.Error("got a rewrite while a node uses version 1, want none")
	}
	refresh(t, late)
	if rewrite(keyring.ErrNoKey) {
		t.Error("got a rewrite that failed, want none")
	}
	if !rewrite(nil) {
		t.Error("got no rewrite when all nodes use version 2, want one")
	}
}

// TestNodesWithoutTheirKeyFileAreNotLeftBehind: a running node whose master keys cannot be read again, or whose key service suddenly gives another
// key, goes on with what it holds, and a rotation waits for it.
func TestNodesWithoutTheirKeyFileAreNotLeftBehind(t *testing.T) {
	db := storetest.New(t)
	unread := errors.New("the key service is away")
	answer := func() ([][]byte, error) { return nil, unread }
	running := db.OpenNode(t, withKeyInterval(time.Hour), func(c *eventstore.Config) {
		c.ReadMasterKeys = func() ([][]byte, error) { return answer() }
	})
	owner := storetest.Connect(t, db.URL)
	fallSilent := func() {
		t.Helper()
		if _, err := owner.Exec(t.Context(), `update keys.nodes set seen_at = seen_at - interval '2 minutes'`); err != nil {
			t.Fatal(err)
		}
	}
	fallSilent()
	if err := running.Keyring().Refresh(t.Context()); !errors.Is(err, unread) {
		t.Errorf("got %v, want the error of the key service", err)
	}
	fallSilent()
	answer = func() ([][]byte, error) { return [][]byte{secondMasterKey}, nil }
	if err := running.Keyring().Refresh(t.Context()); err == nil || !strings.Contains(err.Error(), "not the master key of the log") {
		t.Errorf("another key: got %v, want an error that says so", err)
	}
	rotating := db.OpenNode(t, withMasterKeys(secondMasterKey, storetest.MasterKey()))
	var lacking *keyring.NodesLackKeyError
	if _, err := rotating.Keyring().Rotate(t.Context(), func(int64, int64) {}); !errors.As(err, &lacking) || lacking.Nodes != 1 {
		t.Errorf("got %v, want a refusal: one node does not hold the key", err)
	}
}
