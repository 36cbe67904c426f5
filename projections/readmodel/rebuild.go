// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readmodel

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// newSuffix ends the names of tables that a rebuild fills. The functions of schema read that create and swap them know it too: they belong to
// the owner of the tables, because sol_worker owns nothing.
const newSuffix = "_new"

// maxBufferedEvents is the number of events after which a rebuild writes its rows. It takes whole streams, so it holds up to one stream
// more.
const maxBufferedEvents = 20_000

// Rebuild fills new tables of a read model from the log while the current tables serve reads, and then replaces the current tables and the
// checkpoint in one transaction. It calls progress, which may be nil, with the number of events done and the number of events in the log.
// An interrupted rebuild leaves its tables behind; the next rebuild drops them. Errors: ErrNoModel; ErrRebuilding when another rebuild of
// the same read model runs, on any node.
func (r *Runner) Rebuild(ctx context.Context, name string, progress func(done, total int64)) error {
	m, err := r.findModel(name)
	if err != nil {
		return err
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	b := rebuild{store: r.store, pool: r.store.Pools().Consumer, model: m, progress: progress,
		skipped: map[eventstore.StreamID]eventstore.SkippedStream{}}
	build := func() error { return b.withLock(ctx, b.run) }
	if m.HashPurpose != "" {
		err = r.store.Keyring().Rewrite(ctx, m.HashPurpose, build)
	} else {
		err = build()
	}
	if err != nil {
		return fmt.Errorf("rebuild %s: %w", name, err)
	}
	return nil
}

// rebuild is one rebuild of a read model.
type rebuild struct {
	store    *eventstore.Store
	pool     *pgxpool.Pool
	model    Model
	progress func(done, total int64)
	total    int64
	position int64 // of the last event in the new tables
	// skipped holds the streams that the new tables leave at an event of a newer release, as the consumer does.
	skipped map[eventstore.StreamID]eventstore.SkippedStream
}

// omitSkipped returns the records without those that the new tables skip.
func (b *rebuild) omitSkipped(records []eventstore.Record) []eventstore.Record {
	return slices.DeleteFunc(records, func(r eventstore.Record) bool {
		left, skipped := b.skipped[r.Stream]
		if !skipped && !ticketlog.Knows(r) {
			left, skipped = eventstore.SkippedStream{Stream: r.Stream, Position: r.Position, Type: r.Type}, true
			b.skipped[r.Stream] = left
		}
		return skipped && r.Position >= left.Position
	})
}

// withLock calls run with the advisory lock of a rebuild, which a connection beside the pools holds. It returns ErrRebuilding when another
// rebuild holds the lock.
func (b *rebuild) withLock(ctx context.Context, run func(context.Context) error) (err error) {
	conn, err := b.store.Pools().Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	var locked bool
	if err := conn.QueryRow(ctx, `select pg_try_advisory_lock($1)`, b.model.lockKey(rebuildLock)).Scan(&locked); err != nil {
		return err
	}
	if !locked {
		return ErrRebuilding
	}
	// Closing the connection releases the lock as well, but only when Postgres comes to it: the next rebuild could still find it held. A
	// connection that is lost has released it.
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `select pg_advisory_unlock($1)`, b.model.lockKey(rebuildLock))
	}()
	return run(ctx)
}

// run builds new tables from the log and replaces the current ones.
func (b *rebuild) run(ctx context.Context) error {
	head, _, err := b.store.Head(ctx)
	if err != nil {
		return err
	}
	b.total = head.N
	if err := b.inTx(ctx, func(tx pgx.Tx) error { return b.createTables(ctx, tx) }); err != nil {
		return err
	}
	if err := b.fill(ctx, head.N); err != nil {
		return err
	}
	if err := b.inTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `select read.dress_rebuilt($1, $2)`, b.model.versioned(), b.tables())
		return err
	}); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	b.position = head.N
	for full := true; full; {
		if err := b.inTx(ctx, func(tx pgx.Tx) (err error) {
			full, err = b.catchUp(ctx, tx)
			return err
		}); err != nil {
			return err
		}
	}
	return b.swap(ctx)
}

