// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// SkippedStream is a stream that a consumer has left at an event whose type its node does not know. The events of the stream from Position
// on are handled later, by a node that knows their types.
type SkippedStream struct {
	Stream   StreamID
	Position int64  // of the first event that was skipped
	Type     string // of that event
}

// skips holds the skipped streams of a consumer that this node leads.
type skips struct {
	streams map[StreamID]bool
	changes int64 // the consumer's skip_changes; fences a batch like the checkpoint
}

// split returns the records that the consumer can handle, and the streams that it skips from these records on.
func (k skips) split(records []Record, knows func(Record) bool) (handled []Record, skipped []SkippedStream) {
	if knows == nil {
		return records, nil
	}
	for i, r := range records {
		isSkipped := k.streams[r.Stream] || slices.ContainsFunc(skipped, func(s SkippedStream) bool { return s.Stream == r.Stream })
		switch {
		case !isSkipped && knows(r):
			if handled != nil {
				handled = append(handled, r)
			}
			continue
		case !isSkipped:
			skipped = append(skipped, SkippedStream{r.Stream, r.Position, r.Type})
		}
		if handled == nil { // the first record that is left out
			handled = append(make([]Record, 0, len(records)), records[:i]...)
		}
	}
	if handled == nil {
		handled = records
	}
	return handled, skipped
}

// loadSkips reads the skipped streams of a consumer.
func (s *Store) loadSkips(ctx context.Context, c Consumer) (skips, error) {
	var k skips
	var streams []string
	err := s.pools.Consumer.QueryRow(ctx, `
		select skip_changes, array(select stream::text from log.skipped_streams k where (k.name, k.version) = (c.name, c.version))
		from log.consumers c where name = $1 and version = $2`, c.Name, c.Version).Scan(&k.changes, &streams)
	if err != nil {
		return k, fmt.Errorf("skipped streams of %s: %w", c.Name, err)
	}
	k.streams = make(map[StreamID]bool, len(streams))
	for _, id := range streams {
		k.streams[id] = true
	}
	return k, nil
}

// addSkips adds streams that a committed batch has left, and logs each once.
func (s *Store) addSkips(c Consumer, k *skips, left []SkippedStream) {
	k.changes += int64(len(left))
	for _, l := range left {
		k.streams[l.Stream] = true
		s.cfg.Log.Warn("event type is not known to this node; the consumer skips the stream until a newer node runs it",
			"consumer", c.Name, "version", c.Version, "stream", l.Stream, "position", l.Position, "type", l.Type)
	}
}

// storeSkips stores skipped streams of a consumer in tx.
func storeSkips(ctx context.Context, tx pgx.Tx, name string, version int, skipped []SkippedStream) error {
	if len(skipped) == 0 {
		return nil
	}
	streams, positions, types := make([]string, len(skipped)), make([]int64, len(skipped)), make([]string, len(skipped))
	for i, s := range skipped {
		streams[i], positions[i], types[i] = s.Stream, s.Position, s.Type
	}
	_, err := tx.Exec(ctx, `
		insert into log.skipped_streams (name, version, stream, position, type)
		select $1, $2, u.stream::uuid, u.position, u.type from unnest($3::text[], $4::bigint[], $5::text[]) u(stream, position, type)`,
		name, version, streams, positions, types)
	if err != nil {
		return fmt.Errorf("store skipped streams: %w", err)
	}
	return nil
}

// ReplaceSkips makes these the skipped streams of a consumer, in tx. A rebuild calls it when its tables replace those of the consumer.
func ReplaceSkips(ctx context.Context, tx pgx.Tx, name string, version int, skipped []SkippedStream) error {
	if _, err := tx.Exec(ctx, `delete from log.skipped_streams where name = $1 and version = $2`, name, version); err != nil {
		return fmt.Errorf("replace skipped streams: %w", err)
	}
	_, err := tx.Exec(ctx, `update log.consumers set skip_changes = skip_changes + 1 where name = $1 and version = $2`, name, version)
	if err != nil {
		return fmt.Errorf("replace skipped streams: %w", err)
	}
	return storeSkips(ctx, tx, name, version, skipped)
}

// resumeSkipped handles the events of each skipped stream up to the checkpoint, if this node knows all their types. One stream is one
// transaction. A stream whose events fail stays skipped, so that it does not stop the others.
func (s *Store) resumeSkipped(ctx context.Context, c Consumer, checkpoint int64, k *skips) error {
	for stream := range k.streams {
		resumed, err := s.resumeStream(ctx, c, stream, checkpoint, k.changes)
		switch {
		case ctx.Err() != nil || errors.Is(err, ErrFenced):
			return err
		case err != nil:
			s.cfg.Log.Warn("skipped stream fails; it stays skipped", "consumer", c.Name, "stream", stream, "error", err)
		case resumed:
			delete(k.streams, stream)
			k.changes++
			if c.Committed != nil {
				c.Committed()
			}
			s.cfg.Log.Info("skipped stream continues", "consumer", c.Name, "version", c.Version, "stream", stream)
		}
	}
	return nil
}

// resumeStream handles the events of a skipped stream up to the checkpoint in one transaction. resumed is false if this node does not know
// all their types.
func (s *Store) resumeStream(ctx context.Context, c Consumer, stream StreamID, checkpoint, changes int64) (resumed bool, err error) {
	records, err := s.ReadStream(ctx, stream)
	if err != nil {
		return false, err
	}
	err = pgx.BeginFunc(ctx, s.pools.Consumer, func(tx pgx.Tx) error {
		var from int64
		err := tx.QueryRow(ctx, `
			delete from log.skipped_streams where name = $1 and version = $2 and stream = $3::text::uuid returning position`,
			c.Name, c.Version, stream).Scan(&from)
		if err != nil {
			return err
		}
		records = slices.DeleteFunc(records, func(r Record) bool { return r.Position < from || r.Position > checkpoint })
		if c.Knows != nil && slices.ContainsFunc(records, func(r Record) bool { return !c.Knows(r) }) {
			return errStillUnknown
		}
		if err := c.handle(ctx, tx, Batch{Records: records, From: checkpoint, To: checkpoint, Late: true}); err != nil {
			return err
		}
		moved, err := tx.Exec(ctx, `
			update log.consumers set skip_changes = skip_changes + 1
			where name = $1 and version = $2 and position = $3 and skip_changes = $4`, c.Name, c.Version, checkpoint, changes)
		if err == nil && moved.RowsAffected() == 0 {
			err = ErrFenced
		}
		return err
	})
	if errors.Is(err, errStillUnknown) {
		return false, nil
	}
	return err == nil, err
}

// errStillUnknown rolls back the transaction of a stream whose types this node does not know.
var errStillUnknown = errors.New("this node does not know a type of the stream")
