// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

//go:embed append.sql
var appendSQL string

// How the statement tells what became of an append.
const (
	outcomeWon = iota
	outcomeRepeated
	outcomeConflict
)

// write makes one transaction of the batch. Both statements travel together and the commit with them: the
// allocator row is locked for one round trip.
func (s *Store) write(ctx context.Context, batch []*pending) ([]answer, error) {
	var both pgx.Batch
	both.Queue(`select from log.logs for update`)
	both.Queue(appendSQL, s.columns(batch)...)
	results := s.appends.SendBatch(ctx, &both)
	answers, err := readAnswers(results, len(batch))
	if closeErr := results.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("commit: %w", closeErr)
	}
	if err != nil {
		return nil, err
	}
	return answers, nil
}

func readAnswers(results pgx.BatchResults, n int) ([]answer, error) {
	if _, err := results.Exec(); err != nil {
		return nil, fmt.Errorf("lock the allocator: %w", err)
	}
	rows, err := results.Query()
	if err != nil {
		return nil, fmt.Errorf("append: %w", err)
	}
	defer rows.Close()
	answers := make([]answer, 0, n)
	for rows.Next() {
		var ord, outcome int
		var same bool
		var stream uuid.UUID
		var r Result
		if err := rows.Scan(&ord, &outcome, &r.Position.Epoch, &stream, &r.Version, &r.Position.N, &r.At, &same); err != nil {
			return nil, fmt.Errorf("append: %w", err)
		}
		r.Stream, r.At, r.Repeated = stream.String(), r.At.UTC(), outcome == outcomeRepeated
		switch {
		case outcome == outcomeConflict:
			answers = append(answers, answer{err: ErrConflict})
		case outcome == outcomeRepeated && !same:
			answers = append(answers, answer{err: ErrKeyReused})
		default:
			answers = append(answers, answer{Result: r})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("append: %w", err)
	}
	if len(answers) != n {
		return nil, fmt.Errorf("append: %d answers for %d appends", len(answers), n)
	}
	return answers, nil
}

// columns lays the batch out as the flat arrays that append.sql takes, in its order.
func (s *Store) columns(batch []*pending) []any {
	var a struct {
		command, stream []pgtype.UUID
		request         [][]byte
		permanent       []bool
		kind, subject   []string
		expected        []int32
		events          []int32
		erase           []bool
		ord             []int32
	}
	var e struct {
		ord, n                    []int32
		kind, actor, role, entity []string
		act, key                  []pgtype.UUID
		cause                     []int64
		data, sealed              [][]byte
		blobs                     []*string
		content                   [][]byte
	}
	var k struct {
		ord     []int32
		id      []pgtype.UUID
		wrapped [][]byte
	}
	for i, p := range batch {
		ord := int32(i)
		a.command, a.stream = append(a.command, asUUID(p.command)), append(a.stream, asUUID(p.stream))
		a.request, a.permanent = append(a.request, p.request), append(a.permanent, p.permanent)
		a.kind, a.subject = append(a.kind, p.kind), append(a.subject, p.subject)
		a.expected, a.events = append(a.expected, int32(p.expected)), append(a.events, int32(len(p.events)))
		a.erase, a.ord = append(a.erase, p.erase), append(a.ord, ord)
		for j := range p.events {
			v := &p.events[j]
			e.ord, e.n = append(e.ord, ord), append(e.n, int32(j+1))
			e.kind, e.actor = append(e.kind, v.Type), append(e.actor, p.by.ID)
			e.role, e.entity = append(e.role, p.by.Role), append(e.entity, p.by.Entity)
			e.act, e.cause = append(e.act, asUUID(p.act)), append(e.cause, p.cause)
			e.data, e.sealed = append(e.data, v.Data), append(e.sealed, v.sealed)
			e.key, e.blobs = append(e.key, pgtype.UUID{Bytes: v.key.UUID, Valid: v.key.Valid}), append(e.blobs, arrayLiteral(v.blobs))
			e.content = append(e.content, v.content[:])
		}
		for _, key := range p.keys {
			k.ord, k.id, k.wrapped = append(k.ord, ord), append(k.id, asUUID(key.id)), append(k.wrapped, key.wrapped)
		}
	}
	return []any{
		s.stamp(),
		a.command, a.request, a.permanent, a.stream, a.kind, a.subject, a.expected, a.events, a.erase, a.ord,
		e.ord, e.n, e.kind, e.actor, e.role, e.entity, e.act, e.cause, e.data, e.sealed, e.key, e.blobs, e.content,
		k.ord, k.id, k.wrapped,
	}
}

// stamp is the configured clock's time, or nil for the database's.
func (s *Store) stamp() *time.Time {
	if s.cfg.Clock == nil {
		return nil
	}
	now := s.Now()
	return &now
}

// arrayLiteral writes a Postgres array as text: arrays of arrays cannot be unnested a level at a time.
func arrayLiteral(ids []uuid.UUID) *string {
	if len(ids) == 0 {
		return nil
	}
	literal := "{" + strings.Join(texts(ids), ",") + "}"
	return &literal
}

// asUUID spares the id the way through its text, which uuid.UUID's own codec takes.
func asUUID(id uuid.UUID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }
