// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package acts

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// KnownEvents returns the events of a history of which a reader who sees the ticket may know at a moment, in the order in which the reader
// could first know of them. So the events that a reader knew at some moment are always the first ones later, and their number is the
// reader's version.
func KnownEvents(history []ticket.Recorded, by person.Actor, at time.Time) []ticket.Recorded {
	if n := len(history); n > 0 && history[n-1].At.After(at) {
		at = history[n-1].At
	}
	type known struct {
		ticket.Recorded
		from time.Time
	}
	var all []known
	var s ticket.State
	acts := foldHolds(history)
	for _, r := range history {
		s = ticket.Evolve(s, r)
		if from, ok := knownFrom(s, r, acts[r.Act], by); ok && !from.After(at) {
			all = append(all, known{r, from})
		}
	}
	slices.SortStableFunc(all, func(a, b known) int { return a.from.Compare(b.from) })
	events := make([]ticket.Recorded, len(all))
	for i, k := range all {
		events[i] = k.Recorded
	}
	return events
}

// holdOfAct is the end of the hold of an act, and whether the act was withdrawn.
type holdOfAct struct {
	until     time.Time
	withdrawn bool
}

// foldHolds returns the holds of all acts of a history.
func foldHolds(history []ticket.Recorded) map[ticket.ID]holdOfAct {
	acts := map[ticket.ID]holdOfAct{}
	for _, r := range history {
		switch e := r.Event.(type) {
		case ticket.NoteEvent:
			if hold := acts[r.Act]; e.HeldUntil().After(hold.until) {
				hold.until = e.HeldUntil()
				acts[r.Act] = hold
			}
		case ticket.ActWithdrawn:
			hold := acts[e.Act]
			hold.withdrawn = true
			acts[e.Act] = hold
		case ticket.Opened, ticket.AssignmentEvent, ticket.ProgressEvent, ticket.CompetenceEvent, ticket.ResolutionEvent, ticket.Reopened, ticket.AutoClosed, ticket.Reclassified, ticket.PlaybookEvent,
			ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
		}
	}
	return acts
}

// knownFrom returns the time from which a reader may know of an event, and false if the reader never may. s is the state after the event,
// hold that of its act.
func knownFrom(s ticket.State, r ticket.Recorded, hold holdOfAct, by person.Actor) (time.Time, bool) {
	from := r.At
	switch ticket.GroupOf(by) {
	case ticket.ReadsAll:
		return from, true
	case ticket.ReadsAsOperator:
		if only := ticket.OnlyEntities(s, r.Event); only != nil && !slices.Contains(only, by.Entity) {
			return from, false
		}
		note, ok := r.Event.(ticket.NoteEvent)
		if !ok || r.By.Entity == by.Entity || !note.HeldUntil().After(from) {
			return from, true
		}
		return note.HeldUntil(), !hold.withdrawn
	case ticket.ReadsAsCitizen:
	}
	if hold.until.After(from) {
		from = hold.until
	}
	return from, ticket.CitizenKnows(r.Event) && !hold.withdrawn
}