// inTx runs do in a transaction whose statements may take any time: the indexes of a large table need minutes.
func (b *rebuild) inTx(ctx context.Context, do func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, b.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local statement_timeout = 0`); err != nil {
			return err
		}
		return do(tx)
	})
}

// createTables creates empty tables with the columns of the live tables. It drops the tables of an interrupted rebuild.
func (b *rebuild) createTables(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `select read.begin_rebuild($1)`, b.tables())
	return err
}

// tables returns the names of the model's live tables in schema read.
func (b *rebuild) tables() []string {
	names := make([]string, len(b.model.Tables))
	for i, t := range b.model.Tables {
		names[i] = b.model.tableNames("").Name(t)
	}
	return names
}

// fill folds every stream up to a position of the log and copies the rows into the new tables.
func (b *rebuild) fill(ctx context.Context, upTo int64) error {
	builder := b.model.Build()
	var done, buffered int64
	flush := func() error {
		buffered = 0
		b.progress(done, b.total)
		return b.inTx(ctx, func(tx pgx.Tx) error { return builder.Flush(ctx, tx, b.model.tableNames(newSuffix)) })
	}
	err := b.store.ReadByStream(ctx, upTo, func(records []eventstore.Record) error {
		events := int64(len(records))
		history, err := ticketlog.DecodeHistory(b.omitSkipped(records))
		if err != nil {
			return err
		}
		builder.Add(history)
		done, buffered = done+events, buffered+events
		if buffered < maxBufferedEvents {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	return b.inTx(ctx, func(tx pgx.Tx) error { return builder.Finish(ctx, tx, b.model.tableNames(newSuffix)) })
}

// catchUp applies the next batch of events to the new tables. full reports that the batch was full, so there may be more events.
func (b *rebuild) catchUp(ctx context.Context, tx pgx.Tx) (full bool, err error) {
	records, err := b.store.Read(ctx, b.position, batchSize)
	if err != nil || len(records) == 0 {
		return false, err
	}
	full, last := len(records) == batchSize, records[len(records)-1].Position
	happened, err := ticketlog.DecodeHistory(b.omitSkipped(records))
	if err != nil {
		return false, err
	}
	if err := b.model.Apply(ctx, tx, b.model.tableNames(newSuffix), happened); err != nil {
		return false, err
	}
	b.position = last
	b.total = max(b.total, b.position)
	b.progress(b.position, b.total)
	return full, nil
}

// swapLockTimeout is the time for which a swap waits for the table locks of running reads; new reads queue behind it meanwhile.
// swapRetryDelay is the time between a swap that did not get its locks and the next try.
const (
	swapLockTimeout = 200 * time.Millisecond
	swapRetryDelay  = time.Second
)

// swap replaces the current tables with the new ones. When running reads hold the tables for too long, it waits and tries again.
func (b *rebuild) swap(ctx context.Context) error {
	for {
		at := b.position
		err := b.inTx(ctx, func(tx pgx.Tx) error { return b.trySwap(ctx, tx) })
		var busy *pgconn.PgError
		if err == nil || !errors.As(err, &busy) || busy.Code != "55P03" { // lock_not_available
			return err
		}
		b.position = at // the transaction of this attempt was rolled back
		again := time.NewTimer(swapRetryDelay)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return ctx.Err()
		}
	}
}

// trySwap excludes the live batches, applies the events that they have applied, renames the tables, and moves the checkpoint in the same
// transaction. So the position never goes back for a reader. It takes its locks in the order in which a live batch takes them.
func (b *rebuild) trySwap(ctx context.Context, tx pgx.Tx) error {
	m := b.model
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, m.lockKey(swapLock)); err != nil {
		return err
	}
	for full := true; full; {
		var err error
		if full, err = b.catchUp(ctx, tx); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf(`set local lock_timeout = %d`, swapLockTimeout.Milliseconds())); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `select read.swap_rebuilt($1)`, b.tables()); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into log.consumers (name, version, position, moved_at) values ($1, $2, $3, clock_timestamp())
		on conflict (name, version) do update set position = excluded.position, moved_at = excluded.moved_at`,
		m.Name, m.Version, b.position)
	if err != nil {
		return err
	}
	return eventstore.ReplaceSkips(ctx, tx, m.Name, m.Version, slices.Collect(maps.Values(b.skipped)))
}

// lockKey returns the key of one of the model's advisory locks. Nodes of different releases must compute the same key.
func (m Model) lockKey(lock string) int64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "read.%s_v%d %s", m.Name, m.Version, lock)
	return int64(h.Sum64())
}
