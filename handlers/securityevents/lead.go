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
	err = f.Pool.QueryRow(ctx, `
		update security.forwarder set holder = $1, lease_until = clock_timestamp() + $2::interval
		where holder is null or holder = $1 or lease_until < clock_timestamp() returning sequence`, f.node, f.Lease).Scan(&sequence)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err == nil && !f.begun {
		err = f.Begin(ctx)
		f.begun = err == nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("lead: %w", err)
	}
	return sequence, true, nil
}

// Begin makes the sources begin now that have not begun. A node calls it at its start, so that what it notes afterwards is sent.
func (f *Forwarder) Begin(ctx context.Context) error {
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
