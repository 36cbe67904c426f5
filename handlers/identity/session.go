// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/eventstore"
)

// Session is the session of an account that has logged in.
type Session struct {
	Token      string
	ID         string // UUID: names the session where its token must not stand
	Device     string // set by LoginFrom only: the browser keeps it and sends it with later logins (Source.Device)
	Account    string // UUID
	Username   string
	Name       string       // given and family name
	Actor      person.Actor // the role is empty until a placement is chosen
	Placements []Placement  // the current ones; set by Login and ChoosePlacement only
	MustChange bool         // the password and PIN were generated: the person must replace them before anything else
	Provider   string       // at which the person logged in; "": with user name, password and PIN
	Factor     FactorState
	Address    string // of the client that logged in

	providerSubject string // keyed hash of the person's id at the provider
	providerSession string // keyed hash of the session there; of a session to start

	refused refusal.Reason // why an account does not log in with a password
}

// IsBlocked reports whether its person must do something before anything else opens: give a second factor, set one up, or replace password and PIN.
func (s Session) IsBlocked() bool {
	return s.MustChange || s.Factor == FactorDue || s.Factor == FactorMissing
}

// touchInterval is the shortest time between two writes of a session's last use: not every request writes.
const touchInterval = time.Minute

const tokenSize = 32 // bytes

