// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package signedreader

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Signer signs readers. It is safe for concurrent use.
type Signer struct {
	pool  *pgxpool.Pool // of a role that may read the key
	known atomic.Pointer[reading]
}

// reading holds the key and the database's time as they were read once. The time goes on with the node's monotonic clock, so a node whose
// clock is set to another time signs the right one.
type reading struct {
	key      []byte
	at       time.Time // the database's
	received time.Time // the node's
}

// refreshInterval is the interval of reading key and time again.
const refreshInterval = 20 * time.Second

// NewSigner returns a signer that reads the key on a pool whose role may read it.
func NewSigner(ctx context.Context, pool *pgxpool.Pool) (*Signer, error) {
	s := &Signer{pool: pool}
	return s, s.refresh(ctx)
}

// Sign returns the value of Setting for a reader, and the time in it: the database's.
func (s *Signer) Sign(r Reader) (value string, at time.Time, err error) {
	k := s.known.Load()
	at = k.at.Add(time.Since(k.received))
	value, err = r.sign(k.key, at)
	return value, at, err
}

// tolerance is the largest distance of the time of a signature from the begin of its transaction. The database refuses more than a minute.
const tolerance = 30 * time.Second

// Check compares the time of a signature with the begin of its transaction, which the database tells. It returns false if they are too far from
// each other, and then signs from the database's time: the node was suspended, which stops its monotonic clock, or the database's clock was set.
func (s *Signer) Check(at, began time.Time) bool {
	if began.Sub(at).Abs() <= tolerance {
		return true
	}
	s.SetTime(began)
	return false
}

// SetTime sets the database's time.
func (s *Signer) SetTime(now time.Time) {
	s.known.Store(&reading{key: s.known.Load().key, at: now, received: time.Now()})
}

// refresh reads key and time.
func (s *Signer) refresh(ctx context.Context) error {
	k := reading{}
	if err := s.pool.QueryRow(ctx, `select key, clock_timestamp() from access.reader_key`).Scan(&k.key, &k.at); err != nil {
		return fmt.Errorf("read the key of signed readers: %w", err)
	}
	k.received = time.Now()
	s.known.Store(&k)
	return nil
}

// KeepFresh reads key and time at every interval until ctx ends: the database may have been replaced by another one.
func (s *Signer) KeepFresh(ctx context.Context) {
	tick := time.NewTicker(refreshInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.refresh(ctx); err != nil && errors.Is(err, context.Canceled) {
			return // otherwise the last reading stays in use
		}
	}
}
