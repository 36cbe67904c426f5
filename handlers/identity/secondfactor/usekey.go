// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package secondfactor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// KeyRefusedError refuses the answer of a security key at a login. It is an identity.ErrFactor.
type KeyRefusedError struct{ Reason refusal.Reason }

func (e *KeyRefusedError) Error() string { return e.Reason.String() }

// Is reports whether target is identity.ErrFactor.
func (e *KeyRefusedError) Is(target error) bool { return target == identity.ErrFactor }

// BeginProof makes the challenge that a security key answers at a login, and returns the options for navigator.credentials.get as JSON. The session
// keeps the challenge, in place of the one before. Errors: *identity.InvalidError, identity.ErrNotFound without a key, identity.ErrNoSession.
func (s *Service) BeginProof(ctx context.Context, session identity.Session) ([]byte, error) {
	if err := s.checkAddress(); err != nil {
		return nil, err
	}
	owner, err := s.keyOwner(ctx, session)
	if err != nil {
		return nil, err
	}
	if len(owner.keys) == 0 {
		return nil, fmt.Errorf("security key: %w", identity.ErrNotFound)
	}
	options, challenge, err := s.party.BeginLogin(owner)
	if err != nil {
		return nil, fmt.Errorf("begin proof: %w", err)
	}
	waits, err := json.Marshal(challenge)
	if err != nil {
		return nil, fmt.Errorf("begin proof: %w", err)
	}
	kept, err := s.identity.Pools.Session.Exec(ctx, `update identity.sessions set challenge = $2 where id = $1 and factor = 'due'`, session.ID, waits)
	if err != nil {
		return nil, fmt.Errorf("begin proof: %w", err)
	}
	if kept.RowsAffected() == 0 {
		return nil, identity.ErrNoSession
	}
	encoded, err := json.Marshal(options)
	if err != nil {
		return nil, fmt.Errorf("begin proof: %w", err)
	}
	return encoded, nil
}

// ProveKey gives the second factor of a login: the answer of a security key (JSON of navigator.credentials.get) to the challenge of BeginProof. A
// challenge takes one answer, right or wrong. The session starts anew, with another token. Errors: *KeyRefusedError, those of
// identity.ProveFactor.
func (s *Service) ProveKey(ctx context.Context, session identity.Session, from identity.Source, answer []byte) (identity.Session, error) {
	if err := s.checkAddress(); err != nil {
		return identity.Session{}, err
	}
	var why refusal.Code
	proven, err := s.identity.ProveFactor(ctx, session, from, func(ctx context.Context) (refusal.Code, error) {
		var err error
		why, err = s.useKey(ctx, session, answer)
		return why, err
	})
	if errors.Is(err, identity.ErrFactor) {
		err = errors.Join(&KeyRefusedError{Reason: why.With()}, err)
	}
	return proven, err
}

// useKey returns why the answer of a key does not count, or "". One statement compares the key's counter with the last one and notes it, so of two
// nodes that get answers with the same counter only one takes it. It seals the key anew, so that earlier keys of seals may be destroyed.
func (s *Service) useKey(ctx context.Context, session identity.Session, answer []byte) (refusal.Code, error) {
	waits, err := s.takeChallenge(ctx, session.ID)
	if err != nil {
		return "", err
	}
	var challenge webauthn.SessionData
	if waits == nil || json.Unmarshal(waits, &challenge) != nil {
		return refusal.SecurityKeyChallenge, nil
	}
	owner, err := s.keyOwner(ctx, session)
	if err != nil {
		return "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return refusal.SecurityKeyWrong, nil
	}
	used, err := s.party.ValidateLogin(owner, challenge, parsed)
	if err != nil {
		return s.whyRefused(err, challenge, parsed), nil
	}
	if used.Authenticator.CloneWarning {
		return refusal.SecurityKeyCounter, nil
	}
	key, err := newSecurityKey(used)
	if err != nil {
		return "", err
	}
	for n, f := range owner.factors {
		if !bytes.Equal(owner.keys[n].ID, used.ID) {
			continue
		}
		noted, err := s.identity.Pools.ExecDurably(ctx, `
			update identity.factors set step = $2, used_at = $3, sealed = $4
			where id = $1 and confirmed_at is not null and (step < $2 or step = 0 and $2 = 0)`, // a key without a counter always says 0
			f.ID, int64(used.Authenticator.SignCount), s.identity.Now(), s.keys.Seal(sealPurpose, key, sealLabel(session.Account, f.ID)))
		if err != nil {
			return "", fmt.Errorf("use security key: %w", err)
		}
		if noted == 1 {
			return "", nil
		}
	}
	return refusal.SecurityKeyCounter, nil
}

// takeChallenge returns the challenge that a session waits to be answered and takes it away; nil: there is none.
func (s *Service) takeChallenge(ctx context.Context, session string) ([]byte, error) {
	taken := make(chan []byte, 1)
	err := s.identity.Pools.Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var challenge []byte
		err := tx.QueryRow(ctx, `
			with waits as (select id, challenge from identity.sessions where id = $1 and challenge is not null for update),
			taken as (update identity.sessions s set challenge = null from waits where s.id = waits.id)
			select challenge from waits`, session).Scan(&challenge)
		taken <- challenge
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take challenge: %w", err)
	}
	return <-taken, nil
}

// whyRefused returns the code for an answer that the library refused.
func (s *Service) whyRefused(err error, challenge webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData) refusal.Code {
	var unknown *protocol.ErrorUnknownCredential
	client := answer.Response.CollectedClientData
	switch {
	case errors.As(err, &unknown):
		return refusal.SecurityKeyUnknown
	case client.Challenge != challenge.Challenge:
		return refusal.SecurityKeyChallenge
	case !protocol.IsOriginInHaystack(client.Origin, s.party.Config.RPOrigins):
		return refusal.SecurityKeyOrigin
	}
	return refusal.SecurityKeyWrong
}
