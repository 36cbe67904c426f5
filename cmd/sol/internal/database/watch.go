// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package database

import (
	"context"
	"sync/atomic"

	"github.com/sol-assistenza/sol/eventstore/embedpg"
)

// WatchPostgres sets databaseDown while the embedded Postgres has stopped and is restarted, until ctx ends.
func WatchPostgres(ctx context.Context, server *embedpg.Server, databaseDown *atomic.Bool) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-server.Down():
			databaseDown.Store(true)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-server.Up():
			databaseDown.Store(false)
		}
	}
}
