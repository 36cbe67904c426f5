// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readertags

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	refreshPage = 1000 // streams that one statement reads
	maxFailures = 100  // failures after which Refresh gives up
)

// Refresh writes the tags of the streams of a kind whose tags are missing or out of date, because nodes of an earlier release have appended to
// them, and returns the number of these streams. tagsOf returns the tags of a stream and the version at which it has them, or version 0 for a
// stream that this node cannot read. A stream whose tags cannot be written does not stop the others; Refresh returns the first such error.
//
// Each stream is updated alone: an update of several could wait for an append that waits for it.
func Refresh(ctx context.Context, db *pgxpool.Pool, kind string, tagsOf func(context.Context, string) (tags []string, version int, err error)) (n int64, err error) {
	failures := 0
	for after, full := uuid.Nil.String(), true; full; {
		page, readErr := readPage(ctx, db, kind, after)
		if readErr != nil {
			return n, fmt.Errorf("refresh reader tags: %w", readErr)
		}
		for _, s := range page {
			if !s.outdated {
				continue
			}
			written, writeErr := refreshStream(ctx, db, s.id, tagsOf)
			n += written
			if writeErr == nil {
				continue
			}
			if err == nil {
				err = fmt.Errorf("refresh reader tags of %s: %w", s.id, writeErr)
			}
			if failures++; failures == maxFailures || ctx.Err() != nil {
				return n, err
			}
		}
		if full = len(page) == refreshPage; full {
			after = page[len(page)-1].id
		}
	}
	return n, err
}

// RefreshOne writes the tags of a stream if they are missing or out of date, and reports whether they were. tagsOf is that of Refresh.
func RefreshOne(ctx context.Context, db *pgxpool.Pool, stream string, tagsOf func(context.Context, string) ([]string, int, error)) (outdated bool, err error) {
	err = db.QueryRow(ctx, `
		select exists (select from log.streams where id = $1::text::uuid and readers_version is distinct from version)`, stream).Scan(&outdated)
	if err == nil && outdated {
		_, err = refreshStream(ctx, db, stream, tagsOf)
	}
	if err != nil {
		return false, fmt.Errorf("refresh reader tags of %s: %w", stream, err)
	}
	return outdated, nil
}

// streamRow says whether the tags of a stream are missing or out of date.
type streamRow struct {
	id       string
	outdated bool
}

// readPage returns the next page of streams, by id.
func readPage(ctx context.Context, db *pgxpool.Pool, kind, after string) ([]streamRow, error) {
	rows, err := db.Query(ctx, `
		select id::text, kind = $1 and readers_version is distinct from version
		from log.streams where id > $2::text::uuid order by id limit $3`, kind, after, refreshPage)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s streamRow, err error) { return s, row.Scan(&s.id, &s.outdated) })
}

// refreshStream writes the tags of a stream and returns 1, or 0 if an append has written them meanwhile.
func refreshStream(ctx context.Context, db *pgxpool.Pool, id string, tagsOf func(context.Context, string) ([]string, int, error)) (int64, error) {
	tags, version, err := tagsOf(ctx, id)
	if err == nil {
		tags, err = Normalize(tags)
	}
	if err != nil || version == 0 {
		return 0, err
	}
	tag, err := db.Exec(ctx, `
		update log.streams set readers = $2, readers_version = $3
		where id = $1::text::uuid and version = $3 and readers_version is distinct from $3`, id, tags, version)
	return tag.RowsAffected(), err
}
