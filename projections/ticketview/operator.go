// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

// operatorView returns the ticket as an operator, an auditor or a data protection officer may see it. Those of an entity read what its operators
// read.
func operatorView(v Viewer, h History, n Names) Ticket {
	earlier, s, acts, at := h.earlier, h.State, h.acts, h.At
	t := commonView(s, withoutWithdrawn(earlier, acts), n, at)
	numbers := t.setKnown(h, v, n)
	t.StatusLabel = s.Status.Label()
	t.Assignee = n.Assignee(s.Assignee)
	t.Problem = n.Problem(s.Service, s.Problem, false)
	t.ReadOnly, t.Restricted = !v.WorksAt(s.Entity), s.Restricted
	t.Unreachable, t.ToInform, t.Answered = s.Unreachable, s.Informing.Note, s.Answered > 0
	t.setClock(earlier, s)
	t.Playbook = v.currentPlaybook(n, s)
	requester, runs := t.requesterName(), h.runs
	for _, r := range earlier {
		number, known := numbers[r.Version]
		if entity, ofRun := runs.ofEvent(r.Event); !known || ofRun && !v.seesPlaybookOf(entity) {
			continue
		}
		by := n.byForOperator(r.By, requester)
		t.setEvidence(r, by)
		if isUnverified(r.Event) {
			by.Name = unverifiedName
		}
		note, isNote := v.readNote(r, by, acts[r.Act], at)
		if isNote && note.ID == "" {
			continue // the viewer may not know that the note exists
		}
		if isNote {
			t.Notes = append(t.Notes, note)
		}
		t.Timeline = append(t.Timeline, Line{
			Version: number, At: r.At, By: by, Type: codec.EventName(r.Event), Text: operatorSentence(r, n), Reason: v.readReason(r),
		})
	}
	t.Moves = append(t.Moves, rules.Moves(s, v.Actor)...)
	if undo := slices.Index(t.Moves, ticket.MoveUndo); undo >= 0 {
		if s.Last.HeldUntil.After(at) {
			t.UndoUntil = &s.Last.HeldUntil
		} else {
			t.Moves = slices.Delete(t.Moves, undo, undo+1)
		}
	}
	return t
}

// readNote returns the note of an event, and whether the event has one. The note has no id if the viewer may not know of it. The readers
// are:
//   - internal: the entity that was competent when the note was written, wherever the ticket is now;
//   - regional: the Region and the ASR of the hand-over;
//   - citizen: every operator who sees the ticket.
//
// Outside the author's entity only the Region's auditors see a public or regional note while it is held and after it was withdrawn.
func (v Viewer) readNote(r ticket.Recorded, by By, a actState, at time.Time) (Note, bool) {
	shown := v.mayRead(policy.ReadHeldText, r.By.Entity)
	switch e := r.Event.(type) {
	case ticket.CitizenNote:
		shown = shown || !a.withdrawn && !e.VisibleFrom.After(at)
		return publicTextOfNote(e).toNote(r.At, by).visibleIf(shown, a, at), true
	case ticket.CitizenReplied:
		return publicTextOfReply(e).toNote(r.At, by), true
	case ticket.InternalNote:
		n := Note{ID: e.Note, Kind: "note", Audience: AudienceInternal, By: by, At: r.At, VisibleFrom: r.At}
		n.setText(e.Personal, e.Attachments)
		return n.visibleIf(v.mayRead(policy.ReadInternalText, e.Entity), a, at), true
	case ticket.RegionalNote:
		party := v.mayRead(policy.ReadRegionalText, e.ASR, catalog.Region)
		shown = shown || !a.withdrawn && !e.VisibleFrom.After(at)
		n := Note{ID: e.Note, Kind: "note", Audience: AudienceRegional, By: by, At: r.At, VisibleFrom: e.VisibleFrom}
		n.setText(e.Personal, e.Attachments)
		return n.visibleIf(party && shown, a, at), true
	case ticket.MailKept:
		n := Note{ID: e.Mail, Kind: "mail", Audience: AudienceInternal, By: by, At: r.At, VisibleFrom: r.At}
		n.setText(e.Personal, nil)
		n.setMail(e.Personal, e.Original, e.Unverified)
		return n, true
	case ticket.ContactFailed, ticket.LinksRevoked, ticket.ContactsCorrected, ticket.CitizenInformed, ticket.ReplyForwarded:
	case ticket.Taken, ticket.CitizenAsked, ticket.Resumed:
	case ticket.Opened, ticket.AssignmentEvent, ticket.CompetenceEvent, ticket.ResolutionEvent, ticket.Reopened,
		ticket.ActWithdrawn, ticket.AutoClosed, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent,
		ticket.CitizenReminded, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
	}
	return Note{}, false
}

// visibleIf returns the note with its fields Held and Withdrawn set, or an empty note if it is not shown.
func (n Note) visibleIf(shown bool, a actState, at time.Time) Note {
	if !shown {
		return Note{}
	}
	n.Withdrawn = a.withdrawn
	n.Held = !a.withdrawn && n.VisibleFrom.After(at)
	return n
}

// HidesReason reports whether an event holds the reason of an act that the viewer may not read.
func (v Viewer) HidesReason(r ticket.Recorded) bool {
	everybody := Viewer{Actor: person.Actor{Role: person.Auditor}}
	return v.readReason(r) == "" && everybody.readReason(r) != ""
}

// readReason returns the reason that an actor wrote, or "" if there is none or the viewer may not read it. The actor's entity and the
// auditor may read it. The Region may also read the ground of a hand-over and the reason for which an ASR takes one back.
func (v Viewer) readReason(r ticket.Recorded) string {
	var text *ticket.Text
	shown := v.mayRead(policy.ReadInternalText, r.By.Entity)
	switch e := r.Event.(type) {
	case ticket.Resumed:
		text = e.Personal
	case ticket.Reopened:
		text = e.Personal
	case ticket.Recalled:
		text, shown = e.Personal, shown || v.mayRead(policy.ReadInternalText, catalog.Region)
	case ticket.Escalated:
		text, shown = &ticket.Text{Text: groundLabels[e.Ground]}, shown || v.mayRead(policy.ReadInternalText, catalog.Region)
	case ticket.LinksRevoked:
		text = e.Personal
	case ticket.AccessRestricted:
		text = e.Personal
	case ticket.RestrictionLifted:
		text = e.Personal
	case ticket.FormerViewEnded:
	case ticket.ContactsCorrected:
		if e.Personal != nil {
			text = &ticket.Text{Text: e.Personal.Reason}
		}
	case ticket.ContactFailed, ticket.MailKept, ticket.CitizenInformed, ticket.ReplyForwarded:
	case ticket.Taken, ticket.CitizenAsked, ticket.CitizenReplied:
	case ticket.Redirected, ticket.TransferredToSuccessor, ticket.RepresentationEvent:
	case ticket.Opened, ticket.AssignmentEvent, ticket.NoteEvent, ticket.ResolutionEvent, ticket.ActWithdrawn,
		ticket.AutoClosed, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.PersonalDataErased:
	}
	if text == nil || !shown {
		return ""
	}
	return text.Text
}
