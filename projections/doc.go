// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package projections lists the read models of this binary and makes their runner.
//
// A read model folds events into tables of schema read. Package readmodel holds what all read models share: tables, runs, rebuilds and
// snapshots. Packages lists and dashboard hold one read model each, with its reader. Package ticketview has no tables: it folds the
// events of one ticket for each read.
//
// To add a read model, write a package with a readmodel.Model, add a migration that creates its tables, and name it in All.
package projections
