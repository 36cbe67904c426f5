// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// monthsAhead is the number of months for which partitions are made before they begin.
const monthsAhead = 3

// Cleanup makes the partitions of the next months and records the searches that were typed and not sent. It deletes the login records that are
// older than 24 months, and returns their number. Access records are dropped by package months alone.
func Cleanup(ctx context.Context, worker *pgxpool.Pool) (deleted int64, err error) {
	if _, err := worker.Exec(ctx, `select access.make_months($1), access.append_typed(false), access.record_typed_searches(false)`, monthsAhead); err != nil {
		return 0, fmt.Errorf("clean up the access log: %w", err)
	}
	tag, err := worker.Exec(ctx, `delete from access.logins where at < clock_timestamp() - interval '24 months' and last_at < clock_timestamp() - interval '24 months'`)
	if err != nil {
		return 0, fmt.Errorf("delete expired login records: %w", err)
	}
	return tag.RowsAffected(), nil
}
