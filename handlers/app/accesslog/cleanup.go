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

// Cleanup makes the partitions of the next months and records the searches that were typed and not sent. It deletes the login records and the
// access records of earlier releases that are older than 24 months, and returns their number.
func Cleanup(ctx context.Context, worker *pgxpool.Pool) (deleted int64, err error) {
	if _, err := worker.Exec(ctx, `select access.make_months($1), access.append_typed(false), access.record_typed_searches(false)`, monthsAhead); err != nil {
		return 0, fmt.Errorf("clean up the access log: %w", err)
	}
	for _, statement := range []string{
		`delete from access.reads where at < clock_timestamp() - interval '24 months'`,
		`delete from access.searches where at < clock_timestamp() - interval '24 months'`,
		`delete from access.logins where at < clock_timestamp() - interval '24 months' and last_at < clock_timestamp() - interval '24 months'`,
	} {
		tag, err := worker.Exec(ctx, statement)
		if err != nil {
			return deleted, fmt.Errorf("delete expired accesses: %w", err)
		}
		deleted += tag.RowsAffected()
	}
	return deleted, nil
}
