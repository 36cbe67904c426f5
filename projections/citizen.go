// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// forCitizen is the ticket as its citizen reads it, from the part of its history that the citizen may know of.
func forCitizen(v Viewer, told []ticket.Recorded, n Names, at time.Time) Ticket {
	s := state(told)
	t := sheet(s, told, n, at)
	t.StatusLabel = s.Status.CitizenLabel(redirected(s))
	t.Problem = n.problem(s.Service, s.Problem, true)
	t.Handovers = []Handover{} // the timeline says what concerns the citizen; who passed it to whom how often is ours
	requester := t.requester()
	for _, r := range told {
		by := n.byForCitizen(r.By, requester)
		if w, ok := readByCitizen(r.Event); ok {
			t.Notes = append(t.Notes, w.note(r.At, by))
		}
		if text := toCitizen(r.Event, n); text != "" {
			t.Timeline = append(t.Timeline, Line{Version: r.Version, At: r.At, By: by, Type: kindForCitizen(kind(r.Event)), Text: text})
		}
	}
	t.Moves = append(t.Moves, ticket.Moves(s, v.actor())...)
	return t
}

// kindForCitizen is what a citizen is told of an event's kind: that their request was scrapped is the operators' word for it.
func kindForCitizen(kind string) string {
	if kind == "discarded" {
		return "resolved"
	}
	return kind
}

// words is a text that a citizen may read. Its only sources are the note that is written to the citizen and the
// citizen's own reply: there is no way to make one of an internal or a regional note.
type words struct {
	id          ticket.ID
	kind        string
	text        *ticket.Text
	visibleFrom time.Time
	attachments []ticket.Attachment
	flagged     bool
}

func written(e ticket.CitizenNote) words {
	return words{id: e.Note, kind: "note", text: e.Personal, visibleFrom: e.VisibleFrom, attachments: e.Attachments}
}

func replied(e ticket.CitizenReplied) words {
	return words{id: e.Reply, kind: "reply", text: e.Personal, attachments: e.Attachments, flagged: e.Kind == ticket.Message}
}

// readByCitizen gives the text that an event has for the citizen, if any.
func readByCitizen(e ticket.Event) (words, bool) {
	switch e := e.(type) {
	case ticket.CitizenNote:
		return written(e), true
	case ticket.CitizenReplied:
		return replied(e), true
	case ticket.Opened, ticket.Assigned, ticket.Unassigned, ticket.Taken, ticket.InternalNote, ticket.RegionalNote,
		ticket.CitizenAsked, ticket.Resumed, ticket.Escalated, ticket.Recalled, ticket.Redirected, ticket.Resolved,
		ticket.Discarded, ticket.MarkedDuplicate, ticket.Reopened, ticket.ActWithdrawn, ticket.AutoClosed,
		ticket.Succeeded, ticket.Reclassified, ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried,
		ticket.AnswersForgotten, ticket.OutcomeCarriedOut, ticket.PlaybookReminded, ticket.HandoverWarned,
		ticket.HandoverBreached, ticket.PingPongNoticed, ticket.CitizenReminded, ticket.ContactFailed,
		ticket.PersonalDataErased:
	}
	return words{}, false
}

// note is how the words are shown to whoever may read them.
func (w words) note(at time.Time, by By) Note {
	n := Note{
		ID: w.id, Kind: w.kind, Audience: Public, By: by, At: at, VisibleFrom: w.visibleFrom, Flagged: w.flagged,
	}
	if w.visibleFrom.IsZero() {
		n.VisibleFrom = at
	}
	n.read(w.text, w.attachments)
	return n
}

// read puts the text into the note, as far as it can still be read.
func (n *Note) read(text *ticket.Text, attachments []ticket.Attachment) {
	if text == nil {
		n.Erased, n.Attachments = true, files(attachments, nil)
		return
	}
	n.Text, n.Attachments = text.Text, files(attachments, text.FileNames)
}
