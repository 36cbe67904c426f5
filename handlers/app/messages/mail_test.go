// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package messages_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/messages"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// Sent mails stay for ever: neither the list nor the counts read them.
func TestListAndCountsOfMailsDoNotReadSentMails(t *testing.T) {
	log := storetest.New(t)
	db := log.Store.Pools().Outbox
	_, err := db.Exec(t.Context(), `
		insert into mail.deliveries (id, ticket, kind, notification, state, uncertain, next_at, ended_at)
		select gen_random_uuid(), gen_random_uuid(), 'opened', '{}', state, uncertain, now(), now() - age
		from (values
			('sent', false, interval '2 days', 20000), ('sent', false, '1 hour', 3), ('sent', true, '2 days', 1), ('void', false, '2 days', 5),
			('void', false, '1 hour', 2), ('waiting', false, null, 4), ('uncertain', true, null, 2), ('refused', false, '9 days', 1)
		) as v (state, uncertain, age, n), generate_series(1, n)`)
	if err != nil {
		t.Fatal(err)
	}
	owner := storetest.Connect(t, log.URL)
	if _, err := owner.Exec(t.Context(), `analyze mail.deliveries`); err != nil { // as autovacuum does
		t.Fatal(err)
	}
	store := messages.New(db)
	counts, err := store.CountMails(t.Context())
	want := map[string]int{"sent": 3, "void": 2, "waiting": 4, "uncertain": 2, "refused": 1}
	if err != nil || !maps.Equal(counts, want) {
		t.Errorf("got counts %v, %v, want %v", counts, err, want)
	}
	if mails, err := store.ListMails(t.Context(), 100); err != nil || len(mails) != 8 {
		t.Errorf("got %d mails, %v, want 8", len(mails), err)
	}
	for query, argument := range map[string]any{messages.ListMailsQuery: 100, messages.CountMailsQuery: messages.RecentMails} {
		rows, err := db.Query(t.Context(), "explain "+query, argument)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if text := strings.Join(plan, "\n"); err != nil || strings.Contains(text, "Seq Scan") || !strings.Contains(text, "deliveries_open") {
			t.Errorf("got the plan\n%s\n%v\nwant one that uses the indexes", text, err)
		}
	}
}
