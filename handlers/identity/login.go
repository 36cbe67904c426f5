// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Login starts a session for user name, password and PIN (FAQ 2.1). address is the client's, for the login record; "" if it is not known.
// The record of a log-in or failure is stored before Login returns. Errors: ErrCredentials, *LockedError.
//
// Login treats an unknown user name like a known one: it hashes, counts failures and locks. It reads the lock while it holds a hash slot,
// so concurrent guesses exceed MaxFailures by less than the number of slots. It reads it before too, as the account, so that a log-in that
// waits for a locked table holds no slot.
func (i *Identity) Login(ctx context.Context, username, password, pin, address string) (Session, error) {
	s, err := i.verify(ctx, normalizeUsername(username), password, pin)
	if errors.Is(err, ErrCredentials) {
		return Session{}, errors.Join(err, i.RecordLogin(ctx, LoginRecord{Kind: LoginFailed, Account: s.Account, Address: address}))
	}
	if err != nil {
		return Session{}, err
	}
	if err := i.RecordLogin(ctx, LoginRecord{Kind: LoginSucceeded, Account: s.Account, Address: address}); err != nil {
		return Session{}, err
	}
	return i.startSession(ctx, s)
}

// verify returns the session to start. With ErrCredentials it returns the account of the user name, if there is one.
func (i *Identity) verify(ctx context.Context, username, password, pin string) (Session, error) {
	name := i.KeyedHash("login", username)
	s, passwordHash, pinHash, known, err := i.readAccount(ctx, name, username)
	if err != nil {
		return Session{}, err
	}
	done, err := i.acquireHashSlot(ctx)
	if err != nil {
		return Session{}, err
	}
	defer done()
	failed, err := i.checkLock(ctx, name)
	if err != nil {
		return Session{}, err
	}
	passwordRight, pinRight := verifyHash(passwordHash, password), verifyHash(pinHash, pin)
	if !known || !passwordRight || !pinRight {
		return Session{Account: s.Account}, errors.Join(ErrCredentials, i.recordFailure(ctx, name))
	}
	if failed {
		if _, err := i.Pools.Session.Exec(ctx, `delete from identity.failures where name = $1`, name); err != nil {
			return Session{}, fmt.Errorf("delete failed logins: %w", err)
		}
	}
	return s, nil
}

// readAccount returns the account of a user name with the hashes of its password and PIN, and those of nobody for an unknown one. It returns
// a *LockedError if the name is locked. name is the name's keyed hash.
func (i *Identity) readAccount(ctx context.Context, name, username string) (s Session, passwordHash, pinHash string, known bool, err error) {
	release, err := i.Pools.ShareLogin(ctx)
	if err != nil {
		return s, "", "", false, fmt.Errorf("log in: %w", err)
	}
	defer release()
	if _, err := i.checkLock(ctx, name); err != nil {
		return s, "", "", false, err
	}
	s = Session{Username: username}
	passwordHash, pinHash, known = i.dummyHash, i.dummyHash, usernamePattern.MatchString(username)
	if known {
		err := i.Pools.Session.QueryRow(ctx, `
			select id::text, given_name || ' ' || family_name, password, pin from identity.accounts
			where username = $1 and disabled_at is null`, username).Scan(&s.Account, &s.Name, &passwordHash, &pinHash)
		if errors.Is(err, pgx.ErrNoRows) {
			known = false
		} else if err != nil {
			return s, "", "", false, fmt.Errorf("find account: %w", err)
		}
	}
	return s, passwordHash, pinHash, known, nil
}

// checkLock returns a *LockedError if a user name is locked, and reports whether it has failed logins. name is the name's keyed hash.
func (i *Identity) checkLock(ctx context.Context, name string) (failed bool, err error) {
	var failures int
	var last time.Time
	err = i.Pools.Session.QueryRow(ctx, `select failures, last_at from identity.failures where name = $1`, name).Scan(&failures, &last)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read failed logins: %w", err)
	}
	until := last.Add(i.LockDuration)
	if remaining := until.Sub(i.Now()); failures >= i.MaxFailures && remaining > 0 {
		return true, &LockedError{Until: until, Remaining: remaining}
	}
	return true, nil
}

// recordFailure counts a failed login. A count whose last failure is older than LockDuration starts at 1 again. recordFailure deletes such
// counts of all other names.
func (i *Identity) recordFailure(ctx context.Context, name string) error {
	now := i.Now()
	_, err := i.Pools.Session.Exec(ctx, `
		with forgotten as (delete from identity.failures where last_at <= $3 and name <> $1)
		insert into identity.failures as f (name, failures, last_at) values ($1, 1, $2)
		on conflict (name) do update set failures = case when f.last_at <= $3 then 1 else f.failures + 1 end, last_at = $2`,
		name, now, now.Add(-i.LockDuration))
	if err != nil {
		return fmt.Errorf("count failed login: %w", err)
	}
	return nil
}
