// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// actState is what became of an act: until when its public notes are held, and whether it was withdrawn before that
// (architecture.md, "Undo").
type actState struct {
	heldUntil time.Time
	withdrawn bool
}

func (f actState) isHeld(at time.Time) bool { return f.heldUntil.After(at) }

// actStates finds what became of every act of a history. It reads the whole of it first, so it does not matter where in
// an act its note stands.
func actStates(history []ticket.Recorded) map[ticket.ID]actState {
	all := map[ticket.ID]actState{}
	for _, r := range history {
		if until := HeldUntil(r.Event); until.After(all[r.Act].heldUntil) {
			f := all[r.Act]
			f.heldUntil = until
			all[r.Act] = f
		}
		if w, ok := r.Event.(ticket.ActWithdrawn); ok {
			f := all[w.Act]
			f.withdrawn = true
			all[w.Act] = f
		}
	}
	return all
}

// HeldUntil returns the moment from which readers outside the author's entity may see the note that an event is. It is zero
// for an internal note and for every other event.
func HeldUntil(e ticket.Event) time.Time {
	if note, ok := e.(ticket.NoteEvent); ok {
		return note.HeldUntil()
	}
	return time.Time{}
}

// withoutWithdrawn is a history without the acts that were withdrawn and without their withdrawals: what holds.
func withoutWithdrawn(history []ticket.Recorded, all map[ticket.ID]actState) []ticket.Recorded {
	var kept []ticket.Recorded
	for _, r := range history {
		if _, undo := r.Event.(ticket.ActWithdrawn); !undo && !all[r.Act].withdrawn {
			kept = append(kept, r)
		}
	}
	return kept
}

// visibleToCitizen returns the part of a history that its citizen may know of at a moment, and the state after it.
//
// An act whose public note is still held has not happened yet for the citizen, with all that it did: until the note
// may be read, the status is the one before, so that «Risolto» never stands there without its reason, and an act
// that is withdrawn in time leaves no mark. That holds for a note to the Region too: the citizen does not read it,
// but must not see a hand-over that its author takes back. Notes that are not for the citizen are left out here
// already; the citizen's view could not take them up anyway.
func visibleToCitizen(history []ticket.Recorded, all map[ticket.ID]actState, at time.Time) (visible []ticket.Recorded, known ticket.State) {
	var truth ticket.State
	for _, r := range withoutWithdrawn(history, all) {
		as := AsCitizenSees(r, truth, known)
		truth = ticket.Evolve(truth, r)
		switch r.Event.(type) {
		case ticket.InternalNote, ticket.RegionalNote:
		case ticket.Opened, ticket.CitizenNote, ticket.AssignmentEvent, ticket.ProgressEvent, ticket.CompetenceEvent,
			ticket.ResolutionEvent, ticket.Reopened, ticket.ActWithdrawn, ticket.AutoClosed, ticket.Reclassified,
			ticket.PlaybookEvent, ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.ContactEvent, ticket.PersonalDataErased:
			if !all[r.Act].isHeld(at) {
				visible, known = append(visible, as), ticket.Evolve(known, as)
			}
		}
	}
	return visible, known
}

// AsCitizenSees is an event as it is told to a citizen who does not know of everything yet: a reply that left the status as
// it was does not give away a status that is still held.
func AsCitizenSees(r ticket.Recorded, truth, known ticket.State) ticket.Recorded {
	if e, ok := r.Event.(ticket.CitizenReplied); ok && e.Status == truth.Status {
		e.Status = known.Status
		r.Event = e
	}
	return r
}
