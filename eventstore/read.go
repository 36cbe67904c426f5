// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/eventstore/signedreader"
)

// selectRecords reads events and their keys in one snapshot. Keys are not cached, so no node opens a personal part that was
// erased before the read began.
const selectRecords = `
	select e.position, e.stream, s.kind, e.version, e.type, e.recorded_at, e.actor, e.role, e.entity, e.act,
		coalesce(e.cause, 0), e.data, e.sealed, e.key, e.blobs, e.readers, e.only_for, e.hash, k.wrapped
	from log.events e join log.streams s on s.id = e.stream left join keys.keys k on k.id = e.key `

// ReadStream returns all events of a stream in version order. Error: ErrNotFound.
func (s *Store) ReadStream(ctx context.Context, id StreamID) ([]Record, error) {
	stream, err := parseID(id)
	if err != nil {
		return nil, fmt.Errorf("read stream %q: %w", id, ErrNotFound)
	}
	records, err := s.queryRecords(ctx, s.pools.Read, selectRecords+`where e.stream = $1 order by e.version`, stream)
	return foundRecords(id, records, err)
}

// Reader identifies a reader of streams: the holder of any of Tags or of a link to the one stream Stream, or one who may read everything.
type Reader = signedreader.Reader

// readStreamKind is the kind of the reads of single streams in the request pool.
const readStreamKind = "stream"

// ReadStreamFor returns all events of a stream, as ReadStream, to a reader. The database decides by the reader tags that the appends wrote,
// in the snapshot of the events (function log.read_stream). A stream that the reader may not read, or whose tags are missing or out of date,
// because a node of the release before has appended, is not found. An event that the reader may not know of has no personal part.
func (s *Store) ReadStreamFor(ctx context.Context, r Reader, id StreamID) (records []Record, err error) {
	if !IsID(id) {
		return nil, fmt.Errorf("read stream %q: %w", id, ErrNotFound)
	}
	batch := &pgx.Batch{}
	batch.Queue(`select * from log.read_stream($1::text::uuid)`, id).Query(func(rows pgx.Rows) error {
		records, err = pgx.CollectRows(rows, s.scanRecord)
		return err
	})
	err = s.pools.Request.Read(ctx, r, readStreamKind, batch)
	return foundRecords(id, records, err)
}

// foundRecords returns the records that were read of a stream. Error: ErrNotFound without records.
func foundRecords(id StreamID, records []Record, err error) ([]Record, error) {
	if err == nil && len(records) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", id, err)
	}
	return records, nil
}

// Read returns the events after a position in the order of their positions, at most limit of them. The events follow the
// position without a gap: no event can appear later at or before a position that was read. A gap is an error.
func (s *Store) Read(ctx context.Context, after int64, limit int) ([]Record, error) {
	return s.readFrom(ctx, s.pools.Read, after, limit)
}

// readFrom is Read on a connection of a pool.
func (s *Store) readFrom(ctx context.Context, pool *pgxpool.Pool, after int64, limit int) ([]Record, error) {
	records, err := s.queryRecords(ctx, pool, selectRecords+`where e.position > $1 order by e.position limit $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read log after %d: %w", after, err)
	}
	for i, r := range records {
		if r.Position != after+int64(i)+1 {
			return nil, fmt.Errorf("read log after %d: found position %d, want %d", after, r.Position, after+int64(i)+1)
		}
	}
	return records, nil
}

// PositionAt returns the position of the last event that was recorded at or before a moment, position 0 if there is none.
// recorded_at never decreases with the position, so the events up to that position are the log as it was at that moment.
func (s *Store) PositionAt(ctx context.Context, moment time.Time) (p Position, err error) {
	err = s.pools.Read.QueryRow(ctx, `
		with recursive halves(low, high) as (
			select 0::bigint, head from log.logs
			union all
			select case when e.recorded_at <= $1 then e.position else low end, case when e.recorded_at <= $1 then high else e.position - 1 end
			from halves join log.events e on e.position = (low + high + 1) / 2 where low < high
		)
		select (select epoch from log.logs), low from halves where low >= high`, moment).Scan(&p.Epoch, &p.N)
	if err != nil {
		return Position{}, fmt.Errorf("position at %s: %w", moment, err)
	}
	return p, nil
}

// Head returns the position of the last event and the log's time: that of the last event or of a later tick. For an empty log
// without ticks they are position 0 and the zero time.
func (s *Store) Head(ctx context.Context) (Position, time.Time, error) {
	var p Position
	var at *time.Time
	if err := s.pools.Read.QueryRow(ctx, `select epoch, head, last_at from log.logs`).Scan(&p.Epoch, &p.N, &at); err != nil {
		return Position{}, time.Time{}, fmt.Errorf("read head: %w", err)
	}
	if at == nil {
		return p, time.Time{}, nil
	}
	s.logTime.advance(*at)
	return p, at.UTC(), nil
}

// readHead returns the position of the last event.
func (s *Store) readHead(ctx context.Context) (int64, error) {
	head, _, err := s.Head(ctx)
	return head.N, err
}

// StreamVersion returns the version of a stream, 0 when there is no such stream.
func (s *Store) StreamVersion(ctx context.Context, stream StreamID) (v int, err error) {
	const query = `select coalesce((select version from log.streams where id = $1), 0)`
	if err := s.pools.Read.QueryRow(ctx, query, stream).Scan(&v); err != nil {
		return 0, fmt.Errorf("read version of %s: %w", stream, err)
	}
	return v, nil
}

// queryRecords reads the records that a query returns, on a connection of a pool.
func (s *Store) queryRecords(ctx context.Context, pool *pgxpool.Pool, sql string, args ...any) ([]Record, error) {
	rows, err := pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, s.scanRecord)
}

// scanRecord reads one row with the columns of selectRecords and opens its personal part.
func (s *Store) scanRecord(row pgx.CollectableRow) (Record, error) {
	var r Record
	var stream, act, key pgtype.UUID
	var blobs []uuid.UUID
	var sealed, hash, wrapped []byte
	err := row.Scan(&r.Position, &stream, &r.Kind, &r.Version, &r.Type, &r.At, &r.By.ID, &r.By.Role, &r.By.Entity,
		&act, &r.Cause, &r.Data, &sealed, &key, &blobs, &r.Readers, &r.OnlyFor, &hash, &wrapped)
	if err != nil {
		return Record{}, err
	}
	r.Stream, r.Act, r.At, r.Blobs = stream.String(), act.String(), r.At.UTC(), formatIDs(blobs)
	copy(r.Hash[:], hash)
	if !key.Valid {
		return r, nil
	}
	r.KeyID = key.String()
	if wrapped == nil {
		r.Erased = true
		return r, nil
	}
	data, err := s.keyring.Unwrap(key.Bytes, stream.Bytes, wrapped)
	if err != nil {
		return Record{}, fmt.Errorf("event %d: %w", r.Position, err)
	}
	r.Personal, err = data.Open([]byte{}, nil, sealed, s.keyring.EventAAD(stream.Bytes, r.Version, r.Type, key.Bytes))
	if err != nil {
		return Record{}, fmt.Errorf("event %d cannot be opened: %w", r.Position, err)
	}
	return r, nil
}
