// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// MarkDueTimers records, in the transaction that begins an epoch, the timers that were due until a moment and returns their number. The lost
// log may hold their commands. The timers stay: their commands are carried out again, and a mail that one of them leads to is uncertain.
func MarkDueTimers(ctx context.Context, tx pgx.Tx, epoch int, until time.Time) (int64, error) {
	tag, err := tx.Exec(ctx, `
		insert into saga.uncertain_timers (epoch, saga, ticket, cause)
		select distinct $1::integer, t.saga, t.ticket, t.cause from saga.timers t join saga.sagas s on s.name = t.saga and s.version = t.version
		where s.live and t.due_at <= $2 and t.command <> $3`, epoch, until, sendMessageCommand)
	if err != nil {
		return 0, fmt.Errorf("mark due timers: %w", err)
	}
	return tag.RowsAffected(), nil
}
