// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package notification tells operators, supervisors and logged-in citizens inside the application what they should know. A notice
// holds no text of anybody's: whoever may no longer see its ticket reads nothing of it.
package notification

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/projections/lists"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/sagas"
)

// HistoryReader reads a ticket's events.
type HistoryReader interface {
	History(ctx context.Context, id ticket.ID) ([]ticket.Recorded, error)
}

// Store keeps and reads them.
type Store struct {
	store   *eventstore.Store
	history HistoryReader
}

// New keeps notices beside the log.
func New(store *eventstore.Store, history HistoryReader) *Store { return &Store{store, history} }

// Deliver keeps a notification for those whom it tells; messageID makes a redelivery harmless. One about an act that was
// withdrawn is dropped, and so is one to a citizen who has no account.
func (n *Store) Deliver(ctx context.Context, messageID string, on ticket.ID, s sagas.Notification) error {
	return n.DeliverAt(ctx, messageID, on, s, n.store.Now())
}

// DeliverAt is Deliver for what was told at another moment than now.
func (n *Store) DeliverAt(ctx context.Context, messageID string, on ticket.ID, s sagas.Notification, at time.Time) error {
	history, err := n.history.History(ctx, on)
	if err != nil {
		return err
	}
	to := s.Operator
	if s.To == sagas.ToCitizen {
		opened, ok := history[0].Event.(ticket.Opened)
		if !ok || opened.Identity != ticket.Verified || opened.Citizen == "" {
			return nil
		}
		to = opened.Citizen
	} else if s.To != sagas.ToAccount {
		to = ""
	}
	for _, r := range history {
		if w, undone := r.Event.(ticket.ActWithdrawn); undone && w.Act == s.Act {
			return nil
		}
	}
	_, err = n.store.WorkerPool().Exec(ctx, `
		insert into notice.notices (id, ticket, kind, audience, entity, person, by, n, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict do nothing`, messageID, string(on), string(s.Kind), string(s.To), string(s.Entity), to, s.By, s.N, at)
	if err != nil {
		return fmt.Errorf("keep notice %s: %w", messageID, err)
	}
	n.store.Publish(topic(s.Entity))
	return nil
}

// Changed gives a channel that is closed when somebody in that role may have something new to read, or has read it elsewhere.
// It is a hint: who waits looks now and then besides.
func (n *Store) Changed(by person.Actor) <-chan struct{} { return n.store.Subscribe(topic(by.Entity)) }

// topic is one for each entity, and one for all citizens.
func topic(of catalog.EntityCode) string { return "notices/" + string(of) }

// Notification is one piece of news, as its reader gets it.
type Notification struct {
	ID     string                 `json:"id"`
	Kind   sagas.NotificationKind `json:"kind" example:"handover"`
	Text   string                 `json:"text" doc:"an Italian sentence"`
	Ticket Reference              `json:"ticket"`
	At     time.Time              `json:"at"`
	Read   bool                   `json:"read"`
}

// Reference names a ticket.
type Reference struct {
	ID     ticket.ID `json:"id"`
	Number string    `json:"number"`
}

// Page is some of a reader's notices, the newest first.
type Page struct {
	Items      []Notification
	NextCursor string // "" on the last page
	Unread     int    // of all pages
}

// ErrCursor is a cursor that no page gave.
var ErrCursor = errors.New("notification: no such cursor")

