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

// Locks holds how many sources an account cannot log in from now, after failures, and until when; zero if it can from everywhere.
type Locks struct {
	Sources int
	Until   time.Time
}

// AccountLocks returns the locks of an account. Error: ErrNotFound.
func (i *Identity) AccountLocks(ctx context.Context, account string) (Locks, error) {
	name, err := i.loginName(ctx, account)
	if err != nil {
		return Locks{}, err
	}
	var l Locks
	var last *time.Time
	err = i.Pools.Session.QueryRow(ctx, `
		select count(*), max(last_at) from identity.login_failures
		where name = $1 and last_at > $2 and (source <> '' and failures >= $3 or source = '' and failures >= $4 and begun_at > $2)`,
		name, i.Now().Add(-i.LockDuration), i.MaxFailures, i.MaxFailures*slowdownFactor).Scan(&l.Sources, &last)
	if err != nil {
		return Locks{}, fmt.Errorf("read locks: %w", err)
	}
	if last != nil {
		l.Until = last.Add(i.LockDuration)
	}
	return l, nil
}

// Unlock forgets the failed logins of an account, so that it can log in again from everywhere, and records who did it. by is the account of
// the administrator, or the name of the command line. Error: ErrNotFound.
func (i *Identity) Unlock(ctx context.Context, account, by string) error {
	name, err := i.loginName(ctx, account)
	if err != nil {
		return err
	}
	if err := i.RecordLogin(ctx, LoginRecord{Kind: LoginUnlocked, Account: account, By: by}); err != nil {
		return err
	}
	if _, err := i.Pools.Session.Exec(ctx, `delete from identity.login_failures where name = $1`, name); err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}

// UnlockAddress forgets the failed logins from an address, of all user names, and records who did it. address is as in Source.
func (i *Identity) UnlockAddress(ctx context.Context, address, by string) error {
	if err := i.RecordLogin(ctx, LoginRecord{Kind: LoginUnlocked, Address: address, By: by}); err != nil {
		return err
	}
	source := i.loginThrottle("", Source{Address: address}).address
	if _, err := i.Pools.Session.Exec(ctx, `delete from identity.login_failures where source = $1`, source); err != nil {
		return fmt.Errorf("unlock address: %w", err)
	}
	return nil
}

// loginName returns the keyed hash under which the failed logins of an account are counted. Error: ErrNotFound.
func (i *Identity) loginName(ctx context.Context, account string) (string, error) {
	var username string
	err := i.Pools.Session.QueryRow(ctx, `select username from identity.accounts where id::text = $1`, account).Scan(&username)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("find account: %w", err)
	}
	return i.KeyedHash("login", username), nil
}
