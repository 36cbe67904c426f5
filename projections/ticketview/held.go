// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// actState holds the moment until which the public and regional notes of an act are held, and whether the act was withdrawn.
type actState struct {
	heldUntil time.Time
	withdrawn bool
}

// isHeld reports whether the act is held at a moment.
func (a actState) isHeld(at time.Time) bool { return a.heldUntil.After(at) }

// actStates returns the state of every act of a history. The state of an act is the same for its events before and after its note.
func actStates(history []ticket.Recorded) map[ticket.ID]actState {
	acts := map[ticket.ID]actState{}
	for _, r := range history {
		if until := HeldUntil(r.Event); until.After(acts[r.Act].heldUntil) {
			a := acts[r.Act]
			a.heldUntil = until
			acts[r.Act] = a
		}
		if w, ok := r.Event.(ticket.ActWithdrawn); ok {
			a := acts[w.Act]
			a.withdrawn = true
			acts[w.Act] = a
		}
	}
	return acts
}

// HeldUntil returns the moment from which readers outside the author's entity may see the note of an event. It is zero for an internal note
// and for every event that is no note.
func HeldUntil(e ticket.Event) time.Time {
	if note, ok := e.(ticket.NoteEvent); ok {
		return note.HeldUntil()
	}
	return time.Time{}
}

// withoutWithdrawn returns a history without the acts that were withdrawn and without their withdrawals.
func withoutWithdrawn(history []ticket.Recorded, acts map[ticket.ID]actState) []ticket.Recorded {
	var kept []ticket.Recorded
	for _, r := range history {
		if _, undo := r.Event.(ticket.ActWithdrawn); !undo && !acts[r.Act].withdrawn {
			kept = append(kept, r)
		}
	}
	return kept
}

// visibleToCitizen returns the events of a history that the citizen may know of at a moment, and the state after them.
//
// While the public note of an act is held, the citizen sees none of the events of the act. Until the note may be read, the
// citizen sees the status before the act. So «Risolto» never appears without its reason, and an act that is withdrawn in time leaves no
// trace. The same is true of an act with a note to the Region: the citizen does not read the note, but must not see a hand-over that its
// author takes back. ticket.CitizenKnows says of which events a citizen may know at all.
func visibleToCitizen(
	history []ticket.Recorded, acts map[ticket.ID]actState, at time.Time,
) (visible []ticket.Recorded, known ticket.State) {
	var actual ticket.State
	for _, r := range withoutWithdrawn(history, acts) {
		as := AsCitizenSees(r, actual, known)
		actual = ticket.Evolve(actual, r)
		if ticket.CitizenKnows(r.Event) && !acts[r.Act].isHeld(at) {
			visible, known = append(visible, as), ticket.Evolve(known, as)
		}
	}
	return visible, known
}

// AsCitizenSees returns an event as the citizen may see it, who does not know of held acts yet. actual is the ticket's state before the
// event, known is the state that the citizen knows. A reply that leaves the status unchanged gets the known status, so that it does not
// reveal a status that is still held.
func AsCitizenSees(r ticket.Recorded, actual, known ticket.State) ticket.Recorded {
	if e, ok := r.Event.(ticket.CitizenReplied); ok && e.Status == actual.Status {
		e.Status = known.Status
		r.Event = e
	}
	return r
}
