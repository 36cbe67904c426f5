// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package notification stores the notifications of operators, supervisors and logged-in citizens inside the application. A notification
// holds no personal data and no text of the ticket, and only readers who may still see the ticket can read it.
package notification

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/acts"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
	"github.com/sol-assistenza/sol/sagas"
)

// HistoryReader reads a ticket's events once an act cannot be withdrawn any more.
type HistoryReader interface {
	SettledHistory(ctx context.Context, id, act ticket.ID) ([]ticket.Recorded, error)
}

// Store stores and reads notifications. It is safe for concurrent use.
type Store struct {
	store   *eventstore.Store
	history HistoryReader
}

// New returns a store of notifications in the database of the log.
func New(store *eventstore.Store, history HistoryReader) *Store { return &Store{store, history} }

// Deliver stores a notification for its recipients, with the current time. A second delivery of the same messageID does nothing. Deliver
// drops a notification of an act that was withdrawn, and one to a citizen without an account.
func (n *Store) Deliver(ctx context.Context, messageID string, id ticket.ID, s sagas.Notification) error {
	return n.DeliverAt(ctx, messageID, id, s, n.store.Now())
}

// DeliverAt is Deliver with another time than now.
func (n *Store) DeliverAt(ctx context.Context, messageID string, id ticket.ID, s sagas.Notification, at time.Time) error {
	history, err := n.history.SettledHistory(ctx, id, s.Act)
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
	if acts.IsWithdrawn(history, s.Act) {
		return nil
	}
	_, err = n.store.Pools().Consumer.Exec(ctx, `
		insert into notice.notices (id, ticket, kind, audience, entity, person, by, n, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict do nothing`, messageID, string(id), string(s.Kind), string(s.To), string(s.Entity), to, s.By, s.N, at)
	if err != nil {
		return fmt.Errorf("store notification %s: %w", messageID, err)
	}
	n.store.Publish(topic(s.Entity))
	return nil
}

// Changed returns a channel that is closed when a notification for the actor's entity, or for any citizen if the actor is one, is stored or
// marked as read. It is a hint: it may miss a notification, so subscribers also poll.
func (n *Store) Changed(by person.Actor) <-chan struct{} { return n.store.Subscribe(topic(by.Entity)) }

// topic returns the topic of an entity. Citizens have no entity and share one topic.
func topic(entity catalog.EntityCode) string { return "notices/" + string(entity) }

// Notification is a notification as its reader gets it.
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

// Page is a page of a reader's notifications, the newest first.
type Page struct {
	Items      []Notification
	NextCursor string // "" on the last page
	Unread     int    // number of unread notifications on all pages
}

// ErrCursor refuses a cursor that List did not return.
var ErrCursor = errors.New("notification: no such cursor")

// List returns at most limit notifications of an actor, after a cursor ("": from the newest). Row-level security selects the actor's
// notifications, of tickets that the actor may still see. Error: ErrCursor.
func (n *Store) List(ctx context.Context, by person.Actor, unreadOnly bool, cursor string, limit int) (Page, error) {
	p := Page{Items: []Notification{}}
	if cursor != "" && !eventstore.IsID(cursor) {
		return p, ErrCursor
	}
	err := n.readAs(ctx, by, func(tx pgx.Tx) error {
		var known bool
		err := tx.QueryRow(ctx, `select $1 = '' or exists (select from shown.notices where id = nullif($1, '')::uuid)`, cursor).Scan(&known)
		if err == nil && !known {
			err = ErrCursor
		}
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select n.id::text, n.kind, n.ticket::text, t.number, n.at, m.at is not null, n.n
			from shown.notices n join `+lists.Model.View("tickets")+` t on t.id = n.ticket
				left join shown.marks m on m.notice = n.id and m.person = $1
			where (m.at is null or not $2)
				and ($3 = '' or (n.at, n.id) < (select c.at, c.id from shown.notices c where c.id = nullif($3, '')::uuid))
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
		return tx.QueryRow(ctx, unreadSQL, by.ID).Scan(&p.Unread)
	})
	if err != nil {
		return Page{}, fmt.Errorf("list notifications: %w", err)
	}
	if len(p.Items) > limit {
		p.Items, p.NextCursor = p.Items[:limit], p.Items[limit-1].ID
	}
	return p, nil
}

