// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/keyring"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

const often = 20 * time.Millisecond

// TestRunningNodesUseRenewedKeysTogether renews a key while nodes run. They read the new version without a restart, and none uses it before
// the last one has read it. Then the version before can be destroyed, and they forget it.
func TestRunningNodesUseRenewedKeysTogether(t *testing.T) {
	db := storetest.New(t)
	const purpose = "personal-link"
	fast, slow := db.OpenNode(t, withKeyInterval(often)), db.OpenNode(t, withKeyInterval(time.Hour))
	first := fast.KeyedHash(purpose, "X")
	if _, err := db.Store.Keyring().Renew(t.Context(), purpose, time.Time{}); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "a running node reads the new version", func() bool { return len(fast.KeyedHashes(purpose, "X")) == 2 })
	if err := fast.Keyring().Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, node := range []*eventstore.Store{fast, slow, db.Store} {
		if got := node.KeyedHash(purpose, "X"); got != first {
			t.Errorf("got hash %s while a node had not read the new version, want %s", got, first)
		}
	}
	if err := db.Store.Keyring().Destroy(t.Context(), purpose, 1); !errors.Is(err, keyring.ErrKeyInUse) {
		t.Errorf("destroy the version in use: got %v, want ErrKeyInUse", err)
	}
	if err := slow.Keyring().Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "the new version comes into use", func() bool { return fast.KeyedHash(purpose, "X") != first })
	if both := slow.KeyedHashes(purpose, "X"); len(both) != 2 || both[0] != fast.KeyedHash(purpose, "X") || both[1] != first {
		t.Errorf("got hashes %q of the other node, want that of the new version and %s", both, first)
	}
	if err := db.Store.Keyring().Destroy(t.Context(), purpose, 1); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "a running node forgets the destroyed version", func() bool { return len(fast.KeyedHashes(purpose, "X")) == 1 })
}

// TestEndedNodesDoNotHoldNewKeysBack renews a key after a node has ended.
func TestEndedNodesDoNotHoldNewKeysBack(t *testing.T) {
	db := storetest.New(t)
	ended := db.OpenNode(t, withKeyInterval(time.Hour))
	before := ended.KeyedHash("personal-link", "X")
	ended.Close()
	if _, err := db.Store.Keyring().Renew(t.Context(), "personal-link", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := db.Store.KeyedHash("personal-link", "X"); got == before {
		t.Errorf("got hash %s, want that of the new version", got)
	}
}

// TestRotationWaitsForRunningNodes adds a master key while a node runs. The rotation is refused until the node has read the key, and then
// the node reads what the new master key wraps.
func TestRotationWaitsForRunningNodes(t *testing.T) {
	db := storetest.New(t)
	var copied atomic.Bool // the key file of the running node
	running := db.OpenNode(t, withKeyInterval(often), func(c *eventstore.Config) {
		c.ReadMasterKeys = func() ([][]byte, error) {
			if copied.Load() {
				return [][]byte{secondMasterKey, storetest.MasterKey()}, nil
			}
			return [][]byte{storetest.MasterKey()}, nil
		}
	})
	rotating := db.OpenNode(t, withMasterKeys(secondMasterKey, storetest.MasterKey()))
	db.Store.Close()
	var lacking *keyring.NodesLackKeyError
	if _, err := rotating.Keyring().Rotate(t.Context(), func(int64, int64) {}); !errors.As(err, &lacking) || lacking.Nodes != 1 {
		t.Fatalf("got %v, want a refusal: one node does not hold the key", err)
	}
	checkPersonal(t, running, sayPersonal(t, rotating, "Anna"), "Anna")
	copied.Store(true)
	storetest.Eventually(t, "the running node has read the key", func() bool {
		_, err := rotating.Keyring().Rotate(t.Context(), func(int64, int64) {})
		return err == nil
	})
	checkPersonal(t, running, sayPersonal(t, rotating, "Bruna"), "Bruna")
	storetest.Eventually(t, "the running node wraps with the new key", func() bool {
		late := sayPersonal(t, running, "Carla")
		checkPersonal(t, rotating, late, "Carla")
		return rotate(t, rotating) == 0
	})
}
