// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package quarantine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Begin begins the quarantine, on all nodes: from now on nobody reads a file that was not found clean.
func Begin(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, `update files.quarantine set since = clock_timestamp() where since is null`); err != nil {
		return fmt.Errorf("begin the quarantine: %w", err)
	}
	return nil
}

// End ends the quarantine, on all nodes. Files that were found infected stay closed.
func End(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, `update files.quarantine set since = null where since is not null`); err != nil {
		return fmt.Errorf("end the quarantine: %w", err)
	}
	return nil
}

// Exists reports whether files are in quarantine until they were found clean.
func Exists(ctx context.Context, pool *pgxpool.Pool) (exists bool, err error) {
	if err := pool.QueryRow(ctx, `select since is not null from files.quarantine`).Scan(&exists); err != nil {
		return false, fmt.Errorf("read the quarantine: %w", err)
	}
	return exists, nil
}

// erased is the verdict of a file whose key was destroyed before its scan.
const erased Verdict = "erased"

var (
	errErased = errors.New("the file was erased")
	// errNotAppended is the error of a file that no event names: its append has not ended, or failed.
	errNotAppended = errors.New("no event names the file yet")
)

// file is a file that this node scans.
type file struct {
	blob, stream uuid.UUID
	attempts     int // with this one
}

// claim takes files that are due, at most limit, the latest first: who has just sent one waits, and those of before a scanner was
// configured may be many. Another node takes them when the lease has ended.
func (s *Scanner) claim(ctx context.Context, limit int) ([]file, error) {
	rows, err := s.Pool.Query(ctx, `
		update files.scans s set due_at = clock_timestamp() + $1::interval, attempts = attempts + 1
		from (
			select blob from files.scans where verdict is null and due_at <= clock_timestamp() order by due_at desc limit $2 for update skip locked
		) due
		where s.blob = due.blob returning s.blob, s.stream, s.attempts`, s.Lease, limit)
	if err != nil {
		return nil, fmt.Errorf("claim files: %w", err)
	}
	files, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f file, err error) {
		return f, row.Scan(&f.blob, &f.stream, &f.attempts)
	})
	if err != nil {
		return nil, fmt.Errorf("claim files: %w", err)
	}
	return files, nil
}

// open returns the content of a file. Errors: errNotAppended, errErased.
func (s *Scanner) open(ctx context.Context, f file) ([]byte, error) {
	var sealed, wrapped []byte
	var named bool
	err := s.Pool.QueryRow(ctx, `
		select b.sealed, k.wrapped, k.id is not null from log.blobs b left join keys.keys k on k.id = b.id and k.stream = b.stream where b.id = $1`,
		f.blob).Scan(&sealed, &wrapped, &named)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // it was an orphan, and has no row any more
		return nil, errErased
	case err != nil:
		return nil, fmt.Errorf("read file %s: %w", f.blob, err)
	case !named:
		return nil, errNotAppended
	case wrapped == nil:
		return nil, errErased
	}
	data, err := s.Keyring.Unwrap(f.blob, f.stream, wrapped)
	if err != nil {
		return nil, fmt.Errorf("read file %s: %w", f.blob, err)
	}
	content, err := data.Open([]byte{}, nil, sealed, s.Keyring.BlobAAD(f.stream, f.blob))
	if err != nil {
		return nil, fmt.Errorf("file %s cannot be opened: %w", f.blob, err)
	}
	return content, nil
}

// Closed is a file that stays closed after its scan.
type Closed struct {
	Ticket, File uuid.UUID
	Finding
}

// conclude stores the verdict about a file, and tells of it.
func (s *Scanner) conclude(ctx context.Context, f file, found Finding) error {
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update files.scans set verdict = $2, signature = nullif($3, ''), error = null, scanned_at = clock_timestamp()
			where blob = $1 and verdict is null`, f.blob, string(found.Verdict), found.Signature)
		if err != nil || tag.RowsAffected() == 0 || s.OnClosed == nil || found.Verdict != Infected && found.Verdict != Unscannable {
			return err
		}
		return s.OnClosed(ctx, tx, Closed{f.stream, f.blob, found})
	})
	if err != nil {
		return fmt.Errorf("store the verdict about file %s: %w", f.blob, err)
	}
	if s.OnScanned != nil {
		s.OnScanned(f.stream)
	}
	s.counts.scans.WithLabelValues(string(found.Verdict)).Inc()
	return nil
}

// backlog is what waits for a scan, on all nodes together.
type backlog struct {
	files int64
	age   time.Duration // of the oldest
}

func (s *Scanner) readBacklog(ctx context.Context) (b backlog, err error) {
	err = s.Pool.QueryRow(ctx, `
		select count(*), greatest(coalesce(clock_timestamp() - min(stored_at), '0'), '0') from files.scans where verdict is null`).Scan(&b.files, &b.age)
	if err != nil {
		return backlog{}, fmt.Errorf("read the files in quarantine: %w", err)
	}
	return b, nil
}

const (
	freeAttempts   = 3 // after which a file waits longer and longer, since it may be what ends clamd
	maxPostponed   = 15 * time.Minute
	appendInterval = 2 * time.Second // between two looks whether an event names a file
)

// postpone stores when a file is scanned again: at once after one of its first failures because clamd is away, which the next round awaits.
func (s *Scanner) postpone(ctx context.Context, f file, reason error) error {
	var wait time.Duration
	switch {
	case errors.Is(reason, errNotAppended):
		wait = min(appendInterval*time.Duration(f.attempts), maxPostponed)
	case !errors.Is(reason, errNoAnswer) || f.attempts > freeAttempts:
		wait = min(time.Second<<min(f.attempts, 12), maxPostponed)
	}
	_, err := s.Pool.Exec(ctx, `update files.scans set due_at = clock_timestamp() + $2::interval, error = $3 where blob = $1 and verdict is null`,
		f.blob, wait, reason.Error())
	if err != nil {
		return fmt.Errorf("postpone the scan of file %s: %w", f.blob, err)
	}
	return nil
}

// queuePage is the number of files of before that get a row in one statement.
const queuePage = 1000

// queueEarlier adds rows for the next files that were stored before there was a quarantine. A node goes on where another one ended.
func (s *Scanner) queueEarlier(ctx context.Context) error {
	if s.queued {
		return nil
	}
	err := s.Pool.QueryRow(ctx, `
		with page as (
			select b.id, b.stream, b.created_at from log.blobs b, files.quarantine q
			where q.queued_at is null and (q.queued is null or b.id > q.queued) order by b.id limit $1
		), added as (
			insert into files.scans (blob, stream, stored_at, due_at) select id, stream, created_at, created_at from page on conflict do nothing
		)
		update files.quarantine set queued = coalesce((select id from page order by id desc limit 1), queued),
			queued_at = coalesce(queued_at, case when (select count(*) from page) < $1 then clock_timestamp() end)
		returning queued_at is not null`, queuePage).Scan(&s.queued)
	if err != nil {
		return fmt.Errorf("queue the files of before: %w", err)
	}
	return nil
}
