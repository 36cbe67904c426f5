// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package apitokens stores the API tokens of integrations, as hashes, and says what a token that a request brings may be used for.
// accounts.Service issues and revokes them.
package apitokens

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// Prefix begins every API token, so that it is not taken for a token of a session, and programs that look for secrets in texts find it.
const Prefix = "sol_"

// secretSize is the number of random bytes of a token.
const secretSize = 32

// touchInterval is the shortest time between two writes of a token's last use.
const touchInterval = time.Minute

// ErrRefused means that a token gives no rights: it is unknown, was revoked or has expired, or its account has lost the role.
var ErrRefused = errors.New("the API token is not valid")

// ErrNotFound means that there is no token with an id.
var ErrNotFound = errors.New("there is no such API token")

// Token is an API token without its secret.
type Token struct {
	ID        string             `json:"id"`
	Account   string             `json:"account"` // UUID
	Username  string             `json:"username"`
	Name      string             `json:"name"`
	Scopes    []policy.Scope     `json:"scopes"`
	Entity    catalog.EntityCode `json:"entity"` // the only one at which the token may act; empty: all
	CreatedAt time.Time          `json:"created_at"`
	ExpiresAt time.Time          `json:"expires_at"`
	RevokedAt *time.Time         `json:"revoked_at,omitempty"`
	UsedAt    *time.Time         `json:"used_at,omitempty"`    // last use, to the minute
	RefusedAt *time.Time         `json:"refused_at,omitempty"` // last use that was refused, to the minute
	Ended     bool               `json:"ended"`                // no longer valid: revoked, expired, or the account has lost the role
	Waits     bool               `json:"waits,omitempty"`      // for a second administrator; a token that waits is in no list, its request is
}

// Actor returns the actor of requests with the token.
func (t Token) Actor() person.Actor {
	return person.Actor{ID: t.Account, Role: person.Integration, Entity: t.Entity}
}

// Allows reports whether the scopes of the token hold an action. It is true without a token, so that callers ask it about every request.
func (t Token) Allows(action policy.Action) bool {
	return t.ID == "" || policy.ScopesAllow(t.Scopes, action)
}

// Store stores API tokens.
type Store struct {
	Pools *pgpool.Pools
	Now   func() time.Time // the log's clock, which all nodes share
	// PlacementsNow is the clock of placements (identity.Config.Clock): the log's one too, except in tests that move that one.
	PlacementsNow func() time.Time
}

// IsToken reports whether a bearer token has the form of an API token.
func IsToken(bearer string) bool { return strings.HasPrefix(bearer, Prefix) }

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// ValidName reports whether a text can be the name of a token.
func ValidName(name string) bool {
	return strings.TrimSpace(name) != "" && person.IsValidText(name) && utf8.RuneCountInString(name) <= 100
}

