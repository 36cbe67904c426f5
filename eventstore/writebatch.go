// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

//go:embed append.sql
var appendSQL string

//go:embed tick.sql
var tickSQL string

// lockAllocator is the first statement of each transaction that assigns a position or a time. It returns the standbys that the commit waits for.
const lockAllocator = `select current_setting($1) from log.allocator for update`

// Values of the column outcome in the result of append.sql.
const (
	statusStored = iota
	statusRepeated
	statusConflict
	statusTooLate
)

// errDoubtful means that the server gave a warning during the transaction: it may have stopped waiting for the standby, and reports such a
// commit as successful. The batch is sent again on another connection, and finds its command ids.
var errDoubtful = errors.New("the server gave a warning: the standby may not have the commit")

// errWithoutStandby means that the server waited for no standby, as after a promotion. The batch is sent again, until the server has one.
var errWithoutStandby = errors.New("the server waits for no standby: synchronous_standby_names is empty")

// writeBatch writes the batch in one transaction, with a tick if one is needed, and returns the answers in its order. All
// statements and the commit are sent together, so that the allocator row is locked for one round trip. An answer is durable, on the
// standby too: also the transaction of a repetition or a conflict has locked the allocator, so that its commit waits for the standby.
func (s *Store) writeBatch(ctx context.Context, batch []*pendingAppend, tick bool) (answers []answer, err error) {
	var statements pgx.Batch
	statements.Queue(lockAllocator, "synchronous_standby_names")
	if len(batch) > 0 {
		statements.Queue(appendSQL, s.batchColumns(batch)...)
	}
	if tick {
		statements.Queue(tickSQL, s.configuredTime(), s.latestTime())
	}
	conn, err := s.pools.Append.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("append: %w", err)
	}
	defer conn.Release()
	var ticked time.Time
	results := conn.SendBatch(ctx, &statements)
	var standbys string
	if err = results.QueryRow().Scan(&standbys); err != nil {
		err = fmt.Errorf("lock the allocator: %w", err)
	}
	if err == nil && len(batch) > 0 {
		answers, err = readAnswers(results, len(batch))
	}
	if err == nil && tick {
		if err = results.QueryRow().Scan(&ticked); err != nil {
			err = fmt.Errorf("tick: %w", err)
		}
	}
	if closeErr := results.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("commit: %w", closeErr)
	}
	if err == nil && pgpool.IsDoubtful(conn.Conn()) {
		err = errDoubtful
	}
	if err == nil && !s.cfg.Durability.IsKept(standbys) {
		err = errWithoutStandby
	}
	if err != nil {
		return nil, err
	}
	if tick {
		s.logTime.advance(ticked)
	}
	return answers, nil
}

// readAnswers reads the result of append.sql and returns one answer for each of the n appends.
func readAnswers(results pgx.BatchResults, n int) ([]answer, error) {
	rows, err := results.Query()
	if err != nil {
		return nil, fmt.Errorf("append: %w", err)
	}
	return collectAnswers(rows, n)
}

