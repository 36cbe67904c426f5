// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package person says who people are to the system: actors with a role at an entity, and the identifiers
// that citizens write into a form.
package person

import "github.com/sol-assistenza/sol/domain/catalog"

// Role is what a person acts as; one at a time, chosen after login. The values are the wire's.
type Role string

// The roles that an account can hold, and the two that no account holds.
const (
	ASROperator        Role = "operatore_asr"
	ASRSupervisor      Role = "supervisore_asr"
	RegionalOperator   Role = "operatore_regionale"
	RegionalSupervisor Role = "supervisore_regionale"
	Auditor            Role = "auditor"
	Administrator      Role = "amministratore"
	Citizen            Role = "cittadino"
	Integration        Role = "integrazione"

	// System is the role of what happens by itself: sagas and timers.
	System Role = "sistema"
	// Anonymous is the role of who fills in the public form without logging in.
	Anonymous Role = "anonimo"
)

// Operates tells whether the role works tickets, at an ASR or at the Region.
func (r Role) Operates() bool {
	return r == ASROperator || r == ASRSupervisor || r == RegionalOperator || r == RegionalSupervisor
}

// Supervises tells whether the role leads the operators of its entity.
func (r Role) Supervises() bool { return r == ASRSupervisor || r == RegionalSupervisor }

// Actor is a person, or the system, in one role at one entity. It is recorded with every event.
type Actor struct {
	ID     string             `json:"id"`     // the account's UUID; the saga's name for System; empty for Anonymous
	Role   Role               `json:"role"`   //
	Entity catalog.EntityCode `json:"entity"` // empty where the role is not held at an entity
}

// Operates tells whether the actor works tickets of the entity.
func (a Actor) Operates(at catalog.EntityCode) bool { return a.Role.Operates() && a.Entity == at }
