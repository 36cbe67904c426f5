// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// Topics wakes subscribers of a topic on all nodes. An eventstore.Store is one.
type Topics interface {
	Publish(topic string)
	Subscribe(topic string) <-chan struct{}
}

// RightsChanged returns a channel that is closed when rights of an account were revoked on any node: a session or placement has ended, the
// password was changed, or the account was disabled. Accounts share topics, so the channel may be closed for another account: the
// subscriber checks its session again. It is a hint, so subscribers also check from time to time. Without Topics the result is nil.
func (i *Identity) RightsChanged(account string) <-chan struct{} {
	if i.Topics == nil {
		return nil
	}
	return i.Topics.Subscribe(rightsTopic(account))
}

// publishRights wakes the subscribers of an account's rights. Callers call it after the commit.
func (i *Identity) publishRights(account string) {
	if i.Topics != nil {
		i.Topics.Publish(rightsTopic(account))
	}
}

// rightsTopic returns one of 64 topics for an account.
func rightsTopic(account string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(account)) // a hash never returns an error
	return fmt.Sprintf("rights/%d", h.Sum32()%64)
}

// Validity holds the actor of a session and the time for which the session stays valid.
type Validity struct {
	Actor person.Actor  // the role is empty if the session has no placement that is valid now
	For   time.Duration // time after which the session or its placement ends, unless the session is used before
}

// CheckSessions returns the validity of the sessions of tokens, by token, without tokens that have no session. It does not count as a use
// of them. One query on the connection of live updates answers for all of them.
func (i *Identity) CheckSessions(ctx context.Context, tokens []string) (map[string]Validity, error) {
	now := i.Now()
	hashes, byHash := make([][]byte, len(tokens)), make(map[string]string, len(tokens))
	for n, token := range tokens {
		hashes[n] = hashToken(token)
		byHash[string(hashes[n])] = token
	}
	rows, err := i.Pools.Live.Query(ctx, `
		select s.token, a.id::text, p.role, p.entity, least(s.begun_at + $5::interval, s.seen_at + $6::interval, p.valid_to)
		from identity.sessions s
		join identity.accounts a on a.id = s.account and a.disabled_at is null
		left join identity.placements p on p.id = s.placement and s.factor not in ('due', 'missing') and p.valid_from <= $2 and (p.valid_to is null or p.valid_to > $2)
		where s.token = any($1::bytea[]) and s.begun_at > $3 and s.seen_at > $4`,
		hashes, now, now.Add(-i.Lifetime), now.Add(-i.IdleTimeout), i.Lifetime, i.IdleTimeout)
	if err != nil {
		return nil, fmt.Errorf("check sessions: %w", err)
	}
	valid := make(map[string]Validity, len(tokens))
	var hash []byte
	var account string
	var role *person.Role // nil: no placement that is valid now
	var entity *catalog.EntityCode
	var until time.Time
	_, err = pgx.ForEachRow(rows, []any{&hash, &account, &role, &entity, &until}, func() error {
		by := person.Actor{ID: account}
		if role != nil && entity != nil {
			by.Role, by.Entity = *role, *entity
		}
		valid[byHash[string(hash)]] = Validity{Actor: by, For: until.Sub(now)}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("check sessions: %w", err)
	}
	return valid, nil
}
