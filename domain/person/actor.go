// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package person defines actors (a person or the system, in a role at an entity) and parses the identifiers that citizens enter in forms:
// tax codes, e-mail addresses and telephone numbers. It stores and logs nothing.
package person

import "github.com/sol-assistenza/sol/domain/catalog"

// Role is the role in which a person acts. A session has one role, chosen after login (FAQ 2.1). The values are stored and used in the API.
type Role string

// The roles that an account can hold, and the two that no account holds.
const (
	ASROperator        Role = "operatore_asr"
	ASRSupervisor      Role = "supervisore_asr"
	RegionalOperator   Role = "operatore_regionale"
	RegionalSupervisor Role = "supervisore_regionale"
	Auditor            Role = "auditor"
	// DataProtectionOfficer is the role of an entity's or the Region's data protection officer.
	DataProtectionOfficer Role = "responsabile_protezione_dati"
	Administrator         Role = "amministratore"
	Citizen               Role = "cittadino"
	Integration           Role = "integrazione"

	// System is the role of sagas, timers and other automatic commands.
	System Role = "sistema"
	// Anonymous is the role of a person who fills in the public form without a login.
	Anonymous Role = "anonimo"
)

// Operates reports whether the role works on tickets, at an ASR or at the Region.
func (r Role) Operates() bool {
	return r == ASROperator || r == ASRSupervisor || r == RegionalOperator || r == RegionalSupervisor
}

// Supervises reports whether the role leads the operators of its entity.
func (r Role) Supervises() bool { return r == ASRSupervisor || r == RegionalSupervisor }

// Audits reports whether the role reads tickets in order to examine what others did, and changes none: an auditor or a data protection
// officer, of one entity or of the Region.
func (r Role) Audits() bool { return r == Auditor || r == DataProtectionOfficer }

// ReadsForEntity reports whether the role reads the tickets of its entity: to work on them, to examine that work, or as another system.
func (r Role) ReadsForEntity() bool { return r.Operates() || r.Audits() || r == Integration }

// Actor is a person, or the system, in one role at one entity. It is recorded with every event.
type Actor struct {
	ID     string             `json:"id"`     // the account's UUID; the saga's name for System; empty for Anonymous
	Role   Role               `json:"role"`   //
	Entity catalog.EntityCode `json:"entity"` // empty if the role does not belong to an entity
}

// Operates reports whether the actor works on tickets of the entity.
func (a Actor) Operates(at catalog.EntityCode) bool { return a.Role.Operates() && a.Entity == at }
