// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package months drops the months of the access log whose time is over. A month leaves a signed note with its first and last position and the
// root of the Merkle tree over its records. The key that signs is kept outside the database.
package months

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Role is the role of the database that may drop months, and nothing else.
const Role = "sol_maintenance"

// Month is a month of the access log.
type Month struct {
	Month       time.Time // its first day, UTC
	Earlier     bool      // of the records of the releases before, whose positions are negative; they are listed when they are dropped
	First, Last int64     // positions; 0 without records, and Last before the month is dropped
	DroppedAt   time.Time // zero: it is kept
	Note        string    // signed; "": it is kept
}

// pageSize is the number of leaves that are read at once.
const pageSize = 10_000

// List returns all months, the oldest first.
func List(ctx context.Context, conn *pgx.Conn) ([]Month, error) {
	rows, _ := conn.Query(ctx, `
		select month::timestamp, true, first_position, last_position, dropped_at, signature from access.earlier_months
		union all
		select month::timestamp, false, coalesce(first_position, 0), coalesce(last_position, 0), coalesce(dropped_at, '0001-01-01 00:00Z'), coalesce(signature, '') from access.months
		order by 2 desc, 1`)
	months, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Month, err error) {
		err = row.Scan(&m.Month, &m.Earlier, &m.First, &m.Last, &m.DroppedAt, &m.Note)
		m.DroppedAt = m.DroppedAt.UTC()
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the months of the access log: %w", err)
	}
	return months, nil
}

// records is a kind of access records, with the functions of the database that drop them.
type records struct {
	expired, leaves, drop string // SQL
	first                 int64  // smaller than all positions
	earlier               bool
}

var (
	ofLog = records{
		`select month::timestamp from access.expired_months($1) limit 1`, `select position, leaf from access.month_leaves($1, $2, $3)`, `select access.drop_month($1, $2, $3, $4)`, 0, false,
	}
	ofEarlierReleases = records{
		`select month::timestamp from access.expired_earlier($1) month where month is not null`, `select position, leaf from access.earlier_leaves($1, $2, $3)`,
		`select access.drop_earlier($1, $2, $3, $4)`, -1_000_000_000_000_000, true,
	}
)

// DropExpired drops the months whose records are all older than keep months, and at least 24, the oldest first: those of the releases before, and
// those of the access log. It passes each to dropped.
func DropExpired(ctx context.Context, conn *pgx.Conn, keep int, signer note.Signer, dropped func(Month)) error {
	for _, kind := range []records{ofEarlierReleases, ofLog} {
		for {
			var month time.Time
			err := conn.QueryRow(ctx, kind.expired, keep).Scan(&month)
			if errors.Is(err, pgx.ErrNoRows) {
				break
			}
			if err != nil {
				return fmt.Errorf("look for expired months: %w", err)
			}
			m, err := kind.dropMonth(ctx, conn, month, keep, signer)
			if err != nil {
				return fmt.Errorf("drop %s of the access log: %w", month.Format("2006-01"), err)
			}
			dropped(m)
		}
	}
	return nil
}

// dropMonth signs the root of a month and drops the month.
func (kind records) dropMonth(ctx context.Context, conn *pgx.Conn, month time.Time, keep int, signer note.Signer) (Month, error) {
	m := Month{Month: month, Earlier: kind.earlier, Last: kind.first}
	var tree tree
	for {
		rows, _ := conn.Query(ctx, kind.leaves, month, m.Last, pageSize)
		n := 0
		var position int64
		var leaf []byte
		_, err := pgx.ForEachRow(rows, []any{&position, &leaf}, func() error {
			if m.First == 0 {
				m.First = position
			} else if position != m.Last+1 && !kind.earlier {
				return fmt.Errorf("position %d follows %d", position, m.Last)
			}
			m.Last = position
			n++
			return tree.add(leaf)
		})
		if err != nil {
			return m, err
		}
		if n < pageSize {
			break
		}
	}
	root := tree.root()
	text := fmt.Sprintf("SOL access log\n%s\n%d %d\n%s\n", month.Format("2006-01"), m.First, m.Last, root)
	if kind.earlier {
		text = fmt.Sprintf("SOL access log, earlier releases\n%s\n%d %d %d\n%s\n", month.Format("2006-01"), m.First, m.Last, tree.n, root)
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return m, err
	}
	m.Note = string(signed)
	_, err = conn.Exec(ctx, kind.drop, month, keep, root[:], m.Note)
	return m, err
}

// tree is the Merkle tree (RFC 6962) over leaves that are added one by one. It holds the hashes of complete subtrees, the largest first.
type tree struct {
	n      int64
	hashes []tlog.Hash
}

func (t *tree) add(leaf []byte) error {
	if len(leaf) != tlog.HashSize {
		return fmt.Errorf("a leaf of %d bytes", len(leaf))
	}
	hash := tlog.Hash(leaf)
	for rest := t.n; rest%2 == 1; rest /= 2 {
		last := len(t.hashes) - 1
		hash = tlog.NodeHash(t.hashes[last], hash)
		t.hashes = t.hashes[:last]
	}
	t.hashes = append(t.hashes, hash)
	t.n++
	return nil
}

// root returns the tree hash; that of no leaf is the hash of nothing.
func (t *tree) root() tlog.Hash {
	if len(t.hashes) == 0 {
		hash, _ := tlog.TreeHash(0, nil) // reads nothing
		return hash
	}
	hash := t.hashes[len(t.hashes)-1]
	for i := len(t.hashes) - 2; i >= 0; i-- {
		hash = tlog.NodeHash(t.hashes[i], hash)
	}
	return hash
}
