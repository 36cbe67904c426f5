// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package catalog holds the reference data of the service: entities with their validity, deadlines and working calendars, services and
// problems. It reads and checks data files; it reads no clock.
package catalog

// EntityCode identifies an entity: the six-digit ministerial code of an ASR, or "regione".
type EntityCode string

// Region is the code of the entity to which ASRs hand tickets over (FAQ 2.6).
const Region EntityCode = "regione"

// ServiceID and ProblemID identify the service and the problem of a ticket in data, events and the API, e.g. "ritiro-documenti" and
// "referto-non-trovato".
type (
	ServiceID string
	ProblemID string
)
