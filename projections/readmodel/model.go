// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package readmodel runs read models: it applies the log's events to their tables, rebuilds the tables, and reads them in snapshots.
// Rows and checkpoint always change in one transaction. The package knows no read model by name.
package readmodel

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Model is a read model: tables of schema read and the functions that fold events into their rows. A new read model needs a Go file with a
// Model, a migration that creates its tables, and an entry in projections.All.
type Model struct {
	Name string
	// Version is part of the name of every table, so that two versions can exist side by side. A new version needs this number and a
	// migration that creates its tables and its setup procedure. SQL functions over the stored rows belong to a version too: the
	// same migration creates new ones, and their names change with this number. Only lists has such functions; lists/model.go names them all.
	Version    int
	Tables     []string // without schema and version, for example "tickets"
	ReadTables []string // the part of Tables that requests read
	// Apply folds events into the tables with these names. It must change nothing for an event that the tables hold already.
	Apply func(ctx context.Context, tx pgx.Tx, names TableNames, happened []ticket.Recorded) error
	// Build returns a new builder, which fills empty tables.
	Build func() Builder
	// HashPurpose is the purpose of the key of the hashes in the rows; "": they hold none. A rebuild writes them with the version in use, and
	// says so to the keyring.
	HashPurpose string
	// Hashed returns Apply and Build for a model with a HashPurpose. The runner calls it with the hashes of its log, made with the version of the
	// key that is in use.
	Hashed func(hash KeyedHash) (ApplyFunc, func() Builder)
}

// ApplyFunc is the type of Model.Apply.
type ApplyFunc = func(ctx context.Context, tx pgx.Tx, names TableNames, happened []ticket.Recorded) error

// KeyedHash returns the keyed hash of a value, in hex.
type KeyedHash = func(value string) string

// Builder fills empty tables. Add takes the whole history of one ticket; the tickets come in any order.
type Builder struct {
	Add    func(history []ticket.Recorded)
	Flush  func(ctx context.Context, tx pgx.Tx, names TableNames) error // writes the rows of the tickets added since the last Flush
	Finish func(ctx context.Context, tx pgx.Tx, names TableNames) error // writes the rows that depend on all tickets
}

// Table returns the name of one of the model's tables in SQL, for example "read.tickets_v1" for "tickets".
func (m Model) Table(table string) string { return "read." + m.tableNames("").Name(table) }

// View returns the SQL name of the view through which requests read one of the model's tables: the rows that the reader of their transaction
// may see, and without a reader none.
func (m Model) View(table string) string { return "shown." + m.tableNames("").Name(table) }

// tableNames returns the names of the model's tables, with a suffix for tables that are being built.
func (m Model) tableNames(suffix string) TableNames {
	return TableNames{version: m.Version, suffix: suffix}
}

// versioned returns the name and version of the model, for example "tickets_v3". The SQL procedure read.dress_ with this name gives the tables
// with a suffix their indexes, policies and grants.
func (m Model) versioned() string { return fmt.Sprintf("%s_v%d", m.Name, m.Version) }

// TableNames names the tables of one version of a read model: the live tables, or the tables that a rebuild fills.
type TableNames struct {
	version int
	suffix  string
}

// Name returns the name of a table in schema read, for example "tickets_v1" for "tickets".
func (n TableNames) Name(table string) string {
	return fmt.Sprintf("%s_v%d%s", table, n.version, n.suffix)
}
