// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/handlers/identity"
)

// loginKinds maps the kinds of login records to those of security events.
var loginKinds = map[identity.LoginKind]Kind{
	identity.LoginSucceeded: LoginSucceeded, identity.LoginFailed: LoginRefused, identity.LoginLocked: LoginLocked, identity.LoginUnlocked: LoginUnlocked,
}

// logins is the source of log-ins: the rows of access.logins (identity.RecordLogin). Each row holds how many of its count were sent. The ids of rows
// are not in the order of their commits, so a position would skip some. A row that grows is sent again after addUp.
type logins struct {
	pool  *pgxpool.Pool
	addUp time.Duration
}

func (logins) name() string { return "logins" }

func (logins) begin(context.Context, pgx.Tx) error { return nil }

// waiting implements source.
func (l logins) waiting(ctx context.Context, limit int) ([]Event, ackFunc, error) {
	rows, err := l.pool.Query(ctx, `
		select id, at, last_at, what, account, address, person, count, forwarded, provider, reason from access.logins
		where forwarded < count and last_at >= (select started_at from security.forwarder)
			and (forwarded_at is null or forwarded_at < clock_timestamp() - $2::interval)
		order by last_at, id limit $1`, limit, l.addUp)
	if err != nil {
		return nil, nil, fmt.Errorf("read log-ins: %w", err)
	}
	var events []Event
	var ids []int64
	var counts []int
	var id int64
	var at, last time.Time
	var what identity.LoginKind
	var account, address, by, provider, reason string
	var count, sent int
	_, err = pgx.ForEachRow(rows, []any{&id, &at, &last, &what, &account, &address, &by, &count, &sent, &provider, &reason}, func() error {
		e := Event{ID: fmt.Sprintf("login/%d/%d-%d", id, sent+1, count), Time: at, Kind: loginKinds[what], Count: count - sent, Account: account, Address: address, By: by, Provider: provider, Reason: reason}
		if count > 1 {
			end := last.UTC()
			e.Last = &end
		}
		events, ids, counts = append(events, e), append(ids, id), append(counts, count)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read log-ins: %w", err)
	}
	if len(events) == 0 {
		return nil, nil, nil
	}
	return events, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			update access.logins l set forwarded = s.count, forwarded_at = clock_timestamp()
			from unnest($1::bigint[], $2::integer[]) as s (id, count) where l.id = s.id and l.forwarded < s.count`, ids, counts)
		return err
	}, nil
}
