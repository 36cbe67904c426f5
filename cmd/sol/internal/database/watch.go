// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package database

import (
	"context"
	"sync/atomic"

	"github.com/sol-assistenza/sol/eventstore/embedpg"
)

// WatchPostgres tells, until ctx ends, whether our own Postgres is away: it has died and comes back.
func WatchPostgres(ctx context.Context, own *embedpg.Server, databaseDown *atomic.Bool) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-own.Down():
			databaseDown.Store(true)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-own.Up():
			databaseDown.Store(false)
		}
	}
}
