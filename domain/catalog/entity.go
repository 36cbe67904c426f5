// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog

import "time"

// Kind is what sort of public body an entity is. The values are the data files'.
type Kind string

// The kinds of entity.
const (
	ASL          Kind = "asl"     // Azienda Sanitaria Locale
	AO           Kind = "ao"      // Azienda Ospedaliera
	AOU          Kind = "aou"     // Azienda Ospedaliero-Universitaria
	RegionalBody Kind = "regione" // Regione Piemonte
)

// Entity is a health authority or the Region (mission.md, "The entities").
type Entity struct {
	Code  EntityCode
	Name  string // in full, e.g. "Azienda Sanitaria Locale Città di Torino"
	Short string // as people say it, e.g. "ASL Città di Torino"
	Kind  Kind
	Seat  string // town of its offices, whose patron saint's day it keeps

	// It exists from ValidFrom on and no longer at ValidTo; both are midnights in Rome, zero where open.
	ValidFrom, ValidTo time.Time
	Successor          EntityCode // who follows it from ValidTo on; empty: the Region
}

// ValidAt tells whether the entity exists at a moment.
func (e Entity) ValidAt(t time.Time) bool {
	return !t.Before(e.ValidFrom) && (e.ValidTo.IsZero() || t.Before(e.ValidTo))
}
