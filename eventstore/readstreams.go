// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// ReadByStream calls each once for every stream, in the order of their ids, with the stream's events up to position upTo. It holds one
// page of events and one stream in memory.
//
// It reads page by page, each page in a statement of its own, and holds no connection, transaction or snapshot while it calls each. Events
// never change, so the pages fit together. Only an erasure may come between two pages of a stream: then the first personal parts are
// readable and the later ones Erased, as for a consumer that reads the stream in two batches.
func (s *Store) ReadByStream(ctx context.Context, upTo int64, each func([]Record) error) error {
	// The limit is part of the text: a planner that does not know it may sort the whole log for each page.
	sql := selectRecords + fmt.Sprintf(`
		where e.position in (
			select position from log.events where (stream, version) > ($1::uuid, $2::integer) and position <= $3
			order by stream, version limit %d)
		order by e.stream, e.version`, s.cfg.streamPageSize)
	last := Record{Stream: uuid.Nil.String()}
	byStream := streamGrouper{each: each}
	for full := true; full; {
		page, err := s.queryRecords(ctx, s.pools.Consumer, sql, last.Stream, last.Version, upTo)
		if err == nil {
			err = byStream.add(page)
		}
		if err != nil {
			return fmt.Errorf("read log by stream: %w", err)
		}
		if full = len(page) == s.cfg.streamPageSize; full {
			last = page[len(page)-1]
		}
	}
	if err := byStream.finish(); err != nil {
		return fmt.Errorf("read log by stream: %w", err)
	}
	return nil
}

// ReadStreams calls each once for every one of the given streams, in the order of their ids, with the stream's events up to
// position upTo. It leaves out the streams that begin later. The records have no personal parts. It reads them all before it calls each:
// the caller bounds the number of streams.
func (s *Store) ReadStreams(ctx context.Context, ids []StreamID, upTo int64, each func([]Record) error) error {
	records, err := s.queryRecords(ctx, s.pools.Read, `
		select e.position, e.stream, s.kind, e.version, e.type, e.recorded_at, e.actor, e.role, e.entity, e.act,
			coalesce(e.cause, 0), e.data, null::bytea, null::uuid, e.blobs, e.readers, e.only_for, e.hash, null::bytea
		from log.events e join log.streams s on s.id = e.stream
		where e.stream = any ($1::text[]::uuid[]) and e.position <= $2 order by e.stream, e.version`, ids, upTo)
	byStream := streamGrouper{each: each}
	if err == nil {
		err = byStream.add(records)
	}
	if err == nil {
		err = byStream.finish()
	}
	if err != nil {
		return fmt.Errorf("read streams: %w", err)
	}
	return nil
}

// streamGrouper calls each once for every stream of records that are added in the order of streams and versions.
type streamGrouper struct {
	each   func([]Record) error
	stream []Record // the events so far of the last stream
}

// add adds records. It calls each for every stream that another one follows.
func (g *streamGrouper) add(records []Record) error {
	for _, r := range records {
		if len(g.stream) > 0 && g.stream[0].Stream != r.Stream {
			if err := g.finish(); err != nil {
				return err
			}
		}
		g.stream = append(g.stream, r)
	}
	return nil
}

// finish calls each for the last stream, if there is one.
func (g *streamGrouper) finish() error {
	if len(g.stream) == 0 {
		return nil
	}
	complete := g.stream
	g.stream = nil
	return g.each(complete)
}
