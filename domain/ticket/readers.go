// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// ReaderTag identifies readers of a ticket: the operators of an entity, its supervisors, one of its operators, those who examine what it
// did, or the citizen with an account. It is stored in the clear for ever and holds only what events hold in the clear. The formats never
// change.
type ReaderTag string

// EntityTag returns the tag of the operators of an entity, supervisors included.
func EntityTag(e catalog.EntityCode) ReaderTag { return ReaderTag("entity/" + e) }

// SupervisorTag returns the tag of the supervisors of an entity.
func SupervisorTag(e catalog.EntityCode) ReaderTag { return ReaderTag("supervisor/" + e) }

// OperatorTag returns the tag of one account in a role at an entity.
func OperatorTag(e catalog.EntityCode, account string) ReaderTag {
	return ReaderTag("operator/" + string(e) + "/" + account)
}

// TraceTag returns the tag of an entity that sees the trace of the ticket alone: of its operators nobody reads the ticket, but its auditors
// and its data protection officer do.
func TraceTag(e catalog.EntityCode) ReaderTag { return ReaderTag("trace/" + e) }

// CitizenTag returns the tag of the citizen with an account.
func CitizenTag(account string) ReaderTag { return ReaderTag("citizen/" + account) }

// Readers returns the tags of those who may read the ticket, in ascending order. It returns nil for a ticket that does not exist.
//
//   - The operators of the competent entity, and of the entities that had the ticket while their view lasts.
//   - With restricted access, of the competent entity its supervisors and the assignee, of the others their supervisors. So there is always
//     somebody at the competent entity who can read the ticket and assign it, also right after a hand-over or when the assignee leaves.
//   - The auditors and the data protection officer of all these entities (ViewerTags), also after the view has ended.
//   - The verified citizen.
//
// The auditors of the Region read every ticket, and whoever holds the personal link of a ticket reads that ticket; neither needs a tag.
func (s State) Readers() []ReaderTag {
	if s.Entity == "" {
		return nil
	}
	operators := EntityTag
	if s.Restricted {
		operators = SupervisorTag
	}
	tags := []ReaderTag{operators(s.Entity)}
	if s.Restricted && s.Assignee.Operator != "" {
		tags = append(tags, OperatorTag(s.Entity, s.Assignee.Operator))
	}
	for _, e := range s.Traces {
		if s.ViewEnded(e) {
			tags = append(tags, TraceTag(e))
		} else {
			tags = append(tags, operators(e))
		}
	}
	if s.Citizen != "" {
		tags = append(tags, CitizenTag(s.Citizen))
	}
	return sortedTags(tags...)
}

// ViewerTags returns the tags that an actor holds. An actor without any of the tags of a ticket may not read it, except
// those who read everything. The policy gives the same answer; a test compares the two.
func ViewerTags(by person.Actor) []ReaderTag {
	switch {
	case by.Role == person.Citizen && by.ID != "":
		return []ReaderTag{CitizenTag(by.ID)}
	case by.Entity == "":
		return nil
	case by.Role.Audits():
		return []ReaderTag{EntityTag(by.Entity), SupervisorTag(by.Entity), TraceTag(by.Entity)}
	case !by.Role.ReadsForEntity():
		return nil
	}
	tags := []ReaderTag{EntityTag(by.Entity)}
	if by.Role.Supervises() {
		tags = append(tags, SupervisorTag(by.Entity))
	}
	if by.ID != "" && by.Role.Operates() {
		tags = append(tags, OperatorTag(by.Entity, by.ID))
	}
	return tags
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
	case FormerViewEnded: // it changes no version and no order of the others' lists
		return []catalog.EntityCode{e.Entity}
	case AccessRestricted, RestrictionLifted:
	case Opened, CitizenNote, AssignmentEvent, ProgressEvent, CompetenceEvent, ResolutionEvent, Reopened, ActWithdrawn, AutoClosed,
		Reclassified, HandoverAlertEvent, CitizenReminded, ContactEvent, RepresentationEvent, PersonalDataErased:
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
