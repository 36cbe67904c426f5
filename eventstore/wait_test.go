// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// What one node tells wakes those who wait for that topic, on it and on others.
func TestPublishWakesEveryNode(t *testing.T) {
	db := storetest.New(t)
	other := db.OpenNode(t)
	for range 3 { // every time anew
		here, there, elsewhere := db.Store.Subscribe("notices/a"), other.Subscribe("notices/a"), other.Subscribe("notices/b")
		storetest.Eventually(t, "the other node is woken", func() bool {
			db.Store.Publish("notices/a") // again and again: it may not listen yet
			select {
			case <-there:
				return true
			case <-time.After(50 * time.Millisecond):
				return false
			}
		})
		select {
		case <-here:
		default:
			t.Error("the node that told it sleeps")
		}
		select {
		case <-elsewhere:
			t.Error("another topic was told")
		default:
		}
	}
}