// collectAnswers reads the result of append.sql: one answer for each of the n appends.
func collectAnswers(rows pgx.Rows, n int) ([]answer, error) {
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
		r.Stream, r.At, r.Repeated = stream.String(), r.At.UTC(), outcome == statusRepeated
		switch {
		case outcome == statusConflict:
			answers = append(answers, answer{err: ErrConflict})
		case outcome == statusTooLate:
			answers = append(answers, answer{err: ErrTooLate})
		case outcome == statusRepeated && !same:
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

// batchColumns returns the batch as the arguments of append.sql: flat arrays, in the order of its parameters. With FlatArray
// and UUID pgx uses neither reflection nor text encoding, which saves a quarter of a node's work.
func (s *Store) batchColumns(batch []*pendingAppend) []any {
	events, keys := 0, 0
	for _, p := range batch {
		events, keys = events+len(p.events), keys+len(p.keys)
	}
	n := len(batch)
	command, stream := make(uuidArray, n), make(uuidArray, n)
	request, permanent, erase := make(byteaArray, n), make([]bool, n), make([]bool, n)
	kind, subject := make([]string, n), make([]string, n)
	expected, count, ord := make([]int32, n), make([]int32, n), make([]int32, n)

	eventOrd, eventN := make([]int32, 0, events), make([]int32, 0, events)
	name, actor := make([]string, 0, events), make([]string, 0, events)
	role, entity := make([]string, 0, events), make([]string, 0, events)
	act, key, cause := make(uuidArray, 0, events), make(uuidArray, 0, events), make([]int64, 0, events)
	data, sealed := make(byteaArray, 0, events), make(byteaArray, 0, events)
	blobs, content := make([]*string, 0, events), make(byteaArray, 0, events)

	var notAfter []*time.Time // nil if no append has a limit
	readers := make([]*string, n)
	eventReaders, onlyFor := make([]*string, 0, events), make([]*string, 0, events)
	keyOrd, keyID, wrapped := make([]int32, 0, keys), make(uuidArray, 0, keys), make(byteaArray, 0, keys)

	for i, p := range batch {
		command[i], stream[i], request[i], permanent[i] = asUUID(p.command), asUUID(p.stream), p.requestHash, p.permanent
		kind[i], subject[i], erase[i] = p.kind, p.subject, p.erase
		expected[i], count[i], ord[i], readers[i] = int32(p.expectedVersion), int32(len(p.events)), int32(i), arrayLiteral(p.readers)
		if !p.notAfter.IsZero() {
			if notAfter == nil {
				notAfter = make([]*time.Time, n)
			}
			notAfter[i] = &p.notAfter
		}
		for j := range p.events {
			e := &p.events[j]
			eventOrd, eventN, name = append(eventOrd, int32(i)), append(eventN, int32(j+1)), append(name, e.Type)
			actor, role, entity = append(actor, p.by.ID), append(role, p.by.Role), append(entity, p.by.Entity)
			act, cause, data = append(act, asUUID(p.act)), append(cause, p.cause), append(data, e.Data)
			sealed, key = append(sealed, e.sealed), append(key, pgtype.UUID{Bytes: e.keyID.UUID, Valid: e.keyID.Valid})
			blobs, content = append(blobs, arrayLiteral(formatIDs(e.blobIDs))), append(content, e.contentHash[:])
			eventReaders, onlyFor = append(eventReaders, arrayLiteral(e.Readers)), append(onlyFor, arrayLiteral(e.OnlyFor))
		}
		for _, k := range p.keys {
			keyOrd, keyID, wrapped = append(keyOrd, int32(i)), append(keyID, asUUID(k.id)), append(wrapped, k.wrapped)
		}
	}
	return []any{
		s.configuredTime(),
		command, request, permanent, stream, kind, subject, expected, count, erase, ord,
		eventOrd, eventN, name, actor, role, entity, act, cause, data, sealed, key, blobs, content,
		keyOrd, keyID, wrapped,
		notAfter, s.latestTime(),
		readers, eventReaders, onlyFor,
	}
}

type (
	uuidArray  = pgtype.FlatArray[pgtype.UUID]
	byteaArray = pgtype.FlatArray[[]byte]
)

// configuredTime returns the time of Config.Clock, or nil for the database's time.
func (s *Store) configuredTime() *time.Time {
	if s.cfg.Clock == nil {
		return nil
	}
	now := s.Now()
	return &now
}

// arrayLiteral returns ids or reader tags as the text of a Postgres array, nil for none. None of them needs quotes. Text is needed because
// unnest cannot take an array of arrays apart by one level only.
func arrayLiteral(elements []string) *string {
	if len(elements) == 0 {
		return nil
	}
	literal := "{" + strings.Join(elements, ",") + "}"
	return &literal
}

// asUUID converts an id to the type that pgx encodes in binary form.
func asUUID(id uuid.UUID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }
