// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

// citizenView is the ticket as its citizen reads it, from the part of its history that the citizen may know of and the state after it.
func citizenView(v Viewer, visible []ticket.Recorded, s ticket.State, n Names, at time.Time) Ticket {
	t := commonView(s, visible, n, at)
	t.StatusLabel = s.Status.CitizenLabel(CameFromRegion(s))
	t.Problem = n.Problem(s.Service, s.Problem, true)
	t.Handovers = []Handover{} // the timeline says what concerns the citizen; who passed it to whom how often is ours
	requester := t.requesterName()
	for _, r := range visible {
		by := n.byForCitizen(r.By, requester)
		if w, ok := publicTextOf(r.Event); ok {
			t.Notes = append(t.Notes, w.toNote(r.At, by))
		}
		if text := citizenSentence(r.Event, n); text != "" {
			t.Timeline = append(t.Timeline, Line{Version: r.Version, At: r.At, By: by, Type: EventNameForCitizen(ticket.EventName(r.Event)), Text: text})
		}
	}
	t.Moves = append(t.Moves, rules.Moves(s, v.actor())...)
	return t
}

// EventNameForCitizen is what a citizen is told of an event's kind: that their request was scrapped is the operators' word for it.
func EventNameForCitizen(kind string) string {
	if kind == "discarded" {
		return "resolved"
	}
	return kind
}

// publicText is a text that a citizen may read. Its only sources are the note that is written to the citizen and the
// citizen's own reply: there is no way to make one of an internal or a regional note.
type publicText struct {
	id          ticket.ID
	kind        string
	text        *ticket.Text
	visibleFrom time.Time
	attachments []ticket.Attachment
	flagged     bool
}

func publicTextOfNote(e ticket.CitizenNote) publicText {
	return publicText{id: e.Note, kind: "note", text: e.Personal, visibleFrom: e.VisibleFrom, attachments: e.Attachments}
}

func publicTextOfReply(e ticket.CitizenReplied) publicText {
	return publicText{id: e.Reply, kind: "reply", text: e.Personal, attachments: e.Attachments, flagged: e.Kind == ticket.ReplyMessage}
}

// publicTextOf gives the text that an event has for the citizen, if any.
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
		ticket.CitizenReminded, ticket.ContactEvent, ticket.PersonalDataErased:
	}
	return publicText{}, false
}

// toNote is how the words are shown to whoever may read them.
func (w publicText) toNote(at time.Time, by By) Note {
	n := Note{
		ID: w.id, Kind: w.kind, Audience: Public, By: by, At: at, VisibleFrom: w.visibleFrom, Flagged: w.flagged,
	}
	if w.visibleFrom.IsZero() {
		n.VisibleFrom = at
	}
	n.setText(w.text, w.attachments)
	return n
}

// setText puts the text into the note, as far as it can still be read.
func (n *Note) setText(text *ticket.Text, attachments []ticket.Attachment) {
	if text == nil {
		n.Erased, n.Attachments = true, newFiles(attachments, nil)
		return
	}
	n.Text, n.Attachments = text.Text, newFiles(attachments, text.FileNames)
}
