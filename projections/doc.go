// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package projections lists the read models of this binary and runs them.
//
// A read model folds events into tables of schema read. Package readmodel holds what all of them share: tables, runs, rebuilds and
// snapshots. Packages lists and dashboard are one family of read models each. Package ticketview has no tables: it folds one ticket
// whenever somebody looks at it.
//
// To add a read model, write a package with a readmodel.Model, add a migration that creates its tables, and name it in All.
package projections
