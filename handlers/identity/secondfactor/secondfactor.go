// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package secondfactor adds, checks and removes the second factors of local accounts: codes of an application (TOTP),
// security keys (WebAuthn) and recovery codes. A PIN is none: whoever sees the password typed sees the PIN too.
package secondfactor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// sealPurpose names the key that seals secrets of factors, and codePurpose that of the hashes of recovery codes. Both are stored.
const (
	sealPurpose = "second-factor"
	codePurpose = "recovery-code"
)

const (
	maxFactors = 10 // of an account
	maxName    = 60 // characters
)

// Keys seals the secrets of factors. A keyring.Keyring is one.
type Keys interface {
	Seal(purpose string, value, aad []byte) []byte
	Open(purpose string, sealed, aad []byte) ([]byte, bool)
}

// Config holds the dependencies of a Service. Identity, Accounts and Keys are required.
type Config struct {
	Identity  *identity.Identity
	Accounts  *accounts.Service
	Keys      Keys
	PublicURL string // address at which browsers reach the service, to which security keys are bound; without https there are none
}

// Service manages second factors. It is safe for concurrent use.
type Service struct {
	identity *identity.Identity
	accounts *accounts.Service
	keys     Keys
	party    *webauthn.WebAuthn // nil: no security keys
}

// New checks the configuration.
func New(c Config) (*Service, error) {
	if c.Identity == nil || c.Accounts == nil || c.Keys == nil {
		return nil, errors.New("secondfactor: Identity, Accounts and Keys are required")
	}
	party, err := newRelyingParty(c.PublicURL, c.Identity.KeyVerification)
	if err != nil {
		return nil, err
	}
	return &Service{identity: c.Identity, accounts: c.Accounts, keys: c.Keys, party: party}, nil
}

// Factor is a second factor that counts.
type Factor struct {
	ID        string             `json:"id"` // UUID
	Kind      account.FactorKind `json:"kind" doc:"totp or security-key"`
	Name      string             `json:"name"`
	CreatedAt time.Time          `json:"created_at"`
	UsedAt    *time.Time         `json:"used_at,omitempty"`
}

// Overview lists the second factors of an account.
type Overview struct {
	Factors       []Factor `json:"factors"`
	RecoveryCodes int      `json:"recovery_codes" doc:"How many are left"`
}

// Has reports whether an account has a factor of a kind.
func (o Overview) Has(kind account.FactorKind) bool {
	for _, f := range o.Factors {
		if f.Kind == kind {
			return true
		}
	}
	return false
}

// List returns the second factors of an account, the oldest first.
func (s *Service) List(ctx context.Context, id string) (Overview, error) {
	return List(ctx, s.identity, id)
}

// List returns the second factors of an account, the oldest first.
func List(ctx context.Context, i *identity.Identity, id string) (o Overview, err error) {
	rows, err := i.Pools.Session.Query(ctx, `
		select id::text, kind, name, created_at, used_at from identity.factors where account = $1 and confirmed_at is not null order by confirmed_at, id`, id)
	if err != nil {
		return o, fmt.Errorf("list second factors: %w", err)
	}
	if o.Factors, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Factor]); err != nil {
		return o, fmt.Errorf("list second factors: %w", err)
	}
	err = i.Pools.Session.QueryRow(ctx, `select count(*) from identity.recovery_codes where account = $1`, id).Scan(&o.RecoveryCodes)
	if err != nil {
		return o, fmt.Errorf("count recovery codes: %w", err)
	}
	return o, nil
}

// Added is the result of a new factor: the session that goes on, with a new token, and the recovery codes that came with the first factor.
type Added struct {
	Session       identity.Session
	RecoveryCodes []string // shown once
}

// confirm makes a factor count. All sessions end, because they began without it, and the person's goes on with a new token.
func (s *Service) confirm(ctx context.Context, session identity.Session, f account.Factor) (added Added, err error) {
	if err := s.accounts.ChangeFactor(ctx, session, account.AddFactor, f); err != nil {
		return Added{}, err
	}
	o, err := s.List(ctx, session.Account)
	if err == nil && o.RecoveryCodes == 0 {
		added.RecoveryCodes, err = s.replaceRecoveryCodes(ctx, session)
	}
	if err != nil {
		return Added{}, err
	}
	session.Factor = identity.FactorGiven
	added.Session, err = s.identity.RestartSession(ctx, session)
	return added, err
}

