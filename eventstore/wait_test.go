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
