// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// Login starts a session for user name, password and PIN (FAQ 2.1) from an address without a known device. See LoginFrom.
func (i *Identity) Login(ctx context.Context, username, password, pin, address string) (Session, error) {
	return i.LoginFrom(ctx, username, password, pin, Source{Address: address})
}

// LoginFrom starts a session for user name, password and PIN (FAQ 2.1). If the account has a second factor, the session can do nothing but give
// it (ProveFactor), and the login is recorded then. The record of a log-in or failure is stored before LoginFrom returns.
// Errors: ErrCredentials, *LockedError, *RefusedLoginError for a citizen, who has another way to log in.
//
// LoginFrom treats an unknown user name like a known one: it hashes, counts failures and locks, with the same statements. It reads the limits
// while it holds a hash slot, so concurrent guesses exceed MaxFailures by less than the number of slots. It reads them before too, as the
// account, so that a log-in that waits for a locked table holds no slot.
func (i *Identity) LoginFrom(ctx context.Context, username, password, pin string, from Source) (Session, error) {
	username = normalizeUsername(username)
	t := i.loginThrottle(username, from)
	s, err := i.verify(ctx, &t, username, password, pin)
	if errors.Is(err, ErrCredentials) {
		return Session{}, errors.Join(err, i.recordFailedLogin(ctx, t, s.Account, from.Address, ""))
	}
	if err != nil {
		return Session{}, err
	}
	if s.refused.Code != "" { // the secrets are right, so the person may know why
		return Session{}, i.RefuseLogin(ctx, "", s.Account, from.Address, s.refused)
	}
	s.Address = from.Address
	if s.Factor == FactorDue { // the person has not logged in yet: failures stay counted, and the source is not known
		return i.startSession(ctx, s)
	}
	return i.openSession(ctx, t, s, from)
}

// openSession records a login, makes its source known and starts the session.
func (i *Identity) openSession(ctx context.Context, t throttle, s Session, from Source) (Session, error) {
	if err := i.RecordLogin(ctx, LoginRecord{Kind: LoginSucceeded, Account: s.Account, Address: from.Address}); err != nil {
		return Session{}, err
	}
	device, err := i.recordSuccess(ctx, t, from)
	if err != nil {
		return Session{}, err
	}
	if s, err = i.startSession(ctx, s); err != nil {
		return Session{}, err
	}
	s.Device = device
	return s, nil
}

// recordFailedLogin records a failed login, and the lock that it caused. account is "" if no account has the user name.
func (i *Identity) recordFailedLogin(ctx context.Context, t throttle, account, address string, reason refusal.Code) error {
	if err := i.RecordLogin(ctx, LoginRecord{Kind: LoginFailed, Account: account, Address: address, Reason: reason}); err != nil || !t.locked {
		return err
	}
	return i.RecordLogin(ctx, LoginRecord{Kind: LoginLocked, Account: account, Address: address})
}

// verify returns the session to start, or counts a failure. With ErrCredentials it returns the account of the user name, if there is one.
func (i *Identity) verify(ctx context.Context, t *throttle, username, password, pin string) (Session, error) {
	s, passwordHash, pinHash, known, err := i.readAccount(ctx, t, username)
	if err != nil {
		return Session{}, err
	}
	done, err := i.acquireHashSlot(ctx)
	if err != nil {
		return Session{}, err
	}
	defer done()
	if err := i.checkThrottle(ctx, t); err != nil {
		return Session{}, err
	}
	passwordRight, pinRight := verifyHash(passwordHash, password), verifyHash(pinHash, pin)
	if !known || !passwordRight || !pinRight {
		failures, err := i.countFailure(ctx, *t)
		t.locked = failures == i.MaxFailures
		return Session{Account: s.Account}, errors.Join(ErrCredentials, err)
	}
	return s, nil
}

// readAccount returns the account of a user name with the hashes of its password and PIN, and those of nobody for an unknown one. It returns
// a *LockedError if the login must wait.
func (i *Identity) readAccount(ctx context.Context, t *throttle, username string) (s Session, passwordHash, pinHash string, known bool, err error) {
	release, err := i.Pools.ShareLogin(ctx)
	if err != nil {
		return s, "", "", false, fmt.Errorf("log in: %w", err)
	}
	defer release()
	if err := i.checkThrottle(ctx, t); err != nil {
		return s, "", "", false, err
	}
	s = Session{Username: username}
	passwordHash, pinHash, known = i.dummyHash, i.dummyHash, usernamePattern.MatchString(username)
	if known {
		err := i.Pools.Session.QueryRow(ctx, `
			select id::text, given_name || ' ' || family_name, password, pin, must_change,
				case when exists (select from identity.factors f where f.account = a.id and f.confirmed_at is not null) then 'due' else '' end,
				case when not $2 and exists (select from identity.placements p where p.account = a.id and p.role = 'cittadino'
					and p.valid_from <= $3 and (p.valid_to is null or p.valid_to > $3)) then $4 else '' end
			from identity.accounts a where username = $1 and disabled_at is null`,
			username, i.CitizenPasswords, i.Now(), refusal.CitizenPassword).Scan(&s.Account, &s.Name, &passwordHash, &pinHash, &s.MustChange, &s.Factor, &s.refused.Code)
		if errors.Is(err, pgx.ErrNoRows) {
			known = false
		} else if err != nil {
			return s, "", "", false, fmt.Errorf("find account: %w", err)
		} else if passwordHash == noSecret || passwordHash == externalSecret { // an account without secrets takes as long as any other
			passwordHash, pinHash, known = i.dummyHash, i.dummyHash, false
		}
	}
	return s, passwordHash, pinHash, known, nil
}
