// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package acts says of an act in the history of a ticket whether it was undone and how long it is held, and of its events who may know of them from
// when on. It also says of a whole history how often its links were revoked.
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
