// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/epoch"
)

// EpochOf returns the epoch in which the event at a position was recorded.
func (s *Store) EpochOf(position int64) int { return s.epochs.Of(position) }

// CheckPosition returns nil if the log holds the position. It does not wait. Errors: ErrLostPosition for a position of an earlier epoch
// that a restore lost; ErrBeyondHead for any other that the log does not hold.
func (s *Store) CheckPosition(ctx context.Context, p Position) error {
	head, _, err := s.Head(ctx)
	switch {
	case err != nil:
		return err
	case p.Epoch == head.Epoch && p.N <= head.N:
		return nil
	case p.Epoch >= head.Epoch:
		return fmt.Errorf("position %s, head %s: %w", p, head, ErrBeyondHead)
	}
	all, err := epoch.Read(ctx, s.pools.Read)
	if err == nil && p.N > all.Kept(p.Epoch) {
		err = fmt.Errorf("position %s, the log is in epoch %d: %w", p, head.Epoch, ErrLostPosition)
	}
	return err
}

// AppendIn stores the events of an append without personal parts in tx, which has locked log.allocator as the owner of the database.
func (s *Store) AppendIn(ctx context.Context, tx pgx.Tx, a Append) (Result, error) {
	p, err := parseAppend(a)
	if err == nil {
		err = s.sealEvents(ctx, p)
	}
	if err != nil {
		return Result{}, err
	}
	p.setCommandID(s.keyring, a)
	rows, err := tx.Query(ctx, appendSQL, s.batchColumns([]*pendingAppend{p})...)
	if err != nil {
		return Result{}, err
	}
	answers, err := collectAnswers(rows, 1)
	if err != nil {
		return Result{}, err
	}
	return answers[0].Result, answers[0].err
}
