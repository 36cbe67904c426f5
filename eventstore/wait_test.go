// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestPublishWakesEveryNode checks that Publish wakes the subscribers of its topic on all nodes, and no others.
func TestPublishWakesEveryNode(t *testing.T) {
	db := storetest.New(t)
	other := db.OpenNode(t)
	for range 3 { // a subscription is woken once, so each round subscribes again
		sameNode, otherNode, otherTopic := db.Store.Subscribe("notices/a"), other.Subscribe("notices/a"), other.Subscribe("notices/b")
		storetest.Eventually(t, "the other node is woken", func() bool {
			db.Store.Publish("notices/a") // repeated, because the other node may not listen yet
			select {
			case <-otherNode:
				return true
			case <-time.After(50 * time.Millisecond):
				return false
			}
		})
		select {
		case <-sameNode:
		default:
			t.Error("the publishing node was not woken")
		}
		select {
		case <-otherTopic:
			t.Error("a subscriber of another topic was woken")
		default:
		}
	}
}

// TestCloseSendsWhatWasPublished checks that the other nodes hear of what a node published just before its end, for example of a command
// that ends sessions.
func TestCloseSendsWhatWasPublished(t *testing.T) {
	db := storetest.New(t)
	storetest.Eventually(t, "the node listens", func() bool {
		woken := db.Store.Subscribe("listens")
		other := db.OpenNode(t)
		other.Publish("listens")
		other.Close()
		select {
		case <-woken:
			return true
		case <-time.After(50 * time.Millisecond):
			return false
		}
	})
	for range 10 {
		woken := db.Store.Subscribe("rights")
		other := db.OpenNode(t)
		other.Publish("rights")
		other.Close()
		storetest.Eventually(t, "the node is woken", func() bool {
			select {
			case <-woken:
				return true
			default:
				return false
			}
		})
	}
}
