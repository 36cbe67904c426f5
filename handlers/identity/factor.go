// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// FactorState says what a session knows of the second factor of its account. The values are stored.
type FactorState string

// The states of the second factor of a session.
const (
	NoFactor      FactorState = ""        // the account had none at login, or an identity provider vouches for the person
	FactorDue     FactorState = "due"     // password and PIN were right; the factor must be given before anything else
	FactorMissing FactorState = "missing" // the account must have one and has none: it must be set up before anything else
	FactorGiven   FactorState = "given"
)

// factorTime is the time for which a login waits for its second factor.
const factorTime = 10 * time.Minute

// isStaff reports whether a placement is that of a person of the staff, not of a citizen or a program.
func isStaff(p Placement) bool { return p.Role != person.Citizen && p.Role != person.Integration }

// ProveFactor ends the session of a login that waits for its second factor, and starts one that is logged in, if check returns no refusal. The
// failure is counted before check is called and taken back after it: however many guesses come at once, at most MaxFailures are looked at. A
// refusal is on record with its code.
// Errors: ErrFactor, *LockedError, ErrNoSession.
func (i *Identity) ProveFactor(ctx context.Context, s Session, from Source, check func(context.Context) (refusal.Code, error)) (Session, error) {
	if s.Factor != FactorDue {
		return Session{}, ErrNoSession
	}
	t := i.loginThrottle(s.Username, from)
	if err := i.checkThrottle(ctx, &t); err != nil {
		return Session{}, err
	}
	failures, err := i.countFailure(ctx, t)
	if err != nil {
		return Session{}, err
	}
	if failures > i.MaxFailures {
		return Session{}, &LockedError{Until: i.Now().Add(i.LockDuration), Remaining: i.LockDuration}
	}
	refused, err := check(ctx)
	if err != nil {
		return Session{}, errors.Join(err, i.uncountFailure(ctx, t))
	}
	if refused != "" {
		t.locked = failures == i.MaxFailures
		return Session{}, errors.Join(ErrFactor, i.recordFailedLogin(ctx, t, s.Account, from.Address, refused))
	}
	if err := i.uncountFailure(ctx, t); err != nil {
		return Session{}, err
	}
	ended, err := i.Pools.Session.Exec(ctx, `delete from identity.sessions where token = $1 and factor = 'due'`, hashToken(s.Token))
	if err != nil {
		return Session{}, fmt.Errorf("prove second factor: %w", err)
	}
	if ended.RowsAffected() == 0 {
		return Session{}, ErrNoSession
	}
	t.failed = true
	s.Factor, s.Address = FactorGiven, from.Address
	return i.openSession(ctx, t, s, from)
}

// applyFactor writes an event about second factors. Sessions that began without the new factor end, and so do those of a person who lost theirs.
func applyFactor(ctx context.Context, tx pgx.Tx, c RecordedChange) error {
	var statements []string
	switch {
	case c.Operation == account.AddFactor && c.Factor.Kind == account.RecoveryCodes:
	case c.Operation == account.AddFactor:
		statements = []string{
			`update identity.factors set confirmed_at = @at where id::text = @factor and account = @account`,
			`delete from identity.sessions where account = @account`,
		}
	case c.Operation == account.RemoveFactor:
		statements = []string{
			`delete from identity.factors where id::text = @factor and account = @account`,
			`delete from identity.recovery_codes where account = @account
				and not exists (select from identity.factors where account = @account and confirmed_at is not null)`,
		}
	case c.Operation == account.ResetFactors:
		statements = []string{
			`delete from identity.factors where account = @account`,
			`delete from identity.recovery_codes where account = @account`,
			`delete from identity.sessions where account = @account`,
		}
	}
	for _, statement := range statements {
		_, err := tx.Exec(ctx, statement, pgx.NamedArgs{"account": c.Account, "factor": c.Factor.ID, "at": c.At})
		if err != nil {
			return err
		}
	}
	return nil
}
