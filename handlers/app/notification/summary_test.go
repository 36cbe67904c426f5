// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package notification_test

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/sagas"
)

// TestSummariesDecideAsRowLevelSecurity compares the summaries of all readers, which one query reads, with the list that row-level security
// gives each of them, over random notifications and marks.
func TestSummariesDecideAsRowLevelSecurity(t *testing.T) {
	w := newFixture(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	tickets := []ticket.ID{w.open()}
	handed := tickettest.NewID()
	open := tickettest.OpenCommand("2026-0000008", "010301")
	open.Problem, open.Citizen = "altro", readers["stranger"].ID
	w.dispatch(handed, readers["stranger"], open)
	w.dispatch(handed, readers["anna"], tickettest.Escalate("non è nostra"))
	tickets = append(tickets, handed)

	var names []string
	var actors []person.Actor
	for name, by := range readers {
		names, actors = append(names, name), append(actors, by)
	}
	pick := func() person.Actor { return actors[random.IntN(len(actors))] }
	at := time.Now().Add(-time.Hour)
	for range 60 {
		at = at.Add(time.Second)
		n := sagas.Notification{
			Kind: sagas.KindNewTicket, To: []sagas.RecipientGroup{sagas.ToOperators, sagas.ToSupervisors, sagas.ToAccount, sagas.ToCitizen}[random.IntN(4)],
			Entity: []catalog.EntityCode{"010301", "010208", catalog.Region}[random.IntN(3)], Operator: pick().ID, By: pick().ID,
		}
		if n.To == sagas.ToCitizen {
			n.Entity = ""
		}
		if err := w.notifications.DeliverAt(t.Context(), uuid.NewString(), tickets[random.IntN(len(tickets))], n, at); err != nil {
			t.Fatal(err)
		}
		if random.IntN(3) > 0 {
			continue
		}
		by := pick()
		page, err := w.notifications.List(t.Context(), by, true, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Items) > 0 {
			if _, err := w.notifications.MarkRead(t.Context(), by, page.Items[random.IntN(len(page.Items))].ID); err != nil {
				t.Fatal(err)
			}
		}
	}

	got, err := w.notifications.Summaries(t.Context(), actors)
	if err != nil || len(got) != len(actors) {
		t.Fatalf("got %d summaries, %v, want %d", len(got), err, len(actors))
	}
	for i, by := range actors {
		page, err := w.notifications.List(t.Context(), by, true, "", 1)
		if err != nil {
			t.Fatal(err)
		}
		want := notification.Summary{Unread: page.Unread}
		if len(page.Items) > 0 {
			want.Latest = &notification.Latest{ID: page.Items[0].ID, Kind: page.Items[0].Kind, At: page.Items[0].At}
		}
		if !reflect.DeepEqual(got[i], want) {
			t.Errorf("%s: got %+v, want %+v", names[i], got[i], want)
		}
	}
}
