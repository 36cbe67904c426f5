// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import "slices"

// Informing says what the citizen of a ticket without e-mail must still be told by telephone or letter. It is comparable. It does not change
// on tickets with an e-mail address. Sagas keep one, too.
type Informing struct {
	NoEmail bool `json:",omitempty"`
	Note    ID   `json:",omitempty"` // the latest public note, or question of a reminder, that is to be told; empty: none
	Before  ID   `json:",omitempty"` // Note before the latest public note, for an undo
}

// Apply returns what is to be told after an event.
func (t Informing) Apply(e Event) Informing {
	switch e := e.(type) {
	case Opened:
		t.NoEmail = e.NoEmail
	case CitizenNote:
		if t.NoEmail {
			t.Before, t.Note = t.Note, e.Note
		}
	case CitizenReminded:
		if t.NoEmail {
			t.Note = e.Question
		}
	case CitizenReplied:
		if !e.Unverified && e.Duplicate == "" { // the citizen has read the notes; a stranger, or a reader of the duplicate, need not have
			t.Note, t.Before = "", ""
		}
	case CitizenInformed:
		t.Note, t.Before = "", ""
	case ContactsCorrected:
		t = Informing{NoEmail: e.NoEmail, Note: t.Note, Before: t.Before}
		if e.EmailChanged {
			t.Note, t.Before = e.ToInform, ""
		}
	case ActWithdrawn:
		if slices.Contains(e.Notes, t.Note) {
			t.Note, t.Before = t.Before, ""
		}
	case PersonalDataErased:
		t.Note, t.Before = "", ""
	case InternalNote, RegionalNote, Taken, CitizenAsked, Resumed, ContactFailed, MailKept, LinksRevoked, ReplyForwarded:
	case AssignmentEvent, CompetenceEvent, ResolutionEvent, Reopened, AutoClosed, Reclassified, PlaybookEvent, HandoverAlertEvent,
		ReaderEvent, RepresentationEvent:
	}
	return t
}
