// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// forOperator is the ticket as an operator or the auditor reads it.
func forOperator(v Viewer, past []ticket.Recorded, s ticket.State, all map[ticket.ID]fate, n Names, at time.Time) Ticket {
	t := sheet(s, standing(past, all), n, at)
	last := past[len(past)-1]
	t.Version, t.UpdatedAt = last.Version, last.At
	t.Position = n.position(last.Position)
	t.StatusLabel = s.Status.Label()
	t.Assignee = n.assignee(s.Assignee)
	t.Problem = n.problem(s.Service, s.Problem, false)
	t.ReadOnly = !v.at(s.Entity)
	t.Unreachable = s.Unreachable
	t.clocked(past, s)
	t.Playbook = v.running(n, s)
	requester, runs := t.requester(), runEntities(past)
	for _, r := range past {
		if at, ofRun := runs.of(r.Event); ofRun && !v.checks(at) {
			continue
		}
		by, f := n.by(r.By, requester), all[r.Act]
		note, isNote := v.note(r, by, f, at)
		if isNote && note.ID == "" {
			continue // not for this viewer: not even that it is there
		}
		if isNote {
			t.Notes = append(t.Notes, note)
		}
		t.Timeline = append(t.Timeline, Line{
			Version: r.Version, At: r.At, By: by, Type: kind(r.Event), Text: toOperator(r, n), Reason: v.reason(r),
		})
	}
	t.Moves = append(t.Moves, ticket.Moves(s, v.Actor)...)
	if undo := slices.Index(t.Moves, ticket.MoveUndo); undo >= 0 {
		if s.Last.HeldUntil.After(at) {
			t.UndoUntil = &s.Last.HeldUntil
		} else {
			t.Moves = slices.Delete(t.Moves, undo, undo+1)
		}
	}
	return t
}

// note gives the note that an event holds, and whether it holds one. A note without id is one that the viewer may
// not know of (mission.md, "note; audience"):
//   - internal: the entity that was competent when it was written, wherever the ticket is now;
//   - regional: the Region and the ASR of that one hand-over;
//   - citizen: every operator who sees the ticket.
//
// Outside the author's entity nobody sees a public note while it is held, nor ever when it was withdrawn in time.
func (v Viewer) note(r ticket.Recorded, by By, f fate, at time.Time) (Note, bool) {
	shown := v.Audits() || v.at(r.By.Entity)
	switch e := r.Event.(type) {
	case ticket.CitizenNote:
		shown = shown || !f.withdrawn && !e.VisibleFrom.After(at)
		return written(e).note(r.At, by).as(shown, f, at), true
	case ticket.CitizenReplied:
		return replied(e).note(r.At, by), true
	case ticket.InternalNote:
		n := Note{ID: e.Note, Kind: "note", Audience: Internal, By: by, At: r.At, VisibleFrom: r.At}
		n.read(e.Personal, e.Attachments)
		return n.as(v.Audits() || v.at(e.Entity), f, at), true
	case ticket.RegionalNote:
		party := v.Audits() || v.at(catalog.Region) || v.at(e.ASR)
		shown = shown || !f.withdrawn && !e.VisibleFrom.After(at)
		n := Note{ID: e.Note, Kind: "note", Audience: Regional, By: by, At: r.At, VisibleFrom: e.VisibleFrom}
		n.read(e.Personal, e.Attachments)
		return n.as(party && shown, f, at), true
	case ticket.Opened, ticket.Assigned, ticket.Unassigned, ticket.Taken, ticket.CitizenAsked, ticket.Resumed,
		ticket.Escalated, ticket.Recalled, ticket.Redirected, ticket.Resolved, ticket.Discarded, ticket.MarkedDuplicate,
		ticket.Reopened, ticket.ActWithdrawn, ticket.AutoClosed, ticket.Succeeded, ticket.Reclassified,
		ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried, ticket.AnswersForgotten, ticket.OutcomeCarriedOut,
		ticket.PlaybookReminded, ticket.HandoverWarned, ticket.HandoverBreached, ticket.PingPongNoticed,
		ticket.CitizenReminded, ticket.ContactFailed, ticket.PersonalDataErased:
	}
	return Note{}, false
}

// as marks what became of the note, or leaves nothing of it.
func (n Note) as(shown bool, f fate, at time.Time) Note {
	if !shown {
		return Note{}
	}
	n.Withdrawn = f.withdrawn
	n.Held = !f.withdrawn && n.VisibleFrom.After(at)
	return n
}

// reason gives what an actor wrote as reason, to those who may read it: the actor's own entity, and the Region
// when an ASR takes back what it had handed over.
func (v Viewer) reason(r ticket.Recorded) string {
	var text *ticket.Text
	shown := v.Audits() || v.at(r.By.Entity)
	switch e := r.Event.(type) {
	case ticket.Resumed:
		text = e.Personal
	case ticket.Reopened:
		text = e.Personal
	case ticket.Recalled:
		text, shown = e.Personal, shown || v.at(catalog.Region)
	case ticket.Escalated:
		text, shown = &ticket.Text{Text: grounds[e.Ground]}, shown || v.at(catalog.Region)
	case ticket.Opened, ticket.Assigned, ticket.Unassigned, ticket.Taken, ticket.CitizenNote, ticket.InternalNote,
		ticket.RegionalNote, ticket.CitizenAsked, ticket.CitizenReplied, ticket.Redirected,
		ticket.Resolved, ticket.Discarded, ticket.MarkedDuplicate, ticket.ActWithdrawn, ticket.AutoClosed,
		ticket.Succeeded, ticket.Reclassified, ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried,
		ticket.AnswersForgotten, ticket.OutcomeCarriedOut, ticket.PlaybookReminded, ticket.HandoverWarned,
		ticket.HandoverBreached, ticket.PingPongNoticed, ticket.CitizenReminded, ticket.ContactFailed,
		ticket.PersonalDataErased:
	}
	if text == nil || !shown {
		return ""
	}
	return text.Text
}