// List reads a page for somebody in a role, after a cursor. Row-level security decides what they may read: their notices,
// of tickets that they still see.
func (n *Store) List(ctx context.Context, by person.Actor, unreadOnly bool, cursor string, limit int) (Page, error) {
	p := Page{Items: []Notification{}}
	if cursor != "" && !eventstore.IsID(cursor) {
		return p, ErrCursor
	}
	err := n.readAs(ctx, by, func(tx pgx.Tx) error {
		var known bool
		err := tx.QueryRow(ctx, `select $1 = '' or exists (select from notice.notices where id = nullif($1, '')::uuid)`, cursor).Scan(&known)
		if err == nil && !known {
			err = ErrCursor
		}
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select n.id::text, n.kind, n.ticket::text, t.number, n.at, m.at is not null, n.n
			from notice.notices n join `+lists.Model.Table("tickets")+` t on t.id = n.ticket
				left join notice.marks m on m.notice = n.id and m.person = $1
			where (m.at is null or not $2)
				and ($3 = '' or (n.at, n.id) < (select c.at, c.id from notice.notices c where c.id = nullif($3, '')::uuid))
			order by n.at desc, n.id desc limit $4`, by.ID, unreadOnly, cursor, limit+1)
		if err != nil {
			return err
		}
		p.Items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Notification, error) {
			var i Notification
			var count int
			err := row.Scan(&i.ID, &i.Kind, &i.Ticket.ID, &i.Ticket.Number, &i.At, &i.Read, &count)
			i.At, i.Text = i.At.UTC(), sentence(i.Kind, i.Ticket.Number, count)
			return i, err
		})
		if err != nil {
			return err
		}
		p.Unread, err = countUnread(ctx, tx, by)
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list notifications: %w", err)
	}
	if len(p.Items) > limit {
		p.Items, p.NextCursor = p.Items[:limit], p.Items[limit-1].ID
	}
	return p, nil
}

// Unread counts somebody's notices that they have not read.
func (n *Store) Unread(ctx context.Context, by person.Actor) (count int, err error) {
	err = n.readAs(ctx, by, func(tx pgx.Tx) error {
		count, err = countUnread(ctx, tx, by)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count notifications: %w", err)
	}
	return count, nil
}

func countUnread(ctx context.Context, tx pgx.Tx, by person.Actor) (count int, err error) {
	err = tx.QueryRow(ctx, `
		select count(*) from notice.notices n join `+lists.Model.Table("tickets")+` t on t.id = n.ticket
		where not exists (select from notice.marks m where m.notice = n.id and m.person = $1)`, by.ID).Scan(&count)
	return count, err
}

// MarkRead notes that somebody has read a notice, or with an empty id all that they may read. False: there is none such for them.
func (n *Store) MarkRead(ctx context.Context, by person.Actor, id string) (bool, error) {
	if id != "" && !eventstore.IsID(id) {
		return false, nil // no notice has such an id
	}
	var mine []string
	err := n.readAs(ctx, by, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select n.id::text from notice.notices n join `+lists.Model.Table("tickets")+` t on t.id = n.ticket
			where $1 = '' or n.id = nullif($1, '')::uuid`, id)
		if err == nil {
			mine, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	if err == nil && len(mine) > 0 {
		_, err = n.store.WorkerPool().Exec(ctx, `
			insert into notice.marks (notice, person, at) select id::uuid, $2, $3 from unnest($1::text[]) as i (id) on conflict do nothing`,
			mine, by.ID, n.store.Now())
	}
	if err != nil {
		return false, fmt.Errorf("mark notifications: %w", err)
	}
	if len(mine) > 0 {
		n.store.Publish(topic(by.Entity))
	}
	return len(mine) > 0, nil
}

// MarkReadUntil notes that somebody had read at a moment whatever they could read by then; later notices are left unread.
func (n *Store) MarkReadUntil(ctx context.Context, by person.Actor, at time.Time) error {
	err := pgx.BeginFunc(ctx, n.store.WorkerPool(), func(tx pgx.Tx) error {
		if err := setActor(ctx, tx, by); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			insert into notice.marks (notice, person, at) select id, $1, $2 from notice.notices
			where at <= $2 and notice.may_read(audience, entity, person, by) on conflict do nothing`, by.ID, at)
		return err
	})
	if err != nil {
		return fmt.Errorf("mark notifications: %w", err)
	}
	return nil
}

// readAs reads through the requests' role, as the person in their role at their entity.
func (n *Store) readAs(ctx context.Context, by person.Actor, do func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, n.store.RequestPool(), pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := setActor(ctx, tx, by); err != nil {
			return err
		}
		return do(tx)
	})
}

// setActor tells Postgres, for one transaction, who asks.
func setActor(ctx context.Context, tx pgx.Tx, by person.Actor) error {
	_, err := tx.Exec(ctx, `select set_config('app.role', $1, true), set_config('app.entity', $2, true), set_config('app.person', $3, true)`,
		string(by.Role), string(by.Entity), by.ID)
	return err
}

// Retention is how long notifications are kept.
const Retention = 365 * 24 * time.Hour

// DeleteOlderThan deletes notices older than keep, and answers how many.
func (n *Store) DeleteOlderThan(ctx context.Context, keep time.Duration) (int64, error) {
	tag, err := n.store.WorkerPool().Exec(ctx, `delete from notice.notices where at < $1`, n.store.Now().Add(-keep))
	if err != nil {
		return 0, fmt.Errorf("delete old notifications: %w", err)
	}
	return tag.RowsAffected(), nil
}
