// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// The values that random rows and viewers are made of: every role, and entities and accounts that rows and viewers share.
var (
	anyRole = []person.Role{
		person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor, person.Auditor, person.Administrator,
		person.Citizen, person.Integration, person.System, person.Anonymous, "", "altro",
	}
	anyEntity  = []catalog.EntityCode{"", tickettest.Torino, tickettest.TO3, catalog.Region}
	anyAccount = []string{"", tickettest.CitizenID, tickettest.Operator.ID}
)

// fillRandomly fills the timeline and the counts with rows that no log would give, and moves the checkpoint to the last of them.
func (h *fixture) fillRandomly(random *rand.Rand, rows int) {
	h.T.Helper()
	conn, err := pgx.Connect(h.T.Context(), h.DB.URL) // as the owner
	if err != nil {
		h.T.Fatal(err)
	}
	defer conn.Close(h.T.Context())
	execute := func(sql string, args ...any) {
		h.T.Helper()
		if _, err := conn.Exec(h.T.Context(), sql, args...); err != nil {
			h.T.Fatal(err)
		}
	}
	entity := func() string { return string(anyEntity[random.IntN(len(anyEntity))]) }
	moment := func() time.Time { return h.Now().Add(time.Duration(random.IntN(3)-1) * time.Minute) }
	for position := 1; position <= rows; position++ {
		entities, readers := []string{}, []string{}
		citizen := anyAccount[random.IntN(len(anyAccount))]
		if citizen != "" {
			readers = append(readers, string(ticket.CitizenTag(citizen)))
		}
		for range random.IntN(4) {
			at := catalog.EntityCode(entity())
			tags := []ticket.ReaderTag{ticket.EntityTag(at), ticket.SupervisorTag(at), ticket.OperatorTag(at, tickettest.Operator.ID), ticket.TraceTag(at)}
			entities, readers = append(entities, string(at)), append(readers, string(tags[random.IntN(len(tags))]))
		}
		execute(`insert into `+Model.Table(timelineTable.Name)+` values ($1, $2::text::uuid, $3, $4, $5, $6, $7, $8, $9, $10)`,
			position, string(tickettest.NewID()), []string{"opened", "discarded", "escalated"}[random.IntN(3)], h.Now(), entity(), entities,
			moment(), citizen, moment(), readers)
	}
	for _, entity := range anyEntity {
		for _, account := range append([]string{ticket.Supervisors}, anyAccount...) {
			for queue := range queueNames {
				execute(`insert into `+Model.Table(countsTable.Name)+` values ($1, $2, $3, $4)`, string(entity), account, string(queue), 1+random.IntN(9))
			}
		}
	}
	execute(`insert into log.consumers (name, version, position) values ($1, $2, $3)`, Model.Name, Model.Version, rows)
}

// TestFeedDecidesAsRowLevelSecurity compares what the node's memory shows to a viewer with what the database shows, over random rows and
// every kind of viewer.
func TestFeedDecidesAsRowLevelSecurity(t *testing.T) {
	h := newFixture(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	const rows = 300
	h.fillRandomly(rand.New(rand.NewPCG(seed, 0)), rows)
	for _, role := range anyRole {
		for _, entity := range anyEntity {
			for _, account := range anyAccount {
				v := ticketview.Viewer{Actor: person.Actor{ID: account, Role: role, Entity: entity}}
				want, err := h.reader.Changes(t.Context(), v, 0, rows+1)
				if err != nil {
					t.Fatal(err)
				}
				wantQueues, _, err := h.reader.Queues(t.Context(), v)
				if err != nil {
					t.Fatal(err)
				}
				feed, err := h.reader.ReadFeed(t.Context(), 0, rows+1, func([]*ChangeRow) []Scope { return []Scope{ScopeOf(v)} })
				if err != nil || len(feed.Rows) != rows || feed.Position != want.Next {
					t.Fatalf("got %d rows up to %v, %v, want %d up to %v", len(feed.Rows), feed.Position, err, rows, want.Next)
				}
				got := []Change{}
				for _, row := range feed.Rows {
					c, ok := row.ChangeFor(v)
					if !ok {
						continue
					}
					got = append(got, c)
					if !slices.Contains(row.Scopes(), ScopeOf(v)) {
						t.Errorf("%+v sees position %d, but its scope %v is not among %v", v.Actor, row.Position, ScopeOf(v), row.Scopes())
					}
				}
				if !slices.Equal(got, want.Items) {
					t.Errorf("%+v: memory shows %d changes, the database %d", v.Actor, len(got), len(want.Items))
				}
				if queues := feed.Counts[ScopeOf(v)].Queues(v); !slices.Equal(queues, wantQueues) {
					t.Errorf("%+v: got queues %v, want %v", v.Actor, queues, wantQueues)
				}
			}
		}
	}
}

func TestLatestFeedHoldsWhatIsStillHeld(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino)
	h.Do(id, tickettest.Operator, tickettest.Ask("quando?")) // positions 2 to 4: the operator is assigned, too
	for range 5 {
		h.OpenTicket(tickettest.Torino)
	}
	h.Project()
	latest, held, err := h.reader.LatestFeed(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	positions := func(rows []*ChangeRow) (all []int64) {
		for _, r := range rows {
			all = append(all, r.Position)
		}
		return all
	}
	if got, want := positions(latest.Rows), []int64{7, 8, 9}; !slices.Equal(got, want) || latest.Position.N != 9 {
		t.Errorf("got the latest positions %v up to %d, want %v up to 9", got, latest.Position.N, want)
	}
	if got, want := positions(held), []int64{2, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("got the held positions %v, want %v", got, want)
	}
}

func TestReadersOf(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino)
	h.Do(id, tickettest.Operator, tickettest.Escalate("non è nostra"))
	h.Project()
	unknown := tickettest.NewID()
	seeing, err := h.reader.ReadersOf(t.Context(), []ticket.ID{id, unknown})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := seeing[id], []ticket.ReaderTag{ticket.CitizenTag(tickettest.CitizenID), "entity/010301", "entity/regione"}; !slices.Equal(got, want) || len(seeing) != 1 {
		t.Errorf("got %v, want %v of one ticket", seeing, want)
	}
}
