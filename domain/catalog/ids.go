// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package catalog holds what the service is about, as data: entities with their validity, services, problems
// and working calendars.
package catalog

// EntityCode names an entity: the six-digit ministerial code of an ASR, or "regione".
type EntityCode string

// Region is the entity that ASRs hand tickets over to (FAQ 2.6).
const Region EntityCode = "regione"

// ServiceID and ProblemID are the wire's names of what a ticket is about, e.g. "ritiro-documenti" and
// "referto-non-trovato". A problem that has a playbook carries its id.
type (
	ServiceID string
	ProblemID string
)