// newToken returns a token of 256 random bits, and its hash, which is stored in its place.
func newToken() (token string, hash []byte, err error) {
	bits := make([]byte, tokenSize)
	if _, err := rand.Read(bits); err != nil {
		return "", nil, fmt.Errorf("token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(bits)
	return token, hashToken(token), nil
}

// isTokenShaped reports whether a token has the form of newToken's. Other tokens need no query.
func isTokenShaped(token string) bool {
	bits, err := base64.RawURLEncoding.Strict().DecodeString(token)
	return err == nil && len(bits) == tokenSize
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// startSession starts a session and deletes the account's ended ones. It chooses the placement if the account has just one.
func (i *Identity) startSession(ctx context.Context, s Session) (Session, error) {
	var err error
	if s.Placements, err = i.Placements(ctx, s.Account); err != nil {
		return Session{}, err
	}
	if s.Factor == NoFactor && s.Provider == "" && i.RequireFactor && slices.ContainsFunc(s.Placements, isStaff) {
		s.Factor = FactorMissing
	}
	var chosen *string
	if s.Factor == FactorDue {
		s.Placements = nil
	}
	if len(s.Placements) == 1 {
		only := s.Placements[0]
		s.Actor, chosen = person.Actor{ID: s.Account, Role: only.Role, Entity: only.Entity}, &only.ID
	}
	token, hash, err := newToken()
	if err != nil {
		return Session{}, err
	}
	release, err := i.Pools.ShareCheck(ctx)
	if err != nil {
		return Session{}, fmt.Errorf("start session: %w", err)
	}
	defer release()
	now := i.Now()
	err = i.Pools.Session.QueryRow(ctx, `
		with ended as (delete from identity.sessions where account = $2 and (begun_at <= $5 or seen_at <= $6))
		insert into identity.sessions (token, account, placement, begun_at, seen_at, provider, provider_subject, provider_session, factor, address)
		values ($1, $2, $3, $4, $4, $7, $8, $9, $10, $11) returning id::text`,
		hash, s.Account, chosen, now, now.Add(-i.Lifetime), now.Add(-i.IdleTimeout), textOrNil(s.Provider), textOrNil(s.providerSubject), textOrNil(s.providerSession),
		s.Factor, s.Address).Scan(&s.ID)
	if err != nil {
		return Session{}, fmt.Errorf("start session: %w", err)
	}
	s.Token = token
	return s, nil
}

// RestartSession starts a session of an account whose sessions ended because the person changed password, PIN or second factors, with the
// placement of the old one if it is still theirs. Error: ErrNotFound.
func (i *Identity) RestartSession(ctx context.Context, old Session) (Session, error) {
	a, err := i.Account(ctx, old.Account)
	if err == nil && a.DisabledAt != nil {
		err = ErrNotFound
	}
	if err != nil {
		return Session{}, err
	}
	s, err := i.startSession(ctx, Session{Account: a.ID, Username: a.Username, Name: a.GivenName + " " + a.FamilyName, Factor: old.Factor, Address: old.Address})
	if err != nil || s.Actor.Role != "" || old.Actor.Role == "" {
		return s, err
	}
	chosen, err := i.ChoosePlacement(ctx, s.Token, old.Actor.Role, old.Actor.Entity)
	if errors.Is(err, ErrNotPlaced) {
		return s, nil
	}
	return chosen, err
}

// Authenticate returns the session of a token and counts as a use of it. Error: ErrNoSession.
func (i *Identity) Authenticate(ctx context.Context, token string) (Session, error) {
	s, seen, err := i.findSession(ctx, token)
	if err != nil {
		return Session{}, err
	}
	if now := i.Now(); now.Sub(seen) >= touchInterval {
		_, err := i.Pools.Session.Exec(ctx, `update identity.sessions set seen_at = $2 where token = $1`, hashToken(token), now)
		if err != nil && !eventstore.IsUnavailable(err) { // on a read-only server people can still read
			return Session{}, fmt.Errorf("touch session: %w", err)
		}
	}
	return s, nil
}

// CheckSession returns the session of a token and does not count as a use of it: it is for streams, which may be open without a user.
// Error: ErrNoSession.
func (i *Identity) CheckSession(ctx context.Context, token string) (Session, error) {
	s, _, err := i.findSession(ctx, token)
	return s, err
}

func (i *Identity) findSession(ctx context.Context, token string) (s Session, seen time.Time, err error) {
	if !isTokenShaped(token) {
		return Session{}, time.Time{}, ErrNoSession
	}
	release, err := i.Pools.ShareCheck(ctx)
	if err != nil {
		return Session{}, time.Time{}, fmt.Errorf("find session: %w", err)
	}
	defer release()
	now := i.Now()
	var role, entity *string
	err = i.Pools.Session.QueryRow(ctx, `
		select a.id::text, a.username, a.given_name || ' ' || a.family_name, s.seen_at, p.role, p.entity, a.must_change and s.provider is null, coalesce(s.provider, ''), coalesce(s.provider_subject, ''), s.id::text, s.factor, s.address
		from identity.sessions s
		join identity.accounts a on a.id = s.account and a.disabled_at is null
		left join identity.placements p on p.id = s.placement and p.valid_from <= $2 and (p.valid_to is null or p.valid_to > $2)
		where s.token = $1 and s.begun_at > $3 and s.seen_at > $4 and (s.factor <> 'due' or s.begun_at > $5)`,
		hashToken(token), now, now.Add(-i.Lifetime), now.Add(-i.IdleTimeout), now.Add(-factorTime)).
		Scan(&s.Account, &s.Username, &s.Name, &seen, &role, &entity, &s.MustChange, &s.Provider, &s.providerSubject, &s.ID, &s.Factor, &s.Address)
	if errors.Is(err, pgx.ErrNoRows) {
		return Session{}, time.Time{}, ErrNoSession
	}
	if err != nil {
		return Session{}, time.Time{}, fmt.Errorf("find session: %w", err)
	}
	s.Token = token
	if role != nil {
		s.Actor = person.Actor{ID: s.Account, Role: person.Role(*role), Entity: catalog.EntityCode(*entity)}
	}
	return s, seen, nil
}

// ChoosePlacement sets the session's placement (FAQ 2.1) and replaces its token: the old one is no longer valid. The session's lifetime
// still counts from login. Errors: ErrNoSession, ErrFactorDue, ErrNotPlaced.
func (i *Identity) ChoosePlacement(ctx context.Context, token string, role person.Role, entity catalog.EntityCode) (Session, error) {
	s, err := i.Authenticate(ctx, token)
	if err == nil && (s.Factor == FactorDue || s.Factor == FactorMissing) {
		err = ErrFactorDue
	}
	if err != nil {
		return Session{}, err
	}
	if s.Placements, err = i.Placements(ctx, s.Account); err != nil {
		return Session{}, err
	}
	for _, p := range s.Placements {
		if p.Role != role || p.Entity != entity {
			continue
		}
		renewed, hash, err := newToken()
		if err != nil {
			return Session{}, err
		}
		done, err := i.Pools.Session.Exec(ctx, `update identity.sessions set token = $2, placement = $3, seen_at = $4 where token = $1`,
			hashToken(token), hash, p.ID, i.Now())
		if err != nil {
			return Session{}, fmt.Errorf("choose placement: %w", err)
		}
		if done.RowsAffected() == 0 {
			return Session{}, ErrNoSession
		}
		i.publishRights(s.Account) // the old token is no longer valid
		s.Token, s.Actor = renewed, person.Actor{ID: s.Account, Role: role, Entity: entity}
		return s, nil
	}
	return Session{}, ErrNotPlaced
}

// EndAllSessions ends every session, in the transaction that begins an epoch of the log, and returns their number. What the people have
// seen may be lost: they log in again.
func EndAllSessions(ctx context.Context, tx pgx.Tx) (int64, error) {
	tag, err := tx.Exec(ctx, `delete from identity.sessions`)
	if err != nil {
		return 0, fmt.Errorf("end all sessions: %w", err)
	}
	return tag.RowsAffected(), nil
}

// EndSession ends the session of a token. It returns no error if there is none.
func (i *Identity) EndSession(ctx context.Context, token string) error {
	var account string
	err := i.Pools.Session.QueryRow(ctx, `delete from identity.sessions where token = $1 returning account::text`, hashToken(token)).Scan(&account)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("end session: %w", err)
	}
	i.publishRights(account)
	return nil
}

// DeleteExpiredSessions deletes the sessions that have ended by idle time or lifetime, and returns their number. It also deletes what is no
// longer known of sources.
func (i *Identity) DeleteExpiredSessions(ctx context.Context) (int64, error) {
	now := i.Now()
	deleted, err := i.Pools.Consumer.Exec(ctx, `delete from identity.sessions where begun_at <= $1 or seen_at <= $2`,
		now.Add(-i.Lifetime), now.Add(-i.IdleTimeout))
	if err != nil {
		return 0, fmt.Errorf("delete expired sessions: %w", err)
	}
	if _, err := i.Pools.Consumer.Exec(ctx, `delete from identity.known_sources where seen_at <= $1`, now.Add(-knownFor)); err != nil {
		return 0, fmt.Errorf("delete known sources: %w", err)
	}
	return deleted.RowsAffected(), nil
}
