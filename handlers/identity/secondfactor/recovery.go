// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package secondfactor

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

const (
	recoveryCodes    = 10
	recoveryCodeSize = 10 // characters of base32: 50 random bits
)

// NewRecoveryCodes replaces the recovery codes of a session's person, who knows password and PIN and has a second factor. Errors: those of
// identity.CheckOwnSecrets, identity.ErrNotFound without a second factor.
func (s *Service) NewRecoveryCodes(ctx context.Context, session identity.Session, from identity.Source, current accounts.Secrets) ([]string, error) {
	if err := s.checkOwner(ctx, session, from, current); err != nil {
		return nil, err
	}
	o, err := s.List(ctx, session.Account)
	if err == nil && len(o.Factors) == 0 {
		err = fmt.Errorf("second factor: %w", identity.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return s.replaceRecoveryCodes(ctx, session)
}

// replaceRecoveryCodes records that a person gets recovery codes, and returns new ones in place of those before.
func (s *Service) replaceRecoveryCodes(ctx context.Context, session identity.Session) ([]string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("id of recovery codes: %w", err)
	}
	if err := s.accounts.ChangeFactor(ctx, session, account.AddFactor, account.Factor{ID: id.String(), Kind: account.RecoveryCodes}); err != nil {
		return nil, err
	}
	shown, hashes := make([]string, recoveryCodes), make([]string, recoveryCodes)
	for n := range shown {
		bits := make([]byte, 7) // 56 bits, of which the code has 50
		if _, err := rand.Read(bits); err != nil {
			return nil, fmt.Errorf("make recovery code: %w", err)
		}
		code := strings.ToLower(base32.StdEncoding.EncodeToString(bits))[:recoveryCodeSize]
		shown[n], hashes[n] = code[:5]+"-"+code[5:], s.identity.KeyedHash(codePurpose, session.Account+"/"+code)
	}
	err = s.identity.Pools.Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `delete from identity.recovery_codes where account = $1`, session.Account); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into identity.recovery_codes (account, code) select $1, unnest($2::text[])`, session.Account, hashes)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store recovery codes: %w", err)
	}
	return shown, nil
}

// useRecoveryCode reports whether a recovery code of an account is right, and deletes it: it counts once.
func (s *Service) useRecoveryCode(ctx context.Context, owner, code string) (bool, error) {
	used, err := s.identity.Pools.ExecDurably(ctx, `delete from identity.recovery_codes where account = $1 and code = any ($2)`,
		owner, s.identity.KeyedHashes(codePurpose, owner+"/"+code))
	if err != nil {
		return false, fmt.Errorf("use recovery code: %w", err)
	}
	return used == 1, nil
}