// Stage stores a token that is not valid until Activate, and returns its secret, which nothing else holds.
func (s *Store) Stage(ctx context.Context, t Token) (secret string, err error) {
	bits := make([]byte, secretSize)
	if _, err := rand.Read(bits); err != nil {
		return "", fmt.Errorf("API token: %w", err)
	}
	secret = Prefix + base64.RawURLEncoding.EncodeToString(bits)
	err = s.exec(ctx, `
		insert into identity.api_tokens (id, account, name, token, scopes, entity, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.ID, t.Account, strings.TrimSpace(t.Name), hash(secret), t.Scopes, t.Entity, s.Now(), t.ExpiresAt)
	if err != nil {
		return "", fmt.Errorf("store API token: %w", err)
	}
	return secret, nil
}

// Activate makes a staged token valid.
func (s *Store) Activate(ctx context.Context, id string) error {
	return s.exec(ctx, `update identity.api_tokens set issued_at = coalesce(issued_at, $2) where id = $1`, id, s.Now())
}

// Unstage deletes a staged token that was refused.
func (s *Store) Unstage(ctx context.Context, id string) error {
	return s.exec(ctx, `delete from identity.api_tokens where id = $1 and issued_at is null`, id)
}

// Revoke ends a token. Every request reads the token, so it is refused on all nodes from the commit on.
func (s *Store) Revoke(ctx context.Context, id string) error {
	return s.exec(ctx, `update identity.api_tokens set revoked_at = coalesce(revoked_at, $2) where id = $1`, id, s.Now())
}

// exec executes a statement in a transaction that a failover cannot lose.
func (s *Store) exec(ctx context.Context, sql string, args ...any) error {
	_, err := s.Pools.ExecDurably(ctx, sql, args...)
	return err
}

// columns are those that scan reads.
const columns = `t.id::text, t.account::text, a.username, t.name, t.scopes, t.entity, t.created_at, t.expires_at, t.revoked_at, t.used_at, t.refused_at,
	a.disabled_at is not null or not exists (
		select from identity.placements p where p.account = t.account and p.role = 'integrazione' and p.valid_from <= $2 and (p.valid_to is null or p.valid_to > $2)),
	t.expires_at <= $1
	from identity.api_tokens t join identity.accounts a on a.id = t.account where t.issued_at is not null`

// scan reads a token, and why it is not valid ("": it is).
func scan(row pgx.CollectableRow) (t Token, why string, err error) {
	var lost, expired bool
	err = row.Scan(&t.ID, &t.Account, &t.Username, &t.Name, &t.Scopes, &t.Entity, &t.CreatedAt, &t.ExpiresAt, &t.RevokedAt, &t.UsedAt, &t.RefusedAt, &lost, &expired)
	switch {
	case t.RevokedAt != nil:
		why = "it was revoked"
	case expired:
		why = "it has expired"
	case lost:
		why = "its account has lost the role integrazione"
	}
	t.Ended = why != ""
	return t, why, err
}

// Authenticate returns the token with a secret and counts as a use of it. With ErrRefused it returns the token too, unless it is unknown.
func (s *Store) Authenticate(ctx context.Context, secret string) (Token, error) {
	release, err := s.Pools.ShareCheck(ctx)
	if err != nil {
		return Token{}, fmt.Errorf("find API token: %w", err)
	}
	defer release()
	rows, err := s.Pools.Session.Query(ctx, `select `+columns+` and t.token = $3`, s.Now(), s.PlacementsNow(), hash(secret))
	if err != nil {
		return Token{}, fmt.Errorf("find API token: %w", err)
	}
	why := "it is unknown"
	t, err := pgx.CollectOneRow(rows, func(row pgx.CollectableRow) (t Token, err error) {
		t, why, err = scan(row)
		return t, err
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Token{}, fmt.Errorf("%w: %s", ErrRefused, why)
	case err != nil:
		return Token{}, fmt.Errorf("find API token: %w", err)
	case why != "":
		return t, fmt.Errorf("%w: %s", ErrRefused, why)
	}
	return t, s.touch(ctx, t.ID, "used_at", t.UsedAt)
}

// RecordRefused stores that a use of a token was refused, for the list of tokens. The access record of the refusal is another one.
func (s *Store) RecordRefused(ctx context.Context, t Token) error {
	return s.touch(ctx, t.ID, "refused_at", t.RefusedAt)
}

// touch writes the time of a use, unless it was written less than a minute ago. On a read-only server tokens still work.
func (s *Store) touch(ctx context.Context, id, column string, last *time.Time) error {
	now := s.Now()
	if last != nil && now.Sub(*last) < touchInterval {
		return nil
	}
	_, err := s.Pools.Session.Exec(ctx, `update identity.api_tokens set `+column+` = $2 where id = $1`, id, now)
	if err != nil && !eventstore.IsUnavailable(err) {
		return fmt.Errorf("use of API token: %w", err)
	}
	return nil
}

// List returns all tokens, the newest first.
func (s *Store) List(ctx context.Context) ([]Token, error) {
	return s.query(ctx, ` order by t.created_at desc, t.id`)
}

// Find returns the token with an id. Error: ErrNotFound.
func (s *Store) Find(ctx context.Context, id string) (Token, error) {
	all, err := s.query(ctx, ` and t.id::text = $3`, id)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Token{}, err
	}
	return all[0], nil
}

func (s *Store) query(ctx context.Context, rest string, args ...any) ([]Token, error) {
	rows, err := s.Pools.Read.Query(ctx, `select `+columns+rest, append([]any{s.Now(), s.PlacementsNow()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list API tokens: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Token, error) {
		t, _, err := scan(row)
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("list API tokens: %w", err)
	}
	return all, nil
}
