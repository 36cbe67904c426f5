// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/sagas"
)

// TestOutboxMessages: after the simulation there are notifications of its last week, some of them unread. Only questions about open
// tickets wait in the outbox.
func TestOutboxMessages(t *testing.T) {
	p := demo.Params{Tickets: 60, Months: 1, Until: simulationEnd, Seed: 3}
	th := newFixture(t, p)
	if err := demo.Execute(t.Context(), th.installation, p, th.plan(p)); err != nil {
		t.Fatal(err)
	}
	db := th.installation.Store.Pools().Outbox
	before, err := outbox.ListPendingSince(t.Context(), db, p.From())
	if err != nil || len(before) == 0 {
		t.Fatalf("got %d messages of the simulation, %v; want some", len(before), err)
	}
	messages := demo.OutboxMessages{Pool: db, Dispatcher: th.installation.Dispatcher,
		Notifications: notification.New(th.installation.Store, th.installation.Dispatcher)}
	var first [3]int
	for round := range 2 { // a resumed seeding delivers again
		if err := messages.Deliver(t.Context(), p, th.accounts); err != nil {
			t.Fatal(err)
		}
		var notifications, read, marks int
		var oldest, newest time.Time
		err := db.QueryRow(t.Context(), `
			select count(*), count(*) filter (where exists (select from notice.marks m where m.notice = n.id)), (select count(*) from notice.marks),
				min(at), max(at) from notice.notices n`).Scan(&notifications, &read, &marks, &oldest, &newest)
		if err != nil {
			t.Fatal(err)
		}
		if notifications == 0 || read == 0 || read == notifications || oldest.Before(p.Until.AddDate(0, 0, -7)) || newest.After(p.Until) {
			t.Errorf("got %d notifications, %d of them read, from %s to %s; want some read, some not, all of the last week", notifications, read,
				oldest, newest)
		}
		if got := [3]int{notifications, read, marks}; round == 0 {
			first = got
		} else if got != first {
			t.Errorf("second delivery: got %v notifications, read ones and marks, want %v", got, first)
		}
	}
	waiting, err := outbox.ListPendingSince(t.Context(), db, p.From())
	if err != nil || len(waiting) == 0 {
		t.Fatalf("got %d waiting messages, %v; want some", len(waiting), err)
	}
	for _, m := range waiting {
		s, _, err := th.installation.Dispatcher.State(t.Context(), m.Ticket)
		if err != nil || m.Topic != sagas.TopicAskConnector || s.Status == ticket.StatusResolved || s.Status == ticket.StatusClosed {
			t.Errorf("got a waiting message of topic %s for a ticket that is %s, %v; want questions about open tickets only", m.Topic, s.Status, err)
		}
	}
	var mails int
	if err := db.QueryRow(t.Context(), `select count(*) from mail.deliveries`).Scan(&mails); err != nil || mails > 0 {
		t.Errorf("got %d mails, %v; want none", mails, err)
	}
}
