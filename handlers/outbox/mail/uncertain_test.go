// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/messages"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/sagas"
)

// A mail is uncertain after a restore. A person lets it be sent a week later: it is sent, and not given up because of its age.
func TestUncertainMailIsSentWhenAPersonDecides(t *testing.T) {
	w := newFixture(t)
	relay := w.sender.Relay
	w.sender.Relay = mail.Relay{}
	id := w.deliver(w.open(ticket.Declared), sagas.Notification{Kind: sagas.KindOpened})
	pool := w.store.Pools().Outbox
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		_, err := mail.MarkUncertain(t.Context(), tx)
		return err
	})
	if err == nil {
		_, err = pool.Exec(t.Context(), `update mail.deliveries set created_at = created_at - interval '7 days' where id = $1`, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.sender.Relay = relay
	if err := w.sender.Retry(t.Context()); err != nil || len(w.relay.received()) > 0 {
		t.Fatalf("before the decision: got %v and %d mails, want none", err, len(w.relay.received()))
	}
	if n, err := messages.New(pool).Retry(t.Context(), id); err != nil || n != 1 {
		t.Fatalf("got %d mails, %v, want one", n, err)
	}
	w.eventuallySent(id)
}
