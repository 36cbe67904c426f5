// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package readmodel runs read models: it applies the log to their tables, rebuilds them, and reads them in snapshots.
package readmodel

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Model is a read model: what tables of schema read hold of tickets. A new one is a Go file that fills in a model,
// a migration that makes its tables, and its place in All.
type Model struct {
	Name string
	// Version is part of the name of every table, so that two versions stand side by side. A new version needs a migration that
	// creates its tables and its setup procedure, and nothing else but this number.
	Version    int
	Tables     []string // without schema and version, for example "tickets"
	ReadTables []string // those of Tables that requests read
	// Apply folds events into the tables with these names. The tables may hold some of the events already.
	Apply func(ctx context.Context, tx pgx.Tx, names TableNames, happened []ticket.Recorded) error
	// Build begins empty tables.
	Build func() Builder
}

// Builder fills empty tables with whole tickets, in any order of tickets.
type Builder struct {
	Add    func(history []ticket.Recorded)
	Flush  func(ctx context.Context, tx pgx.Tx, names TableNames) error // writes what was added, as far as it is final
	Finish func(ctx context.Context, tx pgx.Tx, names TableNames) error // writes the rest
}

// Table returns the name of one of the model's tables in SQL, for example "read.tickets_v1" for "tickets".
func (m Model) Table(table string) string { return "read." + m.tableNames("").Name(table) }

func (m Model) tableNames(suffix string) TableNames {
	return TableNames{version: m.Version, suffix: suffix}
}

// setupProcedure is the name of the SQL procedure that gives filled tables with a suffix their indexes, owner, policies and grants.
func (m Model) setupProcedure() string { return fmt.Sprintf("read.dress_%s_v%d", m.Name, m.Version) }

// TableNames names the tables of one version of a read model: those that are read or, while a rebuild runs, those that it fills.
type TableNames struct {
	version int
	suffix  string
}

// Name returns the name of a table in schema read, for example "tickets_v1" for "tickets".
func (n TableNames) Name(table string) string {
	return fmt.Sprintf("%s_v%d%s", table, n.version, n.suffix)
}
