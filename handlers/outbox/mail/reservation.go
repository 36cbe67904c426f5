// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/handlers/app/notification"
)

// reservation is the claim of one attempt on a mail. Each attempt has a number, so the result of an attempt that lost its reservation is not
// stored.
type reservation struct {
	mail    string
	attempt int
}

// knownKinds are the kinds of notifications that this release knows.
var knownKinds = func() (all []string) {
	for kind := range notification.Kinds() {
		all = append(all, string(kind))
	}
	return all
}()

// isDue is the condition of a mail that an attempt may begin now. A mail that is sent again waits for the one before it.
const isDue = `state in ('waiting', 'sending') and next_at <= clock_timestamp()
	and (after is null or not exists (select from mail.deliveries b where b.id = deliveries.after and b.state in ('waiting', 'sending')))`

// reserve reserves a mail that is due for one attempt and returns it with its notification as JSON. A delivery without attempts means that it
// was sent already, that another attempt has reserved it, or that its kind is of a newer release: a node that knows it sends the mail.
func (s *Sender) reserve(ctx context.Context, id string) (m delivery, reference []byte, err error) {
	conn, err := s.Pool.Acquire(ctx)
	if err != nil {
		return m, nil, fmt.Errorf("reserve mail %s: %w", id, err)
	}
	defer conn.Release()
	m.id = id
	err = conn.QueryRow(ctx, `
		update mail.deliveries set uncertain = uncertain or state = 'sending', state = 'sending', attempts = attempts + 1,
			next_at = clock_timestamp() + $2::interval
		where id = $1 and `+isDue+` and kind = any ($3)
		returning ticket::text, notification, attempts, clock_timestamp() - created_at, address`, id, s.Lease, knownKinds).
		Scan(&m.ticket, &reference, &m.attempts, &m.age, &m.address)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return m, nil, nil
	case err != nil:
		return m, nil, fmt.Errorf("reserve mail %s: %w", id, err)
	case pgpool.IsDoubtful(conn.Conn()):
		return m, nil, fmt.Errorf("reserve mail %s: the standbys may not have the reservation", id)
	}
	return m, reference, nil
}

// giveBack ends an attempt that was interrupted before the relay got anything: any node may begin the next one at once.
func (s *Sender) giveBack(ctx context.Context, m delivery) error {
	return s.store(ctx, `
		update mail.deliveries set state = 'waiting', next_at = clock_timestamp() where id = $1 and state = 'sending' and attempts = $2`,
		m.id, m.attempts)
}

// storeTimeout is the longest time for storing the result of an attempt: a lost standby or a frozen database must not keep the service from
// stopping. A result that is not stored then may be stored on the primary alone, or never: then the mail is uncertain.
const storeTimeout = 10 * time.Second

// store stores the result of an attempt.
func (s *Sender) store(ctx context.Context, sql string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if _, err := s.Pool.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("store the result of a mail: %w", err)
	}
	return nil
}

// renewReservations is the lease.RenewFunc of the mails that are being sent.
func (c Config) renewReservations(ctx context.Context, duration time.Duration, held []reservation) (renewed []reservation, err error) {
	mails, attempts := make([]string, len(held)), make([]int, len(held))
	for i, h := range held {
		mails[i], attempts[i] = h.mail, h.attempt
	}
	rows, err := c.LeasePool.Query(ctx, `
		with held as (
			select d.id from mail.deliveries d join unnest($1::text[], $2::integer[]) as h (mail, attempt) on d.id = h.mail::uuid and d.attempts = h.attempt
			where d.state = 'sending' for update of d skip locked
		)
		update mail.deliveries d set next_at = clock_timestamp() + $3::interval from held where d.id = held.id
		returning d.id::text, d.attempts`, mails, attempts, duration)
	if err != nil {
		return nil, fmt.Errorf("renew reservations of mails: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r reservation, err error) { return r, row.Scan(&r.mail, &r.attempt) })
}
