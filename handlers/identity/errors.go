// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"errors"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// Errors of this package.
var (
	// ErrCredentials: user name, password or PIN are wrong. The error does not tell which, nor whether the user name exists.
	ErrCredentials = errors.New("user name, password or PIN are wrong")
	// ErrFactor: what was given is no second factor of the account, or a code that was used already.
	ErrFactor = errors.New("the second factor is wrong")
	// ErrFactorDue: the session must give a second factor first, or set one up.
	ErrFactorDue = errors.New("a second factor is needed first")
	// ErrNoSession: the token is unknown or its session has ended.
	ErrNoSession = errors.New("there is no such session, or it has ended")
	// ErrNotPlaced: the account has no current placement with that role at that entity.
	ErrNotPlaced = errors.New("this role at this entity is not yours now")
	// ErrNotFound: no such account or placement.
	ErrNotFound = errors.New("there is no such account or placement")
	// ErrTaken: the user name, the tax code or the placement exists already.
	ErrTaken = errors.New("exists already")
)

// LockedError refuses logins for a time after too many failed ones: of a user name from one source, of a user name from many unknown sources,
// or of all user names from one address. It does not tell which, nor whether an account has the name.
type LockedError struct {
	Until     time.Time
	Remaining time.Duration // until then, when the error was made
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("too many failed logins: wait until %s", e.Until.Format(time.RFC3339))
}

// InvalidError refuses the value of one field of an account or placement.
type InvalidError struct {
	Field   string
	Reason  refusal.Reason
	Allowed string // what would be accepted, in English, where the reason does not say it
}

func (e *InvalidError) Error() string {
	text := e.Field + ": " + e.Reason.String()
	if e.Allowed != "" {
		text += "; allowed: " + e.Allowed
	}
	return text
}
