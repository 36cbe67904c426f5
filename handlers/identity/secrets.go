// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// checkSecrets validates the length of a password (10 to 200 characters) and of a PIN (4 to 12 digits). Error: *InvalidError.
func checkSecrets(password, pin string) error {
	if n := utf8.RuneCountInString(password); n < 10 || n > 200 {
		return &InvalidError{Field: "password", Reason: refusal.PasswordLength.With()}
	}
	if len(pin) < 4 || len(pin) > 12 || strings.Trim(pin, "0123456789") != "" {
		return &InvalidError{Field: "pin", Reason: refusal.PINShape.With()}
	}
	return nil
}

// CheckSecrets validates a password and PIN that a person chose. Any characters are allowed and none are required; refused is what is guessed
// first: few different characters, sequences, and the user name (NIST SP 800-63B). Error: *InvalidError.
func CheckSecrets(username, password, pin string) error {
	if err := checkSecrets(password, pin); err != nil {
		return err
	}
	lower, name := strings.ToLower(password), normalizeUsername(username)
	distinct := map[rune]bool{}
	for _, r := range lower {
		distinct[r] = true
	}
	if len(distinct) < 5 || isSequence(lower) || utf8.RuneCountInString(name) >= 4 && strings.Contains(lower, name) || strings.HasPrefix(lower, "password") {
		return &InvalidError{Field: "password", Reason: refusal.PasswordCommon.With()}
	}
	if strings.Count(pin, pin[:1]) == len(pin) || isSequence(pin) {
		return &InvalidError{Field: "pin", Reason: refusal.PINCommon.With()}
	}
	return nil
}

// isSequence reports whether each character follows the one before by the same step of one, as in 12345 or edcba; 9 is followed by 0.
func isSequence(text string) bool {
	runes := []rune(text)
	for _, step := range []rune{1, -1} {
		follows := true
		for n := 1; n < len(runes) && follows; n++ {
			wrapped := step == 1 && runes[n-1] == '9' && runes[n] == '0' || step == -1 && runes[n-1] == '0' && runes[n] == '9'
			follows = runes[n]-runes[n-1] == step || wrapped
		}
		if follows {
			return true
		}
	}
	return false
}

// CheckNewSecrets checks that a person knows the password and PIN of their account, and that the new ones may replace them: both must
// differ from the old ones. Wrong old ones count as a failed login, so that nobody guesses the PIN with a session. Errors: *InvalidError, whose
// field is current for wrong old ones; *LockedError.
func (i *Identity) CheckNewSecrets(ctx context.Context, id string, from Source, password, pin, newPassword, newPIN string) error {
	username, err := i.CheckOwnSecrets(ctx, id, from, password, pin)
	if err != nil {
		return err
	}
	if err := CheckSecrets(username, newPassword, newPIN); err != nil {
		return err
	}
	if newPassword == password {
		return &InvalidError{Field: "password", Reason: refusal.PasswordSame.With()}
	}
	if newPIN == pin {
		return &InvalidError{Field: "pin", Reason: refusal.PINSame.With()}
	}
	return nil
}

// CheckOwnSecrets checks that a person with a session knows the password and PIN of their account, and returns its user name. Wrong ones count as
// a failed login. Errors: *InvalidError, whose field is current; *LockedError.
func (i *Identity) CheckOwnSecrets(ctx context.Context, id string, from Source, password, pin string) (username string, err error) {
	var passwordHash, pinHash string
	err = i.Pools.Session.QueryRow(ctx, `select username, password, pin from identity.accounts where id = $1 and disabled_at is null`, id).
		Scan(&username, &passwordHash, &pinHash)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("check secrets: %w", ErrNotFound)
	}
	if err != nil {
		return "", fmt.Errorf("check secrets: %w", err)
	}
	done, err := i.acquireHashSlot(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	t := i.loginThrottle(username, from)
	if err := i.checkThrottle(ctx, &t); err != nil {
		return "", err
	}
	passwordRight, pinRight := verifyHash(passwordHash, password), verifyHash(pinHash, pin)
	if !passwordRight || !pinRight {
		failures, err := i.countFailure(ctx, t)
		if t.locked = failures == i.MaxFailures; err == nil {
			err = i.recordFailedLogin(ctx, t, id, from.Address, "")
		}
		if err != nil {
			return "", err
		}
		return "", &InvalidError{Field: "current", Reason: refusal.SecretsWrong.With()}
	}
	return username, nil
}
