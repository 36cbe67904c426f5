// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package representation says whether the requester of a ticket may act, at a moment, for the person whom the form names.
package representation

import (
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// States returns every state of a representation but the empty one, which means that the form names nobody else.
func States() []ticket.Representation {
	return []ticket.Representation{ticket.Unchecked, ticket.Confirmed, ticket.Rejected}
}

// Kinds returns every ground on which a requester acts for another person.
func Kinds() []ticket.RepresentationKind {
	return []ticket.RepresentationKind{ticket.OfMinor, ticket.AsGuardian, ticket.AsTrustee, ticket.AsDelegate, ticket.AsHeir}
}

// At returns the representation at a moment. One that was verified up to a day is unchecked after that day: the delegation has ended, or the minor
// has come of age.
func At(s ticket.State, now time.Time) ticket.Representation {
	if HasExpired(s, now) {
		return ticket.Unchecked
	}
	return s.Representation
}

// HasExpired reports whether the day has passed up to which the representation was verified.
func HasExpired(s ticket.State, now time.Time) bool {
	return s.Representation == ticket.Confirmed && s.RepresentedUntil != "" && s.RepresentedUntil < Today(now)
}

// IsOpen reports whether nothing about the represented person may be told to the requester at a moment.
func IsOpen(s ticket.State, now time.Time) bool {
	r := At(s, now)
	return r != "" && r != ticket.Confirmed
}

// Today returns the day of a moment in Rome, in the form of State.RepresentedUntil.
func Today(now time.Time) string { return now.In(calendar.Rome()).Format(time.DateOnly) }