// Remove removes a factor of a session's person, who knows password and PIN. Errors: those of identity.CheckOwnSecrets, identity.ErrNotFound.
func (s *Service) Remove(ctx context.Context, session identity.Session, from identity.Source, current accounts.Secrets, id string) error {
	if err := s.checkOwner(ctx, session, from, current); err != nil {
		return err
	}
	o, err := s.List(ctx, session.Account)
	if err != nil {
		return err
	}
	for _, f := range o.Factors {
		if f.ID == id {
			return s.accounts.ChangeFactor(ctx, session, account.RemoveFactor, account.Factor{ID: f.ID, Kind: f.Kind})
		}
	}
	return fmt.Errorf("second factor: %w", identity.ErrNotFound)
}

// checkOwner checks that a session's person knows password and PIN, so that nobody who finds a session open changes how its person logs in.
func (s *Service) checkOwner(ctx context.Context, session identity.Session, from identity.Source, current accounts.Secrets) error {
	if session.Factor == identity.FactorDue {
		return identity.ErrFactorDue
	}
	if current == (accounts.Secrets{}) { // nothing was typed: no guess
		return &identity.InvalidError{Field: "current", Reason: refusal.SecretsWrong.With()}
	}
	_, err := s.identity.CheckOwnSecrets(ctx, session.Account, from, current.Password, current.PIN)
	return err
}

// checkNew checks that an account may have one more factor, with this name. Error: *identity.InvalidError.
func (s *Service) checkNew(ctx context.Context, id, name string) error {
	if n := utf8.RuneCountInString(name); n == 0 || n > maxName || !person.IsValidText(name) {
		return &identity.InvalidError{Field: "factor_name", Reason: refusal.FactorName.With()}
	}
	o, err := s.List(ctx, id)
	if err == nil && len(o.Factors) >= maxFactors {
		err = &identity.InvalidError{Field: "factor_name", Reason: refusal.FactorLimit.With()}
	}
	return err
}

// stored is a factor with its secret.
type stored struct {
	Factor
	secret []byte
	step   int64
}

// read returns the factors of an account of a kind with their secrets: those that count, or those that wait for their confirmation. It leaves out
// those whose key was destroyed.
func (s *Service) read(ctx context.Context, id string, kind account.FactorKind, confirmed bool) (all []stored, err error) {
	rows, err := s.identity.Pools.Session.Query(ctx, `
		select id::text, kind, name, created_at, used_at, sealed, step from identity.factors
		where account = $1 and kind = $2 and (confirmed_at is not null) = $3 order by id`, id, kind, confirmed)
	if err != nil {
		return nil, fmt.Errorf("read second factors: %w", err)
	}
	var f stored
	var sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&f.ID, &f.Kind, &f.Name, &f.CreatedAt, &f.UsedAt, &sealed, &f.step}, func() error {
		var ok bool
		if f.secret, ok = s.keys.Open(sealPurpose, sealed, sealLabel(id, f.ID)); ok {
			all = append(all, f)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read second factors: %w", err)
	}
	return all, nil
}

// sealLabel binds a sealed secret to its row.
func sealLabel(account, factor string) []byte { return []byte(account + "/" + factor) }

// insert stores a factor that does not count yet, in place of those that never were confirmed, and returns its id.
func (s *Service) insert(ctx context.Context, owner string, kind account.FactorKind, name string, secret []byte) (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("id of second factor: %w", err)
	}
	_, err = s.identity.Pools.ExecDurably(ctx, `
		with before as (delete from identity.factors where account = $2 and confirmed_at is null)
		insert into identity.factors (id, account, kind, name, sealed, created_at) values ($1, $2, $3, $4, $5, $6)`,
		id.String(), owner, kind, name, s.keys.Seal(sealPurpose, secret, sealLabel(owner, id.String())), s.identity.Now())
	if err != nil {
		return "", fmt.Errorf("store second factor: %w", err)
	}
	return id.String(), nil
}

// Prove gives the second factor of a login: a code of an application, or a recovery code. The session starts anew, with another token. Errors:
// those of identity.ProveFactor.
func (s *Service) Prove(ctx context.Context, session identity.Session, from identity.Source, code string) (identity.Session, error) {
	code = strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code))
	return s.identity.ProveFactor(ctx, session, from, func(ctx context.Context) (refusal.Code, error) {
		use := s.useTOTP
		if len(code) == recoveryCodeSize {
			use = s.useRecoveryCode
		}
		right, err := use(ctx, session.Account, code)
		if err != nil || right {
			return "", err
		}
		return refusal.FactorCode, nil
	})
}
