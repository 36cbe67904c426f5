// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package readmodel runs read models: it applies the log to their tables, rebuilds them, and reads them in snapshots.
package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Model is a read model: what tables of schema read hold of tickets. A new one is a Go file that fills in a model,
// a migration that makes its tables, and its place in All.
type Model struct {
	Name           string
	Version        int // its tables' names carry it: another version is built beside this one
	Tables         []string
	ReadTables     []string // those that doors read
	SetupProcedure string   // procedure that gives filled tables of a suffix their indexes, owner, policies and grants
	// Apply folds what happened next into the tables of a suffix. It is given events that the tables may hold already.
	Apply func(ctx context.Context, tx pgx.Tx, suffix string, happened []ticket.Recorded) error
	// Build begins empty tables.
	Build func() Builder
}

// Builder fills empty tables with whole tickets, in any order of tickets.
type Builder struct {
	Add    func(history []ticket.Recorded)
	Flush  func(ctx context.Context, tx pgx.Tx, suffix string) error // writes what was added, as far as it is final
	Finish func(ctx context.Context, tx pgx.Tx, suffix string) error // writes the rest
}
