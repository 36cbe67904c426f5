// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package projections builds what people see from the log: a ticket as one viewer may see it, the queues, lists,
// search and the stream of changes.
//
// Everything is a pure fold of events. A single ticket is folded whenever somebody looks at it (Detail) and
// has no table, so it can never be stale; lists and counts are tables in schema read, each row with who may see it.
package projections
