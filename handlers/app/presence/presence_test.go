// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package presence_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/presence"
)

func TestMain(m *testing.M) { storetest.Run(m) }

func TestReadersAreSharedBetweenNodesAndExpire(t *testing.T) {
	db := storetest.New(t)
	node1, node2 := presence.New(db.Store), presence.New(db.OpenNode(t))
	anna := person.Actor{ID: uuid.NewString(), Role: person.ASROperator, Entity: "010301"}
	bice := person.Actor{ID: uuid.NewString(), Role: person.ASRSupervisor, Entity: "010301"}
	id, other := ticket.ID(uuid.NewString()), ticket.ID(uuid.NewString())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	wantOthers := func(p *presence.Tracker, by person.Actor, want ...presence.Reader) {
		t.Helper()
		got, err := p.Others(t.Context(), id, eventstore.Reader{Role: string(by.Role), Account: by.ID, Everything: true})
		must(err)
		if !slices.Equal(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		// Streams read all readers of several tickets at once. There are no accounts here, so nobody has a name.
		all, err := p.ReadersOf(t.Context(), []ticket.ID{id, other})
		must(err)
		var others []presence.Reader
		for _, r := range all[id] {
			if r.Account != by.ID {
				others = append(others, r)
			}
		}
		if !slices.Equal(others, want) {
			t.Fatalf("of several tickets: got %+v, want %+v", others, want)
		}
	}
	must(node1.Enter(t.Context(), id, anna, false))
	must(node1.Enter(t.Context(), other, anna, true))
	must(node2.Enter(t.Context(), id, bice, true))
	wantOthers(node1, anna, presence.Reader{Account: bice.ID, Entity: "010301", Writing: true})
	wantOthers(node2, bice, presence.Reader{Account: anna.ID, Entity: "010301"})
	must(node2.Enter(t.Context(), id, bice, false)) // a refresh without typing does not end the writing at once
	wantOthers(node1, anna, presence.Reader{Account: bice.ID, Entity: "010301", Writing: true})

	conn, err := pgx.Connect(t.Context(), db.URL)
	must(err)
	defer conn.Close(t.Context())
	earlier := func(seconds int) {
		t.Helper()
		_, err := conn.Exec(t.Context(), `update presence.readers set seen_at = seen_at - make_interval(secs => $1), writing_until = writing_until - make_interval(secs => $1)`, seconds)
		must(err)
	}
	earlier(10)
	wantOthers(node1, anna, presence.Reader{Account: bice.ID, Entity: "010301"})
	earlier(15)
	wantOthers(node1, anna)
	must(node2.Enter(t.Context(), id, bice, false))
	must(node2.Leave(t.Context(), id, bice))
	wantOthers(node1, anna)
}
