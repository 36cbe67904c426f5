// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package presence knows who has a ticket open, and who is writing, on every node alike. Whoever does not say so again is
// forgotten after some seconds.
package presence

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// How long a reader counts as there, and as writing, after they last said so. Pages say it every eight seconds.
const (
	presentFor = "20 seconds"
	writingFor = "8 seconds"
)

// Tracker keeps it in the database, by the database's clock.
type Tracker struct {
	store *eventstore.Store
	names Names
}

// Names gives the names of accounts by id; unknown ones are left out.
type Names func(ctx context.Context, ids []string) (map[string]string, error)

// New keeps presence in the store's database.
func New(store *eventstore.Store, names Names) *Tracker { return &Tracker{store, names} }

// Reader is somebody else who has the ticket open.
type Reader struct {
	Account string
	Name    string `db:"-"` // "" for an account that has none
	Entity  catalog.EntityCode
	Writing bool
}

// RefreshInterval is how long it takes at most until somebody counts as gone, or as no longer writing, who did not say so.
const RefreshInterval = 5 * time.Second

// Changed gives a channel that is closed when somebody comes to the ticket, begins to write or leaves. It is a hint, which
// tickets share: who waits looks again.
func (p *Tracker) Changed(on ticket.ID) <-chan struct{} { return p.store.Subscribe(topic(on)) }

// topic is one of a few.
func topic(on ticket.ID) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(on)) // it never fails
	return fmt.Sprintf("presence/%d", h.Sum32()%64)
}

// Enter notes that somebody has the ticket open, and whether they have just typed.
func (p *Tracker) Enter(ctx context.Context, on ticket.ID, by person.Actor, writing bool) error {
	var news bool
	err := p.store.WorkerPool().QueryRow(ctx, `
		with gone as (delete from presence.readers where seen_at < clock_timestamp() - interval '1 hour' and (ticket, account) <> ($1, $2))
		, was as (select writing_until > clock_timestamp() as writing from presence.readers
			where ticket = $1 and account = $2 and seen_at > clock_timestamp() - interval '`+presentFor+`')
		, now as (insert into presence.readers as r (ticket, account, entity, seen_at, writing_until)
		values ($1, $2, $3, clock_timestamp(), clock_timestamp() + case when $4 then interval '`+writingFor+`' else interval '0' end)
		on conflict (ticket, account) do update set entity = excluded.entity, seen_at = excluded.seen_at,
			writing_until = greatest(r.writing_until, excluded.writing_until))
		select not exists (select from was) or $4 and not (select writing from was)`, string(on), by.ID, string(by.Entity), writing).Scan(&news)
	if err != nil {
		return fmt.Errorf("note who reads ticket %s: %w", on, err)
	}
	if news {
		p.store.Publish(topic(on))
	}
	return nil
}

// Leave notes that somebody has left the ticket.
func (p *Tracker) Leave(ctx context.Context, on ticket.ID, by person.Actor) error {
	if _, err := p.store.WorkerPool().Exec(ctx, `delete from presence.readers where ticket = $1 and account = $2`, string(on), by.ID); err != nil {
		return fmt.Errorf("note who left ticket %s: %w", on, err)
	}
	p.store.Publish(topic(on))
	return nil
}

// Others are those beside somebody who have the ticket open now; who writes comes first.
func (p *Tracker) Others(ctx context.Context, on ticket.ID, by person.Actor) ([]Reader, error) {
	rows, err := p.store.WorkerPool().Query(ctx, `
		select account::text, entity, writing_until > clock_timestamp() from presence.readers
		where ticket = $1 and account::text <> $2 and seen_at > clock_timestamp() - interval '`+presentFor+`'
		order by 3 desc, 1`, string(on), by.ID)
	if err != nil {
		return nil, fmt.Errorf("who reads ticket %s: %w", on, err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Reader])
	if err != nil {
		return nil, fmt.Errorf("who reads ticket %s: %w", on, err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	ids := make([]string, len(all))
	for i, r := range all {
		ids[i] = r.Account
	}
	names, err := p.names(ctx, ids)
	for i := range all {
		all[i].Name = names[all[i].Account]
	}
	return all, err
}
