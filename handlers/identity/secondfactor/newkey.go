// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package secondfactor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// keyTime is the time for which the registration of a security key waits for the key's answer.
const keyTime = 10 * time.Minute

// KeySetup is what a browser needs to make a security key.
type KeySetup struct {
	ID      string // UUID of the factor
	Options []byte // JSON for navigator.credentials.create
}

// CanHaveKeys reports whether browsers make security keys for the public address of the service.
func (s *Service) CanHaveKeys() bool { return s.party != nil }

// BeginKey makes the challenge for a new security key, which counts once ConfirmKey got the key's answer to it. Errors: those of
// identity.CheckOwnSecrets, *identity.InvalidError.
func (s *Service) BeginKey(ctx context.Context, session identity.Session, from identity.Source, current accounts.Secrets, name string) (setup KeySetup, err error) {
	name = strings.TrimSpace(name)
	if err := s.checkAddress(); err != nil {
		return setup, err
	}
	if err := s.checkOwner(ctx, session, from, current); err != nil {
		return setup, err
	}
	if err := s.checkNew(ctx, session.Account, name); err != nil {
		return setup, err
	}
	owner, err := s.keyOwner(ctx, session)
	if err != nil {
		return setup, err
	}
	options, challenge, err := s.party.BeginRegistration(owner, webauthn.WithExclusions(webauthn.Credentials(owner.keys).CredentialDescriptors()))
	if err != nil {
		return setup, fmt.Errorf("begin security key: %w", err)
	}
	waits, err := json.Marshal(challenge)
	if err != nil {
		return setup, fmt.Errorf("begin security key: %w", err)
	}
	if setup.Options, err = json.Marshal(options); err != nil {
		return setup, fmt.Errorf("begin security key: %w", err)
	}
	setup.ID, err = s.insert(ctx, session.Account, account.SecurityKey, name, waits)
	return setup, err
}

// ConfirmKey makes a new security key count, if its answer (JSON of navigator.credentials.create) is right. A challenge takes one answer, right
// or wrong. Errors: *identity.InvalidError for a wrong answer, identity.ErrNotFound.
func (s *Service) ConfirmKey(ctx context.Context, session identity.Session, id string, answer []byte) (Added, error) {
	if session.Factor == identity.FactorDue {
		return Added{}, identity.ErrFactorDue
	}
	if err := s.checkAddress(); err != nil {
		return Added{}, err
	}
	waiting, err := s.read(ctx, session.Account, account.SecurityKey, false)
	if err != nil {
		return Added{}, err
	}
	for _, f := range waiting {
		if f.ID != id {
			continue
		}
		done, err := s.finishKey(ctx, session, f, answer)
		if err == nil && !done {
			_, err = s.identity.Pools.ExecDurably(ctx, `delete from identity.factors where id = $1 and confirmed_at is null`, id)
			if err == nil {
				err = &identity.InvalidError{Field: "security_key", Reason: refusal.SecurityKeyNew.With()}
			}
		}
		if err != nil {
			return Added{}, err
		}
		return s.confirm(ctx, session, account.Factor{ID: id, Kind: account.SecurityKey})
	}
	return Added{}, fmt.Errorf("second factor: %w", identity.ErrNotFound)
}

// finishKey stores a new key in place of the challenge that it answered, and reports whether the answer is right and the first.
func (s *Service) finishKey(ctx context.Context, session identity.Session, f stored, answer []byte) (bool, error) {
	var challenge webauthn.SessionData
	if f.UsedAt != nil || s.identity.Now().Sub(f.CreatedAt) > keyTime || json.Unmarshal(f.secret, &challenge) != nil {
		return false, nil
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return false, nil
	}
	owner, err := s.keyOwner(ctx, session)
	if err != nil {
		return false, err
	}
	made, err := s.party.CreateCredential(owner, challenge, parsed)
	if err != nil {
		return false, nil
	}
	for _, k := range owner.keys {
		if bytes.Equal(k.ID, made.ID) {
			return false, nil
		}
	}
	key, err := newSecurityKey(made)
	if err != nil {
		return false, err
	}
	stored, err := s.identity.Pools.ExecDurably(ctx, `
		update identity.factors set sealed = $2, step = $3, used_at = $4 where id = $1 and confirmed_at is null and used_at is null`,
		f.ID, s.keys.Seal(sealPurpose, key, sealLabel(session.Account, f.ID)), made.Authenticator.SignCount, s.identity.Now())
	if err != nil {
		return false, fmt.Errorf("store security key: %w", err)
	}
	return stored == 1, nil
}

// checkAddress refuses security keys where browsers make none.
func (s *Service) checkAddress() error {
	if s.party == nil {
		return &identity.InvalidError{Field: "security_key", Reason: refusal.SecurityKeyAddress.With()}
	}
	return nil
}

// keyOwner returns a session's account with its security keys.
func (s *Service) keyOwner(ctx context.Context, session identity.Session) (keyOwner, error) {
	factors, err := s.read(ctx, session.Account, account.SecurityKey, true)
	if err != nil {
		return keyOwner{}, err
	}
	return newKeyOwner(session.Account, session.Username, factors)
}
