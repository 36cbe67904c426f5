// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// model is a read model: what tables of schema read hold of tickets. A new one is a Go file that fills in a model,
// a migration that makes its tables, and its place in All.
type model struct {
	name           string
	version        int // its tables' names carry it: another version is built beside this one
	tables         []string
	readTables     []string // those that doors read
	setupProcedure string   // procedure that gives filled tables of a suffix their indexes, owner, policies and grants
	// apply folds what happened next into the tables of a suffix. It is given events that the tables may hold already.
	apply func(ctx context.Context, tx pgx.Tx, suffix string, happened []ticket.Recorded) error
	// build begins empty tables.
	build func() builder
}

// builder fills empty tables with whole tickets, in any order of tickets.
type builder struct {
	add    func(history []ticket.Recorded)
	flush  func(ctx context.Context, tx pgx.Tx, suffix string) error // writes what was added, as far as it is final
	finish func(ctx context.Context, tx pgx.Tx, suffix string) error // writes the rest
}
