// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// FormerViewTime is the time for which an entity that had a ticket goes on seeing it, after the ticket closed or another ASR accepted it.
const FormerViewTime = 30 * 24 * time.Hour

// FormerView is the view of an entity that had a ticket and has it no more.
type FormerView struct {
	Entity catalog.EntityCode
	Since  time.Time `json:",omitzero"`  // when the ticket closed or another ASR accepted it first; zero: not yet
	Ended  bool      `json:",omitempty"` // the entity sees the trace alone
}

// EndsAt returns the time at which the view ends, and false while nothing has happened from which the time counts.
func (v FormerView) EndsAt() (time.Time, bool) { return v.Since.Add(FormerViewTime), !v.Since.IsZero() }

// FormerViews are the views of all entities that had a ticket, in the order in which they lost it. While the Region works on an
// escalation, the ASR that escalated goes on seeing the ticket: it answers the Region's messages. FormerViews are a value, as a State is.
type FormerViews []FormerView

// Of returns the view of an entity, and false if it did not have the ticket or has it now.
func (all FormerViews) Of(e catalog.EntityCode) (FormerView, bool) {
	i := slices.IndexFunc(all, func(v FormerView) bool { return v.Entity == e })
	if i < 0 {
		return FormerView{}, false
	}
	return all[i], true
}

// Apply returns the views after an event. competent is the entity that had the ticket before the event.
func (all FormerViews) Apply(competent catalog.EntityCode, r Recorded) FormerViews {
	switch e := r.Event.(type) {
	case Escalated:
		return all.transfer(e.From, catalog.Region)
	case Redirected:
		return all.transfer(competent, e.To)
	case Recalled:
		return all.without(e.Entity)
	case TransferredToSuccessor:
		return all.without(e.To)
	case Taken, CitizenAsked, Resumed, ResolutionEvent: // the competent entity has accepted the ticket
		if competent != catalog.Region {
			return all.countFrom(r.At)
		}
	case AutoClosed:
		return all.countFrom(r.At)
	case FormerViewEnded:
		return all.change(func(v *FormerView) { v.Ended = v.Ended || v.Entity == e.Entity })
	case CitizenReplied:
	case AccessRestricted, RestrictionLifted:
	case Opened, AssignmentEvent, NoteEvent, Reopened, ActWithdrawn, Reclassified, PlaybookEvent, HandoverAlertEvent, CitizenReminded,
		ContactEvent, RepresentationEvent, PersonalDataErased:
	}
	return all
}

// transfer returns the views after a ticket went from one entity to another.
func (all FormerViews) transfer(from, to catalog.EntityCode) FormerViews {
	return append(all.without(from).without(to), FormerView{Entity: from})
}

// without returns the views without that of an entity.
func (all FormerViews) without(e catalog.EntityCode) FormerViews {
	return slices.DeleteFunc(slices.Clone(all), func(v FormerView) bool { return v.Entity == e })
}

// countFrom returns the views in which the time of those that went on without an end counts from a moment.
func (all FormerViews) countFrom(at time.Time) FormerViews {
	return all.change(func(v *FormerView) {
		if v.Since.IsZero() {
			v.Since = at
		}
	})
}

// change returns the views with each one changed.
func (all FormerViews) change(each func(*FormerView)) FormerViews {
	changed := slices.Clone(all)
	for i := range changed {
		each(&changed[i])
	}
	return changed
}
