// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// lead acquires or renews the lease, and returns the number of the last event that the receiver has. leads is false while another node holds
// the lease.
func (f *Forwarder) lead(ctx context.Context) (sequence int64, leads bool, err error) {
	var started *time.Time
	err = f.Pool.QueryRow(ctx, `
		update security.forwarder set holder = $1, lease_until = clock_timestamp() + $2::interval
		where holder is null or holder = $1 or lease_until < clock_timestamp() returning sequence, started_at`, f.node, f.Lease).Scan(&sequence, &started)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err == nil && started == nil {
		err = f.begin(ctx)
	}
	if err != nil {
		return 0, false, fmt.Errorf("lead: %w", err)
	}
	return sequence, true, nil
}

// begin makes the sources begin now.
func (f *Forwarder) begin(ctx context.Context) error {
	return pgx.BeginFunc(ctx, f.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `update security.forwarder set started_at = clock_timestamp(), current_at = clock_timestamp() where started_at is null`); err != nil {
			return err
		}
		for _, s := range f.sources {
			if err := s.begin(ctx, tx); err != nil {
				return fmt.Errorf("%s: %w", s.name(), err)
			}
		}
		return nil
	})
}

// release gives the lease away and closes the receiver.
func (f *Forwarder) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := f.Pool.Exec(ctx, `update security.forwarder set holder = null, lease_until = null where holder = $1`, f.node)
	if err = errors.Join(err, f.receiver.close()); err != nil {
		f.Log.Warn("forwarding of security events did not end well", "error", err)
	}
}

// lateAfter is the time after which /status tells that security events wait.
const lateAfter = 2 * time.Minute

// Late returns a sentence if the receiver has lacked events for more than two minutes, and "" otherwise.
func (f *Forwarder) Late(ctx context.Context) (string, error) {
	var age time.Duration
	err := f.Pool.QueryRow(ctx, `select coalesce(clock_timestamp() - current_at, '0') from security.forwarder`).Scan(&age)
	if err != nil || age < lateAfter {
		return "", err
	}
	return fmt.Sprintf("Security events have not reached %s for %s. They wait in the database, none is lost; the log says why.",
		f.Receiver, age.Round(time.Second)), nil
}
