// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package presence stores who has a ticket open and who is writing on it, for all nodes. Clients refresh their entry; an entry without a
// refresh expires after 20 seconds.
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

// Times for which a reader counts as present and as writing after the last refresh. Pages refresh every eight seconds.
const (
	presentFor = "20 seconds"
	writingFor = "8 seconds"
)

// share is the kind of use of the session pool.
const share = "presence"

// Tracker stores presence in the database and measures time with the clock of the database. It is safe for concurrent use.
type Tracker struct{ store *eventstore.Store }

// New returns a tracker that uses the store's database and topics.
func New(store *eventstore.Store) *Tracker { return &Tracker{store} }

// Reader is another account that has the ticket open.
type Reader struct {
	Account string
	Name    string // "" for an unknown account
	Entity  catalog.EntityCode
	Writing bool
}

// RefreshInterval is the interval at which subscribers read the presence again while a ticket has other readers, since nothing is published
// when an entry expires.
const RefreshInterval = 5 * time.Second

// Changed returns a channel that is closed when a reader enters the ticket, begins to write or leaves. Tickets share topics, so the channel
// may be closed for another ticket: the subscriber reads the presence again.
func (p *Tracker) Changed(id ticket.ID) <-chan struct{} { return p.store.Subscribe(topic(id)) }

// topic returns one of 64 topics for a ticket.
func topic(id ticket.ID) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash never returns an error
	return fmt.Sprintf("presence/%d", h.Sum32()%64)
}

// Enter stores that an actor has the ticket open, and whether they have just typed. Clients call it again to refresh the entry.
func (p *Tracker) Enter(ctx context.Context, id ticket.ID, by person.Actor, writing bool) error {
	release, err := p.store.Pools().ShareSession(ctx, share)
	if err != nil {
		return fmt.Errorf("record presence on ticket %s: %w", id, err)
	}
	defer release()
	var changed bool // the reader is new, or begins to write
	err = p.store.Pools().Session.QueryRow(ctx, `
		with gone as (delete from presence.readers where seen_at < clock_timestamp() - interval '1 hour' and (ticket, account) <> ($1, $2))
		, was as (select writing_until > clock_timestamp() as writing from presence.readers
			where ticket = $1 and account = $2 and seen_at > clock_timestamp() - interval '`+presentFor+`')
		, now as (insert into presence.readers as r (ticket, account, entity, seen_at, writing_until)
		values ($1, $2, $3, clock_timestamp(), clock_timestamp() + case when $4 then interval '`+writingFor+`' else interval '0' end)
		on conflict (ticket, account) do update set entity = excluded.entity, seen_at = excluded.seen_at,
			writing_until = greatest(r.writing_until, excluded.writing_until))
		select not exists (select from was) or $4 and not (select writing from was)`, string(id), by.ID, string(by.Entity), writing).Scan(&changed)
	if err != nil {
		return fmt.Errorf("record presence on ticket %s: %w", id, err)
	}
	if changed {
		p.store.Publish(topic(id))
	}
	return nil
}

// Leave deletes the entry of an actor who has closed the ticket.
func (p *Tracker) Leave(ctx context.Context, id ticket.ID, by person.Actor) error {
	release, err := p.store.Pools().ShareSession(ctx, share)
	if err != nil {
		return fmt.Errorf("delete presence on ticket %s: %w", id, err)
	}
	defer release()
	if _, err := p.store.Pools().Session.Exec(ctx, `delete from presence.readers where ticket = $1 and account = $2`, string(id), by.ID); err != nil {
		return fmt.Errorf("delete presence on ticket %s: %w", id, err)
	}
	p.store.Publish(topic(id))
	return nil
}

// Others returns the readers that have the ticket open now, without the actor by, those who write first; none of a ticket that the reader may not
// read.
func (p *Tracker) Others(ctx context.Context, id ticket.ID, by eventstore.Reader) (readers []Reader, err error) {
	batch := &pgx.Batch{}
	batch.Queue(`select account::text, coalesce(name, ''), entity, writing from presence.others($1::text::uuid, $2::text::interval)`, string(id), presentFor).
		Query(func(rows pgx.Rows) error {
			readers, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Reader])
			return err
		})
	if err := p.store.Pools().Request.Read(ctx, by, share, batch); err != nil {
		return nil, fmt.Errorf("list readers of ticket %s: %w", id, err)
	}
	return readers, nil
}

// ReadersOf returns the readers that have one of the tickets open now, those who write first. It reads on the connection of live updates.
func (p *Tracker) ReadersOf(ctx context.Context, tickets []ticket.ID) (map[ticket.ID][]Reader, error) {
	ids := make([]string, len(tickets))
	for i, id := range tickets {
		ids[i] = string(id)
	}
	rows, err := p.store.Pools().Live.Query(ctx, `
		select r.ticket::text, r.account::text, a.given_name, a.family_name, r.entity, r.writing_until > clock_timestamp()
		from presence.readers r left join identity.accounts a on a.id = r.account
		where r.ticket = any($1::text[]::uuid[]) and r.seen_at > clock_timestamp() - $2::interval
		order by 6 desc, 2`, ids, presentFor)
	if err != nil {
		return nil, fmt.Errorf("list readers of tickets: %w", err)
	}
	all := map[ticket.ID][]Reader{}
	var id ticket.ID
	var r Reader
	var given, family *string
	_, err = pgx.ForEachRow(rows, []any{&id, &r.Account, &given, &family, &r.Entity, &r.Writing}, func() error {
		if r.Name = ""; given != nil && family != nil {
			r.Name = *given + " " + *family
		}
		all[id] = append(all[id], r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list readers of tickets: %w", err)
	}
	return all, nil
}
