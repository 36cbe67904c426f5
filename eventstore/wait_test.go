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
		for deadline, retell := time.After(2*time.Minute), time.NewTicker(50*time.Millisecond); ; {
			db.Store.Publish("notices/a")
			select {
			case <-there:
			case <-retell.C: // it may not listen yet
				continue
			case <-deadline:
				t.Fatal("the other node was not woken")
			}
			retell.Stop()
			break
		}
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
