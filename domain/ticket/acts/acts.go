// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package acts derives facts from the history of a ticket: whether an act was undone and how long it is held, from when on which reader may know of
// which events, and how often the links were revoked.
package acts

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// IsWithdrawn reports whether an act of a history was undone.
func IsWithdrawn(history []ticket.Recorded, act ticket.ID) bool {
	return slices.ContainsFunc(history, func(r ticket.Recorded) bool {
		w, undone := r.Event.(ticket.ActWithdrawn)
		return undone && w.Act == act
	})
}

// HeldUntil returns the end of the hold of an act: until then the act can be withdrawn, and the readers of its notes do not know of it. It is
// zero if the act wrote no note that is held.
func HeldUntil(history []ticket.Recorded, act ticket.ID) (until time.Time) {
	for _, r := range history {
		if n, ok := r.Event.(ticket.NoteEvent); ok && r.Act == act && n.HeldUntil().After(until) {
			until = n.HeldUntil()
		}
	}
	return until
}

// LinkIssueOf returns the number of revocations in a history.
func LinkIssueOf(history []ticket.Recorded) (n int) {
	for _, r := range history {
		if e, ok := r.Event.(ticket.LinksRevoked); ok {
			n = e.Issue
		}
	}
	return n
}
