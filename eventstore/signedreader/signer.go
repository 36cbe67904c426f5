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

// reading is the key and the database's time as they were read once. The time goes on with the node's monotonic clock, so a node whose
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

// Sign returns the value of Setting for a reader.
func (s *Signer) Sign(r Reader) (string, error) {
	k := s.known.Load()
	return r.sign(k.key, k.at.Add(time.Since(k.received)))
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

// KeepFresh reads key and time at every interval until ctx ends: a node that slept has stopped its monotonic clock.
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
