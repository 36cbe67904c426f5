// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"maps"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
)

// CitizenKnows reports whether the citizen may know of an event, once the notes of its act may be read. It is the one place that says so:
// version, timeline, lists and live updates of citizens follow from it.
func CitizenKnows(e Event) bool {
	switch e.(type) {
	case Opened, CitizenNote, ProgressEvent, CompetenceEvent, ResolutionEvent, Reopened, AutoClosed, Reclassified, CitizenReminded,
		ContactsCorrected, CitizenInformed, ReplyForwarded, RepresentationEvent, PersonalDataErased:
		return true
	case InternalNote, RegionalNote, AssignmentEvent, ActWithdrawn, PlaybookEvent, HandoverAlertEvent, ContactFailed, MailKept,
		LinksRevoked, ReaderEvent:
	}
	return false
}

// Seen is a number of events, and the time of the latest of them.
type Seen struct {
	N  int       `json:"n,omitempty"`
	At time.Time `json:"at,omitzero"`
}

// add returns s with the events of more.
func (s Seen) add(more Seen) Seen {
	s.N += more.N
	if more.At.After(s.At) {
		s.At = more.At
	}
	return s
}

// Knowledge counts the events of a ticket by those who may know of them. A reader's version of a ticket is the number of events of which
// the reader may know, so it tells nothing of other events. A Knowledge is a value, as a State is.
type Knowledge struct {
	Total     Seen                        `json:"total,omitzero"`
	Citizen   Seen                        `json:"citizen,omitzero"`   // without the acts below
	Acts      []knownAct                  `json:"acts,omitempty"`     // the latest act, and those that are held
	Operators Seen                        `json:"operators,omitzero"` // events that all operators who see the ticket may know of
	Only      map[catalog.EntityCode]Seen `json:"only,omitempty"`     // events that only operators of the entity may know of, beside others
	Notes     []heldNote                  `json:"notes,omitempty"`    // events of which the author's entity knows already
}

// knownAct is an act whose events the citizen may know of from a time on.
type knownAct struct {
	Act   ID        `json:"act"`
	Until time.Time `json:"until,omitzero"` // end of the hold
	Seen
}

// heldNote is a note that readers outside the author's entity may know of from a time on.
type heldNote struct {
	Act    ID                   `json:"act"`
	Until  time.Time            `json:"until"`
	At     time.Time            `json:"at"`
	Author catalog.EntityCode   `json:"author"`
	Only   []catalog.EntityCode `json:"only,omitempty"` // nil: all entities that see the ticket
}

// isFor reports whether an entity may know of the note at a moment.
func (h heldNote) isFor(entity catalog.EntityCode, at time.Time) bool {
	return (h.Only == nil || slices.Contains(h.Only, entity)) && (h.Author == entity || !h.Until.After(at))
}

// SeenBy returns the events of which a reader who sees the ticket may know at a moment.
func (k Knowledge) SeenBy(by person.Actor, at time.Time) Seen {
	if k.Total.At.After(at) {
		at = k.Total.At // a clock that is behind the log
	}
	switch GroupOf(by) {
	case ReadsAll:
		return k.Total
	case ReadsAsOperator:
		seen := k.Operators.add(k.Only[by.Entity])
		for _, n := range k.Notes {
			if n.isFor(by.Entity, at) {
				seen = seen.add(Seen{1, n.At})
			}
		}
		return seen
	case ReadsAsCitizen:
	}
	seen := k.Citizen
	for _, a := range k.Acts {
		if !a.Until.After(at) {
			seen = seen.add(a.Seen)
		}
	}
	return seen
}

// VersionFor returns the version of the ticket for a reader at a moment.
func (k Knowledge) VersionFor(by person.Actor, at time.Time) int { return k.SeenBy(by, at).N }

// apply returns the counts after an event; s is the state after it.
func (k Knowledge) apply(s State, r Recorded) Knowledge {
	k.Total = k.Total.add(Seen{1, r.At})
	k = k.settle(r)
	if w, ok := r.Event.(ActWithdrawn); ok {
		k = k.withdraw(w.Act)
	}
	last := len(k.Acts) - 1
	if CitizenKnows(r.Event) {
		k.Acts[last].Seen = k.Acts[last].add(Seen{1, r.At})
	}
	var until time.Time
	if note, ok := r.Event.(NoteEvent); ok {
		until = note.HeldUntil()
	}
	if until.After(k.Acts[last].Until) {
		k.Acts[last].Until = until
	}
	switch only := OnlyEntities(s, r.Event); {
	case until.After(r.At):
		k.Notes = append(slices.Clone(k.Notes), heldNote{Act: r.Act, Until: until, At: r.At, Author: r.By.Entity, Only: only})
	case only == nil:
		k.Operators = k.Operators.add(Seen{1, r.At})
	default:
		k = k.addOnly(only, r.At)
	}
	return k
}

// settle returns the counts with the acts and notes whose hold ended before an event, and with an entry for the event's act.
func (k Knowledge) settle(r Recorded) Knowledge {
	acts := make([]knownAct, 0, len(k.Acts)+1)
	for _, a := range k.Acts {
		if a.Act != r.Act && !a.Until.After(r.At) {
			k.Citizen = k.Citizen.add(a.Seen)
			continue
		}
		acts = append(acts, a)
	}
	if n := len(acts); n == 0 || acts[n-1].Act != r.Act {
		acts = append(acts, knownAct{Act: r.Act})
	}
	var notes []heldNote
	for _, n := range k.Notes {
		switch {
		case n.Until.After(r.At):
			notes = append(notes, n)
		case n.Only == nil:
			k.Operators = k.Operators.add(Seen{1, n.At})
		default:
			k = k.addOnly(n.Only, n.At)
		}
	}
	k.Acts, k.Notes = acts, notes
	return k
}

// withdraw returns the counts after an act was withdrawn while it was held: only the author's entity knows of its notes.
func (k Knowledge) withdraw(act ID) Knowledge {
	k.Acts = slices.DeleteFunc(slices.Clone(k.Acts), func(a knownAct) bool { return a.Act == act })
	var notes []heldNote
	for _, n := range k.Notes {
		if n.Act != act {
			notes = append(notes, n)
			continue
		}
		k = k.addOnly([]catalog.EntityCode{n.Author}, n.At)
	}
	k.Notes = notes
	return k
}

// addOnly returns the counts with an event that only operators of some entities may know of.
func (k Knowledge) addOnly(entities []catalog.EntityCode, at time.Time) Knowledge {
	only := map[catalog.EntityCode]Seen{}
	maps.Copy(only, k.Only)
	for _, e := range entities {
		only[e] = only[e].add(Seen{1, at})
	}
	k.Only = only
	return k
}

// ReaderGroup says by which rule a reader knows of events.
type ReaderGroup int

// The groups of readers.
const (
	ReadsAsCitizen ReaderGroup = iota
	ReadsAsOperator
	ReadsAll
)

// GroupOf returns the group of a reader. A reader without a role at an entity knows what the citizen of the ticket knows.
func GroupOf(by person.Actor) ReaderGroup {
	switch {
	case policy.Off || policy.ReadsEverything(by) || by.Role == person.System || by.Role == person.Administrator:
		return ReadsAll
	case by.Role.ReadsForEntity(): // who examines an entity's work knows what its operators know
		return ReadsAsOperator
	default:
		return ReadsAsCitizen
	}
}
