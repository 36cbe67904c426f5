// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/keyring"
)

// setCommandID sets the id under which the result of the append is stored. A command without an idempotency key gets a
// random id: after a lost connection the committer uses it to find out whether the append was stored.
func (p *pendingAppend) setCommandID(k *keyring.Keyring, a Append) {
	if a.Command.Key == "" {
		p.command = uuid.New()
		return
	}
	p.command = k.CommandID(a.Command.Actor, a.Command.Key)
	p.requestHash = k.RequestHash(a.RequestBody)
}

// FindCommand returns the first result of a command, and false when the command was not carried out. What it says is durable, like all that
// was read before the call. Error: ErrKeyReused, when the command id was used for another request; or those of Barrier.
func (s *Store) FindCommand(ctx context.Context, id CommandID, body []byte) (Result, bool, error) {
	// An earlier attempt, on any node, holds the allocator while it waits for its commit. It is found after the barrier, and not before.
	if err := s.Barrier(ctx); err != nil || id.Key == "" {
		return Result{}, false, err
	}
	r, found, err := s.lookUpCommand(ctx, id, body)
	if found || errors.Is(err, ErrKeyReused) { // the row may be committed on this server only
		if err := s.Barrier(ctx); err != nil {
			return Result{}, false, err
		}
	}
	return r, found, err
}

// lookUpCommand does the work of FindCommand without the barriers.
func (s *Store) lookUpCommand(ctx context.Context, id CommandID, body []byte) (Result, bool, error) {
	r := Result{Repeated: true}
	var stream uuid.UUID
	var request []byte
	err := s.pools.Read.QueryRow(ctx, `
		select c.stream, c.version, c.position, c.at, c.request, l.epoch
		from log.commands c cross join log.logs l where c.id = $1`, s.keyring.CommandID(id.Actor, id.Key)).
		Scan(&stream, &r.Version, &r.Position.N, &r.At, &request, &r.Position.Epoch)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Result{}, false, nil
	case err != nil:
		return Result{}, false, fmt.Errorf("look up command: %w", err)
	}
	r.Stream, r.At = stream.String(), r.At.UTC()
	if hash := s.keyring.RequestHash(body); hash != nil && request != nil && !bytes.Equal(hash, request) {
		return Result{}, false, ErrKeyReused
	}
	return r, true, nil
}

// ForgetCommands forgets the results of clients' commands, 90 to 180 days after they were stored, and returns their number. It does
// nothing until all results in the older one of two tables can be forgotten. The commands of sagas are permanent.
func (s *Store) ForgetCommands(ctx context.Context) (n int64, err error) {
	if err := s.pools.Consumer.QueryRow(ctx, `select log.forget_commands()`).Scan(&n); err != nil {
		return 0, fmt.Errorf("forget commands: %w", err)
	}
	return n, nil
}
