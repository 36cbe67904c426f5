// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// LoginKind is the kind of a login record. The values are stored.
type LoginKind string

// The kinds of login records.
const (
	LoginSucceeded LoginKind = "login"
	LoginFailed    LoginKind = "failure"
	LoginLocked    LoginKind = "lock"   // too many failures
	LoginUnlocked  LoginKind = "unlock" // by an administrator, before the lock ended
)

// LoginRecord is one login, failure, lock or unlock.
type LoginRecord struct {
	Kind    LoginKind
	Account string // UUID; "": no account has the name that was typed. The name itself is not stored: people type passwords there
	Address string // of the client, as middleware.Stack.ClientAddress returns it; "": not known
	By      string // UUID of the administrator's account, for LoginUnlocked; otherwise ""

	Provider string       // name of the identity provider; "": user name, password and PIN
	Reason   refusal.Code // of a refusal; "": wrong secrets
}

const (
	loginPeriod     = time.Hour // failures and locks of one account from one address are added up for this time
	maxLoginRecords = 1000      // largest number of rows of one kind in a period with an address of their own
)

// RecordLogin stores a login record, which nobody can change; only auditors read it (accesslog.ListLogins). A log-in is a row of its own.
// Failures and locks of an account from an address are one row a period, with a count; a failure with a reason is a row of its own.
// When a period has maxLoginRecords rows, all further ones of an account, whatever their address, are one row, and those without an account are
// one. So the table cannot be grown by guessing.
func (i *Identity) RecordLogin(ctx context.Context, r LoginRecord) error {
	now := i.Now()
	period, own := now, now // period of all records of the kind, and of this one
	if r.Kind == LoginFailed || r.Kind == LoginLocked {
		period = now.Truncate(loginPeriod)
		if own = period; r.Reason != "" {
			own = now
		}
	}
	_, err := i.Pools.Session.Exec(ctx, `
		insert into access.logins as l (what, account, address, person, period, provider, reason)
		select $1, $2, case when fits then $3 else '' end, $4, case when fits then $7 else $5 end::timestamptz, case when fits then $8 else '' end, case when fits then $9 else '' end
		from (select count(*) < $6 from access.logins where period between $5 and $7 and what = $1) as l (fits)
		on conflict (period, what, account, address, person) do update set count = l.count + 1, last_at = greatest(l.last_at, clock_timestamp())`,
		r.Kind, r.Account, r.Address, r.By, period, maxLoginRecords, own, r.Provider, string(r.Reason))
	if err != nil {
		return fmt.Errorf("record login: %w", err)
	}
	return nil
}
