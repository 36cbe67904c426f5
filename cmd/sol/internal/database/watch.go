// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package database

import (
	"context"
	"sync/atomic"

	"github.com/sol-assistenza/sol/eventstore/embedpg"
)

// WatchPostgres tells, until ctx ends, whether our own Postgres is away: it has died and comes back.
func WatchPostgres(ctx context.Context, own *embedpg.Server, away *atomic.Bool) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-own.Down():
			away.Store(true)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-own.Up():
			away.Store(false)
		}
	}
}
