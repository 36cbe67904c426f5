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

	Idle     time.Duration // a session ends when unused for so long; 0: 30 minutes
	Lifetime time.Duration // and after so long in any case; 0: 12 hours
	Failures int           // failed logins that lock a user name; 0: 5
	Lock     time.Duration // for how long; 0: 15 minutes

	// Hashing is the cost of a password hash; zero: DefaultHashing. Hashers is how many are made at a time, the
	// others wait, so that a storm of logins takes Hashers × Memory and no more; 0: one a processor.
	Hashing Hashing
	Hashers int
}

// Identity keeps accounts, placements and sessions. It is safe for concurrent use.
type Identity struct {
	Config
	slots chan struct{}
	decoy string // hash that an unknown user name is compared with, so that it takes as long as a known one
}

// New checks the configuration and fills in its defaults.
func New(c Config) (*Identity, error) {
	if c.Pool == nil || c.KeyedHash == nil {
		return nil, errors.New("identity: Pool and KeyedHash are required")
	}
	if c.Idle < 0 || c.Lifetime < 0 || c.Failures < 0 || c.Lock < 0 || c.Hashers < 0 {
		return nil, errors.New("identity: durations and counts cannot be negative")
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	c.Idle = cmp.Or(c.Idle, 30*time.Minute)
	c.Lifetime = cmp.Or(c.Lifetime, 12*time.Hour)
	c.Failures = cmp.Or(c.Failures, 5)
	c.Lock = cmp.Or(c.Lock, 15*time.Minute)
	c.Hashers = cmp.Or(c.Hashers, runtime.GOMAXPROCS(0))
	c.Hashing = cmp.Or(c.Hashing, DefaultHashing)
	i := &Identity{Config: c, slots: make(chan struct{}, c.Hashers)}
	decoy, err := c.Hashing.hash("")
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	i.decoy = decoy
	return i, nil
}

// now is the clock in the precision of the database.
func (i *Identity) now() time.Time { return i.Clock().UTC().Truncate(time.Microsecond) }
