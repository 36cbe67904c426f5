// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package identity stores local accounts with user name, password and PIN (FAQ 2.1), their placements and their sessions. Passwords, PINs, tax
// codes and session tokens are stored as hashes only.
package identity

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/handlers/identity/bindings"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/identity/personallink"
)

// Config holds the dependencies and settings of Identity. Pools, KeyedHashes and Clock are required.
type Config struct {
	Pools *pgpool.Pools
	// KeyedHashes returns the hashes of a value with the keys of this installation, the newest first (eventstore.Store.KeyedHashes).
	KeyedHashes func(purpose, value string) []string
	Persons     *persons.Directory // gives verified citizens their person id; nil: no accounts with tax codes
	// Clock returns the time for sessions, locks and placements. Nodes share these, so it is the clock of the log (eventstore.Store.Now) and
	// never that of a node.
	Clock func() time.Time
	// Topics wakes the streams of an account when its rights are revoked; nil: streams find it out when they check.
	Topics Topics

	Providers []idp.Provider // the identity providers of the configuration
	// CitizenPasswords allows local accounts of citizens: in the demo alone, because a public body may not give citizens passwords
	// (decree-law 76/2020, article 24). Without it none is created and none logs in with a password.
	CitizenPasswords bool
	// RequireFactor: people of the staff without a second factor must set one up when they log in.
	RequireFactor bool
	// KeyVerification says whether security keys verify their person, by PIN or fingerprint: required, preferred or discouraged; "": preferred.
	KeyVerification string

	IdleTimeout  time.Duration // time without use after which a session ends; 0: 30 minutes
	Lifetime     time.Duration // time after login at which a session ends, used or not; 0: 12 hours
	MaxFailures  int           // number of failed logins that lock a user name; 0: 5
	LockDuration time.Duration // duration of the lock after the last failed login; 0: 15 minutes

	// Hashing is the cost of a password hash; zero: DefaultHashing. Hashers is the number of logins that are hashed at a time; others wait,
	// so that many logins at once use at most Hashers × Memory; 0: one for each processor.
	Hashing Hashing
	Hashers int
}

// Identity stores and reads accounts, placements and sessions. It is safe for concurrent use.
type Identity struct {
	Config
	*personallink.Links
	Bindings  *bindings.Store
	hashSlots chan struct{}
	dummyHash string // compared with the secrets of an unknown user name, so that its login takes as long as that of a known one
}

// New checks the configuration and fills in its defaults.
func New(c Config) (*Identity, error) {
	if c.Pools == nil || c.KeyedHashes == nil || c.Clock == nil {
		return nil, errors.New("identity: Pools, KeyedHashes and Clock are required")
	}
	if c.IdleTimeout < 0 || c.Lifetime < 0 || c.MaxFailures < 0 || c.LockDuration < 0 || c.Hashers < 0 {
		return nil, errors.New("identity: durations and counts cannot be negative")
	}
	c.IdleTimeout = cmp.Or(c.IdleTimeout, 30*time.Minute)
	c.Lifetime = cmp.Or(c.Lifetime, 12*time.Hour)
	c.MaxFailures = cmp.Or(c.MaxFailures, 5)
	c.LockDuration = cmp.Or(c.LockDuration, 15*time.Minute)
	c.Hashers = cmp.Or(c.Hashers, runtime.GOMAXPROCS(0))
	c.Hashing = cmp.Or(c.Hashing, DefaultHashing)
	i := &Identity{Config: c, Links: personallink.New(c.Pools, c.KeyedHashes, c.Clock), hashSlots: make(chan struct{}, c.Hashers)}
	i.Bindings = &bindings.Store{Pools: c.Pools, KeyedHashes: c.KeyedHashes}
	dummyHash, err := c.Hashing.hash("")
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	i.dummyHash = dummyHash
	return i, nil
}

// KeyedHash returns the hash of a value with the newest key of a purpose.
func (i *Identity) KeyedHash(purpose, value string) string { return i.KeyedHashes(purpose, value)[0] }

// Now returns the time with which sessions, locks and placements are compared: UTC, whole microseconds.
func (i *Identity) Now() time.Time { return i.Clock().UTC().Truncate(time.Microsecond) }
