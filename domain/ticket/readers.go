// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// ReaderTag identifies readers of a ticket: the operators of an entity, or the citizen with an account. It is stored in the clear for ever
// and holds only what events hold in the clear. The formats never change.
type ReaderTag string

// EntityTag returns the tag of the operators of an entity.
func EntityTag(e catalog.EntityCode) ReaderTag { return ReaderTag("entity/" + e) }

// CitizenTag returns the tag of the citizen with an account.
func CitizenTag(account string) ReaderTag { return ReaderTag("citizen/" + account) }

// Readers returns the tags of those who may read the ticket, in ascending order: the operators of the competent entity and of the entities
// with a trace, and the verified citizen. It returns nil for a ticket that does not exist. Auditors read every ticket, and whoever holds
// the personal link of a ticket reads that ticket; neither has a tag.
func (s State) Readers() []ReaderTag {
	if s.Entity == "" {
		return nil
	}
	tags := []ReaderTag{EntityTag(s.Entity)}
	for _, e := range s.Traces {
		tags = append(tags, EntityTag(e))
	}
	if s.Citizen != "" {
		tags = append(tags, CitizenTag(s.Citizen))
	}
	return sortedTags(tags...)
}

// OnlyFor returns the tags of the only readers who may know of an event, in ascending order; nil for an event that all operators who see the
// ticket may know of, and perhaps the citizen (CitizenKnows). s is the state after the event.
func OnlyFor(s State, e Event) []ReaderTag {
	var tags []ReaderTag
	for _, entity := range OnlyEntities(s, e) {
		tags = append(tags, EntityTag(entity))
	}
	return sortedTags(tags...)
}

// OnlyEntities returns the entities whose operators are the only readers who may know of an event, each once; nil if all readers may.
func OnlyEntities(s State, e Event) []catalog.EntityCode {
	switch e := e.(type) {
	case InternalNote:
		return []catalog.EntityCode{e.Entity}
	case RegionalNote:
		return withRegion(e.ASR)
	case PlaybookEvent: // the citizen and the ASR that gets the ticket next may not know the answers
		return withRegion(runEntity(s, e))
	case Opened, CitizenNote, AssignmentEvent, ProgressEvent, CompetenceEvent, ResolutionEvent, Reopened, ActWithdrawn, AutoClosed,
		Reclassified, HandoverAlertEvent, CitizenReminded, ContactEvent, PersonalDataErased:
	}
	return nil
}

// withRegion returns an ASR and the Region, each once.
func withRegion(asr catalog.EntityCode) []catalog.EntityCode {
	if asr == catalog.Region {
		return []catalog.EntityCode{asr}
	}
	return []catalog.EntityCode{asr, catalog.Region}
}

// runEntity returns the entity to whose run an event belongs. s is the state after the event.
func runEntity(s State, e PlaybookEvent) catalog.EntityCode {
	switch e := e.(type) {
	case PlaybookStarted:
		return e.Entity
	case CheckAnswered:
		return e.Entity
	case CheckTried:
		return e.Entity
	case AnswersForgotten, OutcomeCarriedOut, PlaybookReminded: // of the run that the ticket has
	}
	return s.Run.Entity
}

// sortedTags returns the tags in ascending order, each once.
func sortedTags(tags ...ReaderTag) []ReaderTag {
	slices.Sort(tags)
	return slices.Compact(tags)
}
