// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package epoch

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// ErrReplaced means that the database was restored while the node ran. The node must end and start again.
var ErrReplaced = errors.New("the log was replaced while the node ran")

// Guard holds the epoch of the log that a node opened and an event that it stored. A restore under a running node ends all its
// connections, so each new connection for appends is compared with it: states, versions and positions in the memory of the node may be of
// lost events.
type Guard struct {
	epoch atomic.Int64 // 0: not read yet
	last  atomic.Pointer[event]
}

// event identifies an event that the node stored.
type event struct {
	stream   string
	version  int
	position int64
}

// Opened records the epoch of the log that the node opened.
func (g *Guard) Opened(epoch int) { g.epoch.Store(int64(epoch)) }

// Stored records an event that the node stored. Only one goroutine may call it.
func (g *Guard) Stored(stream string, version int, position int64) {
	if last := g.last.Load(); last == nil || last.position < position {
		g.last.Store(&event{stream, version, position})
	}
}

// Check returns ErrReplaced if the database at the other end of a new connection does not hold the log that the node opened: it has another
// epoch, or it does not hold the last event that the node stored.
func (g *Guard) Check(ctx context.Context, conn *pgx.Conn) error {
	opened := g.epoch.Load()
	if opened == 0 {
		return nil
	}
	var last event
	if stored := g.last.Load(); stored != nil {
		last = *stored
	}
	var now int64
	var holds bool
	err := conn.QueryRow(ctx, `
		select epoch, $1::bigint = 0 or exists (select from log.events where position = $1 and stream::text = $2 and version = $3)
		from log.logs`, last.position, last.stream, last.version).Scan(&now, &holds)
	switch {
	case err != nil:
		return fmt.Errorf("compare the log: %w", err)
	case now != opened:
		return fmt.Errorf("epoch %d became %d: %w", opened, now, ErrReplaced)
	case !holds:
		return fmt.Errorf("event %d, which this node stored, is missing: %w", last.position, ErrReplaced)
	}
	return nil
}
