// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package secondfactor

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// issuer is the name of the service in applications.
const issuer = "SOL Assistenza"

// period is the time for which an application shows a code; a code of the period before or after counts too, for clocks that differ.
const period = 30 * time.Second

// TOTPSetup is what an application needs to show codes. It is shown once.
type TOTPSetup struct {
	ID     string // UUID of the factor
	Secret string // base32, for those who type it
	URI    string // otpauth://…
	QRCode []byte // PNG of the URI
}

// qrSize is the width and height of the QR code in pixels.
const qrSize = 240

// BeginTOTP makes the secret of a new factor, which counts once ConfirmTOTP got a code of it. Errors: those of identity.CheckOwnSecrets,
// *identity.InvalidError.
func (s *Service) BeginTOTP(ctx context.Context, session identity.Session, from identity.Source, current accounts.Secrets, name string) (setup TOTPSetup, err error) {
	name = strings.TrimSpace(name)
	if err := s.checkOwner(ctx, session, from, current); err != nil {
		return setup, err
	}
	if err := s.checkNew(ctx, session.Account, name); err != nil {
		return setup, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: session.Username})
	if err != nil {
		return setup, fmt.Errorf("make TOTP secret: %w", err)
	}
	image, err := key.Image(qrSize, qrSize)
	if err != nil {
		return setup, fmt.Errorf("draw QR code: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image); err != nil {
		return setup, fmt.Errorf("draw QR code: %w", err)
	}
	setup = TOTPSetup{Secret: key.Secret(), URI: key.URL(), QRCode: b.Bytes()}
	setup.ID, err = s.insert(ctx, session.Account, account.TOTP, name, []byte(key.Secret()))
	return setup, err
}

// ConfirmTOTP makes a new factor count, if a code of it is right. Errors: *identity.InvalidError for a wrong code, identity.ErrNotFound.
func (s *Service) ConfirmTOTP(ctx context.Context, session identity.Session, id, code string) (Added, error) {
	if session.Factor == identity.FactorDue {
		return Added{}, identity.ErrFactorDue
	}
	waiting, err := s.read(ctx, session.Account, account.TOTP, false)
	if err != nil {
		return Added{}, err
	}
	for _, f := range waiting {
		if f.ID != id {
			continue
		}
		right, err := s.useCode(ctx, session.Account, f, strings.ReplaceAll(code, " ", ""))
		if err == nil && !right {
			err = &identity.InvalidError{Field: "code", Reason: refusal.FactorCode.With()}
		}
		if err != nil {
			return Added{}, err
		}
		return s.confirm(ctx, session, account.Factor{ID: id, Kind: account.TOTP})
	}
	return Added{}, fmt.Errorf("second factor: %w", identity.ErrNotFound)
}

// useTOTP reports whether a code is right for an application of an account. It counts once.
func (s *Service) useTOTP(ctx context.Context, owner, code string) (bool, error) {
	all, err := s.read(ctx, owner, account.TOTP, true)
	if err != nil {
		return false, err
	}
	for _, f := range all {
		if right, err := s.useCode(ctx, owner, f, code); right || err != nil {
			return right, err
		}
	}
	return false, nil
}

// useCode reports whether a code is right for a factor, and that it or a later one was never used. One statement checks and notes that, so of two
// nodes that get the same code at once only one takes it. It seals the secret anew, so that earlier keys may be destroyed.
func (s *Service) useCode(ctx context.Context, owner string, f stored, code string) (bool, error) {
	step, right, err := matchingStep(string(f.secret), code, s.identity.Now())
	if err != nil || !right || step <= f.step {
		return false, err
	}
	used, err := s.identity.Pools.ExecDurably(ctx, `update identity.factors set step = $2, used_at = $3, sealed = $4 where id = $1 and step < $2`,
		f.ID, step, s.identity.Now(), s.keys.Seal(sealPurpose, f.secret, sealLabel(owner, f.ID)))
	if err != nil {
		return false, fmt.Errorf("use code: %w", err)
	}
	return used == 1, nil
}

// matchingStep returns the number of the period whose code this is: the current one, or the one before or after.
func matchingStep(secret, code string, now time.Time) (step int64, right bool, err error) {
	const digits = otp.DigitsSix
	if len(code) != digits.Length() {
		return 0, false, nil
	}
	current := now.Unix() / int64(period/time.Second)
	for _, step := range []int64{current, current - 1, current + 1} {
		right, err := hotp.ValidateCustom(code, uint64(step), secret, hotp.ValidateOpts{Digits: digits, Algorithm: otp.AlgorithmSHA1})
		if right || err != nil {
			return step, right, err
		}
	}
	return 0, false, nil
}
