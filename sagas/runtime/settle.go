// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// handledWait is the longest time for which a poll waits until the saga has handled all events up to the time of a due message.
const handledWait = 100 * time.Millisecond

// settleMessages returns the time up to which messages may leave, the zero time if none is due. The log's time is past it, and the saga
// has handled all events up to it: no event with an earlier time can cancel such a message any more. Commands need no such time, because the
// rules decide whether they are still right.
func (r *Runner) settleMessages(ctx context.Context, id SagaID) (due time.Time, err error) {
	err = r.Store.Pools().Consumer.QueryRow(ctx, `
		select next_at from saga.timers where saga = $1 and version = $2 and next_at <= $3 and command = $4 order by next_at desc limit 1`,
		id.Name, id.Version, r.Store.Now(), sendMessageCommand).Scan(&due)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("find due messages: %w", err)
	}
	if err := r.Store.Settle(ctx, due); err != nil {
		return time.Time{}, err
	}
	last, err := r.Store.PositionAt(ctx, due)
	if err != nil {
		return time.Time{}, err
	}
	waiting, stop := context.WithTimeout(ctx, handledWait)
	defer stop()
	err = r.Store.WaitForConsumer(waiting, id.consumerName(), id.Version, last.N)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return time.Time{}, nil // the saga is behind: messages wait for the next poll
	}
	return due, err
}
