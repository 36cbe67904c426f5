// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
)

// OpenSession is a session that has not ended.
type OpenSession struct {
	ID      string             `json:"id"` // UUID
	BegunAt time.Time          `json:"begun_at" doc:"Of the log-in"`
	SeenAt  time.Time          `json:"seen_at" doc:"Of the last use, to the minute"`
	Address string             `json:"address" doc:"Of the client that logged in; of IPv6 the /64 network"`
	Role    person.Role        `json:"role,omitempty"`
	Entity  catalog.EntityCode `json:"entity,omitempty"`
}

// OpenSessions returns the sessions of an account that have not ended, the newest first. It leaves out log-ins that wait for their second factor.
func (i *Identity) OpenSessions(ctx context.Context, account string) ([]OpenSession, error) {
	if !eventstore.IsID(account) {
		return nil, fmt.Errorf("open sessions: %w", ErrNotFound)
	}
	now := i.Now()
	rows, err := i.Pools.Session.Query(ctx, `
		select s.id::text, s.begun_at, s.seen_at, s.address, coalesce(p.role, ''), coalesce(p.entity, '')
		from identity.sessions s left join identity.placements p on p.id = s.placement and p.valid_from <= $2 and (p.valid_to is null or p.valid_to > $2)
		where s.account = $1 and s.factor <> 'due' and s.begun_at > $3 and s.seen_at > $4 order by s.begun_at desc, s.id`,
		account, now, now.Add(-i.Lifetime), now.Add(-i.IdleTimeout))
	if err != nil {
		return nil, fmt.Errorf("open sessions: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[OpenSession])
	if err != nil {
		return nil, fmt.Errorf("open sessions: %w", err)
	}
	return all, nil
}

// SessionChoice chooses sessions of an account: the one with the id Only, or all but the one with the id Except, or all.
type SessionChoice struct{ Only, Except string }

// SessionEnded is the kind of the security event of EndSessions.
const SessionEnded = "session.ended"

// EndSessions ends sessions of an account and returns their number. No node lets a request with them pass from then on, because none remembers a
// session, and their streams are woken and end. by is who ends them, for the security event, which is stored in the same transaction. Error:
// ErrNotFound if Only is no session of the account.
func (i *Identity) EndSessions(ctx context.Context, account string, c SessionChoice, by person.Actor) (int64, error) {
	for _, id := range []string{c.Only, c.Except} {
		if id != "" && !eventstore.IsID(id) {
			return 0, fmt.Errorf("end sessions: %w", ErrNotFound)
		}
	}
	if !eventstore.IsID(account) {
		return 0, fmt.Errorf("end sessions: %w", ErrNotFound)
	}
	fields, err := json.Marshal(map[string]string{"account": account, "by": by.ID, "by_role": string(by.Role), "by_entity": string(by.Entity)})
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	ended := make(chan int64, 1)
	err = i.Pools.Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `delete from identity.sessions where account = $1 and ($2 = '' or id::text = $2) and id::text <> $3`, account, c.Only, c.Except)
		if err == nil && done.RowsAffected() > 0 {
			_, err = tx.Exec(ctx, `select security.note($1, clock_timestamp(), $2::text::jsonb)`, SessionEnded, string(fields))
		}
		ended <- done.RowsAffected()
		return err
	})
	i.publishRights(account) // after an error too: the transaction may have been committed
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	n := <-ended
	if n == 0 && c.Only != "" {
		return 0, fmt.Errorf("end sessions: %w", ErrNotFound)
	}
	return n, nil
}
