// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package identity is the door that people come in by: local accounts with user name, password and PIN (FAQ 2.1), the
// role and placement chosen after login, sessions, and the table of who may do what.
package identity

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Config is what identity needs. Pool and KeyedHash are required.
type Config struct {
	Pool *pgxpool.Pool
	// KeyedHash makes a hash that only this installation can make (eventstore's Store.KeyedHash).
	KeyedHash func(purpose, value string) string
	// Clock tells the time that sessions, locks and placements are measured by; nil: the wall clock.
	Clock func() time.Time

	IdleTimeout  time.Duration // a session ends when unused for so long; 0: 30 minutes
	Lifetime     time.Duration // and after so long in any case; 0: 12 hours
	MaxFailures  int           // failed logins that lock a user name; 0: 5
	LockDuration time.Duration // for how long; 0: 15 minutes

	// Hashing is the cost of a password hash; zero: DefaultHashing. Hashers is how many are made at a time, the
	// others wait, so that a storm of logins takes Hashers × Memory and no more; 0: one a processor.
	Hashing Hashing
	Hashers int
}

// Identity keeps accounts, placements and sessions. It is safe for concurrent use.
type Identity struct {
	Config
	hashSlots chan struct{}
	dummyHash string // hash that an unknown user name is compared with, so that it takes as long as a known one
}

// New checks the configuration and fills in its defaults.
func New(c Config) (*Identity, error) {
	if c.Pool == nil || c.KeyedHash == nil {
		return nil, errors.New("identity: Pool and KeyedHash are required")
	}
	if c.IdleTimeout < 0 || c.Lifetime < 0 || c.MaxFailures < 0 || c.LockDuration < 0 || c.Hashers < 0 {
		return nil, errors.New("identity: durations and counts cannot be negative")
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	c.IdleTimeout = cmp.Or(c.IdleTimeout, 30*time.Minute)
	c.Lifetime = cmp.Or(c.Lifetime, 12*time.Hour)
	c.MaxFailures = cmp.Or(c.MaxFailures, 5)
	c.LockDuration = cmp.Or(c.LockDuration, 15*time.Minute)
	c.Hashers = cmp.Or(c.Hashers, runtime.GOMAXPROCS(0))
	c.Hashing = cmp.Or(c.Hashing, DefaultHashing)
	i := &Identity{Config: c, hashSlots: make(chan struct{}, c.Hashers)}
	decoy, err := c.Hashing.hash("")
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	i.dummyHash = decoy
	return i, nil
}

// now is the clock in the precision of the database.
func (i *Identity) now() time.Time { return i.Clock().UTC().Truncate(time.Microsecond) }
