// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/eventstore/lease"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// claim is the right of one subscription to a message of the outbox until its time has passed. Each statement that claims has an id of its
// own, so that a node cannot store a result under a claim that it lost and got again.
type claim struct {
	offset int64
	id     uuid.UUID
}

// claimedMessage is a message with its claim.
type claimedMessage struct {
	claim
	message *message.Message
	held    context.Context // ends when the claim may have ended
	release func() bool     // ends the renewal of the claim
}

// errClaimLost means that a result was not stored, because the claim has ended and the message is another node's now, or delivered.
var errClaimLost = errors.New("the claim of the message was lost")

// claims are the statements on the claims of saga.outbox. Each is a transaction of its own: no lock outlives it.
type claims struct {
	pool   *pgxpool.Pool // its commits are synchronous: a message leaves only when its cause and its claim are durable
	leases *pgxpool.Pool // for renewals, so that they wait for no other statement
}

// takeQuery claims waiting messages of a topic, oldest first. A message waits while an earlier one of its ticket is not acknowledged, unless
// that is of a newer release. The rows that another statement has locked are skipped: it claims them now, or its node is of the release
// before and delivers them under the lock.
const takeQuery = `
	with next as (
		select o."offset" from saga.outbox o
		where not o.acked and o.metadata ->> 'topic' = $1 and (o.claimed_until is null or o.claimed_until <= clock_timestamp())
			and not exists (
				select from saga.outbox earlier
				where not earlier.acked and earlier.metadata ->> 'topic' = $1 and earlier.metadata ->> 'newer' is null
					and earlier.metadata ->> 'ticket' = o.metadata ->> 'ticket' and earlier."offset" < o."offset")
		order by o."offset" limit $2
		for update of o skip locked
	)
	update saga.outbox o set claimed_by = $3, claimed_until = clock_timestamp() + $4::interval
	from next where o."offset" = next."offset"
	returning o."offset", o.uuid, convert_to(o.payload::text, 'UTF8'), convert_to(o.metadata::text, 'UTF8')`

// take claims at most limit messages of a topic for a duration and returns them in their order. It joins the errors of messages that cannot
// be read; they stay claimed and are tried again later.
func (c claims) take(ctx context.Context, topic string, limit int, duration time.Duration) (taken []claimedMessage, unreadable error) {
	conn, err := c.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("claim messages: %w", err)
	}
	defer conn.Release()
	id := uuid.New()
	rows, err := conn.Query(ctx, takeQuery, topic, limit, id, duration)
	if err != nil {
		return nil, fmt.Errorf("claim messages: %w", err)
	}
	var (
		offset            int64
		messageID         string
		payload, metadata []byte
	)
	_, err = pgx.ForEachRow(rows, []any{&offset, &messageID, &payload, &metadata}, func() error {
		m := message.NewMessage(messageID, slices.Clone(payload))
		if err := json.Unmarshal(metadata, &m.Metadata); err != nil {
			unreadable = errors.Join(unreadable, fmt.Errorf("metadata of message %s: %w", messageID, err))
			return nil
		}
		taken = append(taken, claimedMessage{claim: claim{offset, id}, message: m})
		return nil
	})
	if err == nil && pgpool.IsDoubtful(conn.Conn()) {
		err = errors.New("the standbys may not have the claims; they end by themselves")
	}
	if err != nil {
		return nil, fmt.Errorf("claim messages: %w", err)
	}
	slices.SortFunc(taken, func(a, b claimedMessage) int { return cmp.Compare(a.offset, b.offset) })
	return taken, unreadable
}

// renew is the lease.RenewFunc of the claims.
func (c claims) renew(ctx context.Context, duration time.Duration, held []claim) (renewed []claim, err error) {
	offsets, ids := make([]int64, len(held)), make([]uuid.UUID, len(held))
	for i, h := range held {
		offsets[i], ids[i] = h.offset, h.id
	}
	rows, err := c.leases.Query(ctx, `
		with held as (
			select o."offset" from saga.outbox o join unnest($1::bigint[], $2::uuid[]) as h (at, id) on h.at = o."offset" and h.id = o.claimed_by
			where not o.acked for update of o skip locked
		)
		update saga.outbox o set claimed_until = clock_timestamp() + $3::interval from held where o."offset" = held."offset"
		returning o."offset", o.claimed_by`, offsets, ids, duration)
	if err != nil {
		return nil, fmt.Errorf("renew claims of messages: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c claim, err error) { return c, row.Scan(&c.offset, &c.id) })
}

// acknowledge marks a message as delivered. Error: errClaimLost.
func (c claims) acknowledge(ctx context.Context, held claim) error {
	return c.end(ctx, "acknowledge message", `
		update saga.outbox set acked = true, claimed_by = null, claimed_until = null where "offset" = $1 and claimed_by = $2 and not acked`,
		held.offset, held.id)
}

// release gives a message back; any node may deliver it again after a delay. Error: errClaimLost.
func (c claims) release(ctx context.Context, held claim, delay time.Duration) error {
	return c.end(ctx, "release message", `
		update saga.outbox set claimed_by = null, claimed_until = clock_timestamp() + $3::interval
		where "offset" = $1 and claimed_by = $2 and not acked`, held.offset, held.id, delay)
}

// leave gives a message back with its present metadata, also when its context has ended; any node may deliver it after a delay, in the topic
// that the metadata name. It ends within the time of a claim: a lost standby or a frozen database must not keep the service from stopping.
// Error: errClaimLost.
func (c claims) leave(m *message.Message, held claim, delay time.Duration) error {
	text, err := json.Marshal(m.Metadata)
	if err != nil {
		return fmt.Errorf("leave message: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(m.Context()), lease.Duration)
	defer cancel()
	return c.end(ctx, "leave message", `
		update saga.outbox set metadata = $3, claimed_by = null, claimed_until = clock_timestamp() + $4::interval
		where "offset" = $1 and claimed_by = $2 and not acked`, held.offset, held.id, string(text), delay)
}

// end executes a statement that ends a claim.
func (c claims) end(ctx context.Context, what, sql string, args ...any) error {
	tag, err := c.pool.Exec(ctx, sql, args...)
	if err == nil && tag.RowsAffected() == 0 {
		err = errClaimLost
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
