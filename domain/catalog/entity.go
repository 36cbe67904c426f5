// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog

import "time"

// Kind is the legal form of an entity. Its values are those of the data files.
type Kind string

// The kinds of entity.
const (
	ASL          Kind = "asl"     // Azienda Sanitaria Locale
	AO           Kind = "ao"      // Azienda Ospedaliera
	AOU          Kind = "aou"     // Azienda Ospedaliero-Universitaria
	RegionalBody Kind = "regione" // Regione Piemonte
)

// Entity is a health authority (ASR) or the Region.
type Entity struct {
	Code  EntityCode
	Name  string // in full, e.g. "Azienda Sanitaria Locale Città di Torino"
	Short string // as people say it, e.g. "ASL Città di Torino"
	Kind  Kind
	Seat  string // town of its administrative seat; its patron saint's day is a holiday

	// The entity exists from ValidFrom until before ValidTo. Both are midnights in Rome; zero means without limit.
	ValidFrom, ValidTo time.Time
	Successor          EntityCode // takes over its tickets at ValidTo; empty: the Region
}

// ValidAt reports whether the entity exists at a time.
func (e Entity) ValidAt(t time.Time) bool {
	return !t.Before(e.ValidFrom) && (e.ValidTo.IsZero() || t.Before(e.ValidTo))
}
