// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/sagas"
)

// noAddress is the stored reason of a mail that was not sent because the citizen has no e-mail address.
const noAddress = "the citizen has no e-mail address"

// sendAgain sends the mails of a ticket again that had failed, or that nobody could send, before the correction of the address with number
// n.N: in their order, each once, with a message id of its own, so that a late return of the former one is no failure of the new address.
// Repeating it changes nothing.
func (s *Sender) sendAgain(ctx context.Context, id ticket.ID, n sagas.Notification) error {
	history, err := s.App.SettledHistory(ctx, id, n.Act)
	if err != nil {
		return err
	}
	firstFailed, seen := lastContact(history, n.N)
	rows, err := s.Pool.Query(ctx, `
		select id::text from mail.deliveries d
		where ticket = $1::uuid and resent_as is null and created_at > $2 and address < $3 and (
			state = 'void' and error = $5
			or state in ('refused', 'bounced') and created_at >= coalesce(
				(select f.created_at from mail.deliveries f where f.id = $4),
				(select max(l.created_at) from mail.deliveries l where l.ticket = d.ticket and l.state = 'sent'), $2))
		order by created_at, id`, string(id), seen, n.N, firstFailed, noAddress)
	if err != nil {
		return fmt.Errorf("find the failed mails of ticket %s: %w", id, err)
	}
	failed, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("find the failed mails of ticket %s: %w", id, err)
	}
	copies, err := s.copyMails(ctx, failed)
	if err != nil {
		return err
	}
	for _, mail := range copies {
		if s.isOpen() || !s.rateLimit.Allow() {
			return nil // Run sends them
		}
		if err := s.attempt(ctx, mail); err != nil {
			return err
		}
	}
	return nil
}

// lastContact returns, for the time before a correction of the e-mail address, the id of the first mail that failed since the citizen wrote
// last (nil: none failed), and the time at which the citizen last wrote or was told the notes.
func lastContact(history []ticket.Recorded, address int) (firstFailed *string, seen time.Time) {
	for _, r := range history {
		switch e := r.Event.(type) {
		case ticket.ContactsCorrected:
			if e.EmailChanged && e.Address >= address {
				return firstFailed, seen
			}
			if e.EmailChanged {
				firstFailed = nil
			}
		case ticket.ContactFailed:
			if firstFailed == nil && eventstore.IsID(e.Message) {
				firstFailed = &e.Message
			}
		case ticket.CitizenReplied:
			if !e.Unverified && e.Duplicate == "" { // otherwise the citizen need not have read the notes
				firstFailed, seen = nil, r.At
			}
		case ticket.CitizenInformed:
			seen = r.At
		case ticket.MailKept, ticket.LinksRevoked, ticket.ReplyForwarded:
		case ticket.Taken, ticket.CitizenAsked, ticket.Resumed:
		case ticket.Opened, ticket.AssignmentEvent, ticket.NoteEvent, ticket.CompetenceEvent, ticket.ResolutionEvent, ticket.Reopened,
			ticket.ActWithdrawn, ticket.AutoClosed, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent,
			ticket.CitizenReminded, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
		}
	}
	return firstFailed, seen
}

// copyMails stores a new mail for each failed one, which waits for the one before it, and returns the ids of the new mails in order. A mail
// that was copied already is left out.
func (s *Sender) copyMails(ctx context.Context, failed []string) (copies []string, err error) {
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		copies = nil
		var before *string
		for _, id := range failed {
			again := copyID(id)
			tag, err := tx.Exec(ctx, `
				with failed as (
					update mail.deliveries set resent_as = $2 where id = $1 and resent_as is null returning ticket, kind, notification
				)
				insert into mail.deliveries (id, ticket, kind, notification, state, next_at, after)
				select $2, ticket, kind, notification, 'waiting', clock_timestamp(), $3 from failed
				on conflict do nothing`, id, again, before)
			if err != nil {
				return err
			}
			if tag.RowsAffected() > 0 {
				copies, before = append(copies, again), &again
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store failed mails again: %w", err)
	}
	return copies, nil
}

// copyID returns the id of the mail that is made of a failed one. It depends on that mail alone.
func copyID(failed string) string {
	return uuid.NewSHA1(uuid.MustParse(failed), []byte("sent again")).String()
}
