// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// The database freezes after the relay has taken a mail. The attempt ends all the same, so that the service can stop.
func TestAttemptEndsWhileItsResultCannotBeStored(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Declared)
	note := w.write(id, "", "Messaggio")
	resume := make(chan func(), 1)
	w.relay.mu.Lock()
	w.relay.beforeReply = func() { resume <- storetest.Freeze(t) }
	w.relay.mu.Unlock()
	ended := make(chan error, 1)
	go func() { ended <- w.sender.Deliver(t.Context(), uuid.NewString(), id, note) }()
	storetest.Eventually(t, "the attempt ends", func() bool { return len(ended) > 0 })
	(<-resume)()
	if err := <-ended; !eventstore.IsUnavailable(err) {
		t.Errorf("got %v, want an error that says that the database is not available", err)
	}
}
