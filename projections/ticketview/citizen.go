// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

// citizenView returns the ticket as its citizen may see it, from the events that the citizen may know of and the state after them.
func citizenView(v Viewer, h History, n Names) Ticket {
	visible, s := visibleToCitizen(h.earlier, h.acts, h.At)
	t := commonView(s, visible, n, h.At)
	numbers := t.setKnown(h, v, n)
	t.StatusLabel = s.Status.CitizenLabel(CameFromRegion(s))
	t.Problem = n.Problem(s.Service, s.Problem, true)
	t.Handovers = []Handover{} // the timeline has what concerns the citizen; the count of hand-overs is internal
	t.Mail = t.Mail.forCitizen()
	requester, withholds, verified := t.requesterName(), h.withholds(), verifiedNotes{}
	for _, r := range visible {
		withheld := verified.next(r) && withholds
		if withheld {
			t.Representation.Withheld++
		}
		by := n.byForCitizen(r.By, requester)
		if isUnverified(r.Event) {
			by.Name = unverifiedName
		}
		if p, ok := publicTextOf(r.Event); ok && !withheld {
			note := p.toNote(r.At, by)
			note.MailParts = note.MailParts.forCitizen()
			t.Notes = append(t.Notes, note)
		}
		if text := citizenSentence(r.Event, n); text != "" {
			t.Timeline = append(t.Timeline, Line{Version: numbers[r.Version], At: r.At, By: by, Type: EventNameForCitizen(codec.EventName(r.Event)),
				Text: text})
		}
	}
	t.Moves = append(t.Moves, rules.Moves(s, v.actor())...)
	return t
}

// EventNameForCitizen returns the name of an event as the citizen may see it: a discarded ticket is resolved for them.
func EventNameForCitizen(kind string) string {
	if kind == "discarded" {
		return "resolved"
	}
	return kind
}

// publicText is a text that a citizen may read. It can be made only from a note to the citizen or from a reply, never from an internal or
// regional note.
type publicText struct {
	id          ticket.ID
	kind        string
	text        *ticket.Text
	visibleFrom time.Time
	attachments []ticket.Attachment
	original    *ticket.Attachment
	flagged     bool
	duplicate   ticket.ID
	unverified  bool // it came by a mail that does not count as the citizen's
}

// isUnverified reports whether an event holds a mail that does not count as the citizen's.
func isUnverified(e ticket.Event) bool {
	p, _ := publicTextOf(e)
	return p.unverified
}

// publicTextOfNote returns the text of a note to the citizen.
func publicTextOfNote(e ticket.CitizenNote) publicText {
	return publicText{id: e.Note, kind: "note", text: e.Personal, visibleFrom: e.VisibleFrom, attachments: e.Attachments}
}

// publicTextOfReply returns the text of a reply of the citizen; a courtesy message is flagged.
func publicTextOfReply(e ticket.CitizenReplied) publicText {
	return publicText{
		id: e.Reply, kind: "reply", text: e.Personal, attachments: e.Attachments, original: e.Original,
		flagged: e.Kind == ticket.ReplyMessage, unverified: e.Unverified, duplicate: e.Duplicate,
	}
}

// publicTextOf returns the text of an event that the citizen may read, and whether the event has one.
func publicTextOf(e ticket.Event) (publicText, bool) {
	switch e := e.(type) {
	case ticket.CitizenNote:
		return publicTextOfNote(e), true
	case ticket.CitizenReplied:
		return publicTextOfReply(e), true
	case ticket.InternalNote, ticket.RegionalNote:
	case ticket.Taken, ticket.CitizenAsked, ticket.Resumed:
	case ticket.Opened, ticket.AssignmentEvent, ticket.CompetenceEvent, ticket.ResolutionEvent, ticket.Reopened,
		ticket.ActWithdrawn, ticket.AutoClosed, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent,
		ticket.CitizenReminded, ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
	}
	return publicText{}, false
}

// toNote returns the text as a note for a viewer who may read it.
func (p publicText) toNote(at time.Time, by By) Note {
	n := Note{
		ID: p.id, Kind: p.kind, Audience: AudienceCitizen, By: by, At: at, VisibleFrom: p.visibleFrom, Flagged: p.flagged, Duplicate: p.duplicate,
	}
	if p.visibleFrom.IsZero() {
		n.VisibleFrom = at
	}
	n.setText(p.text, p.attachments)
	n.setMail(p.text, p.original, p.unverified)
	return n
}

// setMail sets the parts of the mail from which the note is. text is nil if it was erased.
func (n *Note) setMail(text *ticket.Text, original *ticket.Attachment, unverified bool) {
	if text == nil {
		text = &ticket.Text{}
	}
	n.MailParts = newMailParts(text.MailContent, original, unverified, n.Erased)
}

// setText sets the note's text and files. text is nil if it was erased.
func (n *Note) setText(text *ticket.Text, attachments []ticket.Attachment) {
	if text == nil {
		n.Erased, n.Attachments = true, newFiles(attachments, nil)
		return
	}
	n.Text, n.Attachments = text.Text, newFiles(attachments, text.FileNames)
}