// Unread returns the number of an actor's unread notifications.
func (n *Store) Unread(ctx context.Context, by person.Actor) (count int, err error) {
	batch := &pgx.Batch{}
	batch.Queue(unreadSQL, by.ID).QueryRow(func(row pgx.Row) error { return row.Scan(&count) })
	if err := n.store.Pools().Request.Read(ctx, ticketview.Viewer{Actor: by}.Reader(), "notifications", batch); err != nil {
		return 0, fmt.Errorf("count notifications: %w", err)
	}
	return count, nil
}

// unreadSQL counts the unread notifications of an account.
var unreadSQL = `
	select count(*) from shown.notices n join ` + lists.Model.View("tickets") + ` t on t.id = n.ticket
	where not exists (select from shown.marks m where m.notice = n.id and m.person = $1)`

// marksShare is the kind of use of the session pool.
const marksShare = "marks"

// MarkRead marks a notification as read by an actor; with an empty id, all that the actor may read. It returns false if there is none.
func (n *Store) MarkRead(ctx context.Context, by person.Actor, id string) (bool, error) {
	if id != "" && !eventstore.IsID(id) {
		return false, nil // all ids are UUIDs
	}
	var readable []string
	err := n.readAs(ctx, by, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select n.id::text from shown.notices n join `+lists.Model.View("tickets")+` t on t.id = n.ticket
			where $1 = '' or n.id = nullif($1, '')::uuid`, id)
		if err == nil {
			readable, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	if err == nil && len(readable) > 0 {
		err = n.mark(ctx, by, readable, n.store.Now())
	}
	if err != nil {
		return false, fmt.Errorf("mark notifications: %w", err)
	}
	if len(readable) > 0 {
		n.store.Publish(topic(by.Entity))
	}
	return len(readable) > 0, nil
}

// MarkReadUntil marks all notifications up to a moment, which the actor may read, as read at that moment. Later ones stay unread.
func (n *Store) MarkReadUntil(ctx context.Context, by person.Actor, at time.Time) error {
	var readable []string
	err := n.readAs(ctx, by, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select id::text from shown.notices where at <= $1`, at)
		if err == nil {
			readable, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	if err == nil && len(readable) > 0 {
		err = n.mark(ctx, by, readable, at)
	}
	if err != nil {
		return fmt.Errorf("mark notifications: %w", err)
	}
	return nil
}

// mark marks notifications, which the actor may read, as read at a moment.
func (n *Store) mark(ctx context.Context, by person.Actor, readable []string, at time.Time) error {
	release, err := n.store.Pools().ShareSession(ctx, marksShare)
	if err != nil {
		return err
	}
	defer release()
	_, err = n.store.Pools().Session.Exec(ctx, `
		insert into notice.marks (notice, person, at) select id::uuid, $2, $3 from unnest($1::text[]) as i (id)
		order by 1 on conflict do nothing -- in one order: two requests that mark the same ones cannot deadlock`, readable, by.ID, at)
	return err
}

// readAs runs a read-only transaction on the request pool, in which row-level security applies to the actor.
func (n *Store) readAs(ctx context.Context, by person.Actor, read func(pgx.Tx) error) error {
	return n.store.Pools().Request.InTx(ctx, ticketview.Viewer{Actor: by}.Reader(), "notifications", pgx.TxOptions{AccessMode: pgx.ReadOnly}, read)
}

// Retention is the time for which notifications are stored.
const Retention = 365 * 24 * time.Hour

// DeleteOlderThan deletes the notifications that are older than keep and returns their number.
func (n *Store) DeleteOlderThan(ctx context.Context, keep time.Duration) (int64, error) {
	tag, err := n.store.Pools().Consumer.Exec(ctx, `delete from notice.notices where at < $1`, n.store.Now().Add(-keep))
	if err != nil {
		return 0, fmt.Errorf("delete old notifications: %w", err)
	}
	return tag.RowsAffected(), nil
}
