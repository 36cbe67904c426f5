// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package live

import (
	"slices"

	"github.com/sol-assistenza/sol/projections/lists"
)

// ring holds the last rows of the change feed in the order of their positions: at least size of them, at most twice as many.
type ring struct {
	rows []*lists.ChangeRow
	from int64 // all rows after this position are in the ring
	size int
}

// newRing returns a ring of a size that holds the last rows of the feed. all reports that the feed has no others.
func newRing(rows []*lists.ChangeRow, all bool, size int) ring {
	r := ring{rows: slices.Clone(rows), size: size}
	if !all {
		r.from = rows[0].Position - 1
	}
	return r
}

// add appends a row.
func (r *ring) add(row *lists.ChangeRow) {
	if len(r.rows) == 2*r.size {
		r.from = r.rows[r.size-1].Position
		r.rows = slices.Clone(r.rows[r.size:]) // a slice that after has returned keeps its rows
	}
	r.rows = append(r.rows, row)
}

// after returns the rows after a position, and false if the ring does not hold all of them any more.
func (r *ring) after(position int64) ([]*lists.ChangeRow, bool) {
	if position < r.from {
		return nil, false
	}
	i, _ := slices.BinarySearchFunc(r.rows, position+1, func(row *lists.ChangeRow, p int64) int { return int(row.Position - p) })
	return r.rows[i:len(r.rows):len(r.rows)], true
}
