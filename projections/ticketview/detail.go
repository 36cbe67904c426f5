// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package ticketview builds the view of one ticket for one viewer at one moment, from the ticket's events. The same events, viewer and
// moment always give the same view. It reads no table and no clock.
package ticketview

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/acts"
	"github.com/sol-assistenza/sol/domain/ticket/contacts"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

// History is a ticket's history, folded once, for views at one moment.
type History struct {
	At    time.Time    // the moment
	Now   time.Time    // the present, for people who read about the past; zero: the moment
	State ticket.State // at the moment
	Today ticket.State // after the last event of the whole history
	// Accounts holds the ids of the accounts in the whole history, actors and assignees, each once, in the order of their first mention.
	Accounts []string
	earlier  []ticket.Recorded // the events up to the moment
	acts     map[ticket.ID]actState
	runs     entityByRun
}

// Open folds the whole history of a ticket for views at a moment.
func Open(history []ticket.Recorded, at time.Time) History {
	earlier := history[:countUpTo(history, at)]
	h := History{At: at, earlier: earlier, acts: actStates(earlier), runs: collectRunEntities(earlier)}
	seen := map[string]bool{"": true}
	for i, r := range history {
		h.Today = ticket.Evolve(h.Today, r)
		for _, id := range []string{r.By.ID, h.Today.Assignee.Operator} {
			if !seen[id] {
				seen[id] = true
				h.Accounts = append(h.Accounts, id)
			}
		}
		if i == len(earlier)-1 {
			h.State = h.Today
		}
	}
	return h
}

// isVisible reports whether the ticket existed at the moment and the viewer sees it both in its state then and in its state today.
func (h History) isVisible(v Viewer) bool {
	return h.State.Status != "" && v.sees(h.State) && v.sees(h.Today)
}

// Detail returns the ticket as the viewer may see it at the moment, or false if the viewer may not see it. Live reads, ?at=, sol replay and
// the auditor all use it, so one moment gives the same answer for ever to a viewer who still sees the ticket.
//
// An answer about the past contains nothing that the viewer may not know today. Erased texts are missing from every moment. An entity that
// got a ticket by mistake, and from which it was taken back, does not see the moment at which it had the ticket. So the viewer must see the
// ticket both then and today.
func (h History) Detail(v Viewer, n Names) (Ticket, bool) {
	switch {
	case !h.isVisible(v):
		return Ticket{}, false
	case v.IsCitizen() && !policy.Off:
		return citizenView(v, h, n), true
	default:
		return operatorView(v, h, n), true
	}
}

// Detail opens a history and returns History.Detail.
func Detail(v Viewer, history []ticket.Recorded, n Names, at time.Time) (Ticket, bool) {
	return Open(history, at).Detail(v, n)
}

// countUpTo returns the number of events of a history up to and including a moment.
func countUpTo(history []ticket.Recorded, at time.Time) int {
	i, _ := slices.BinarySearchFunc(history, at, func(r ticket.Recorded, at time.Time) int {
		if r.At.After(at) {
			return 1
		}
		return -1
	})
	return i
}

// commonView returns the part of the view that is the same for every viewer: form, status, entity and links to other tickets. valid holds
// the events that were not withdrawn. The form's texts are the only texts in it.
func commonView(s ticket.State, valid []ticket.Recorded, n Names, at time.Time) Ticket {
	t := Ticket{
		ID: s.ID, Number: s.Number, Status: s.Status, At: at,
		Entity:      n.Entity(s.Entity),
		Service:     n.Service(s.Service),
		Resolutions: s.Resolution, Erased: s.Erased,
		Attachments: []File{}, Notes: []Note{}, Timeline: []Line{}, Handovers: []Handover{}, Moves: []ticket.Move{},
	}
	t.Representation = newRepresentation(s, at)
	var solved time.Time
	for _, r := range valid {
		switch e := r.Event.(type) {
		case ticket.Opened:
			t.applyOpened(e, r.At)
		case ticket.Escalated:
			t.addHandover(n, e.Handover, ToRegion, e.From, r.At)
		case ticket.Redirected:
			t.addHandover(n, e.Handover, ToASR, e.To, r.At)
		case ticket.Recalled:
			t.markRecalled(e.Handover, r.At)
		case ticket.TransferredToSuccessor:
		case ticket.ContactsCorrected:
			t.applyCorrection(e)
		case ticket.ResolutionEvent:
			solved = e.EffectiveFrom()
			if duplicate, ok := e.(ticket.MarkedDuplicate); ok {
				t.DuplicateOf = duplicate.Original
			}
		case ticket.Reopened:
			t.DuplicateOf = ""
		case ticket.AssignmentEvent, ticket.NoteEvent, ticket.ProgressEvent, ticket.ActWithdrawn, ticket.AutoClosed,
			ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent, ticket.CitizenReminded,
			ticket.ContactFailed, ticket.MailKept, ticket.LinksRevoked, ticket.CitizenInformed, ticket.ReplyForwarded, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
		}
	}
	if s.Status == ticket.StatusResolved {
		closes, _ := n.Catalog.AutoCloseAt(s.Entity, solved)
		t.ClosesAt = &closes
	}
	return t
}

// setKnown sets version, position and time of the last change from the events that the viewer may know of, and returns their numbers, from 1
// in the order in which the viewer could first know of them, by version in the stream.
func (t *Ticket) setKnown(h History, v Viewer, n Names) map[int]int {
	known := acts.KnownEvents(h.earlier, v.actor(), h.At)
	numbers := make(map[int]int, len(known))
	var last ticket.Recorded
	for i, r := range known {
		numbers[r.Version] = i + 1
		if r.Version > last.Version {
			last = r
		}
	}
	t.Version, t.Position, t.UpdatedAt = len(known), n.formatPosition(last.Position), last.At
	return numbers
}

// applyOpened sets the fields that the opening gives.
func (t *Ticket) applyOpened(e ticket.Opened, at time.Time) {
	t.OpenedAt, t.ChosenEntity, t.Channel, t.Identity, t.OtherPerson = at, e.ChosenEntity, e.Channel, e.Identity, e.OtherPerson
	t.Statement = e.Statement
	t.Facilitated, t.Continues, t.Requester.Role = e.Facilitated, e.LinkedTo, e.Requester
	var names []string
	if f := e.Personal; f != nil {
		t.Requester = Requester{
			Role: e.Requester, GivenName: f.GivenName, FamilyName: f.FamilyName,
			TaxCode: f.TaxCode, Email: f.Email, Phone: f.Phone,
		}
		t.Description, t.Concerns, t.IUV, names = f.Description, f.OnBehalfOf, f.IUV, f.FileNames
	} else {
		t.Erased = true
	}
	t.Attachments = newFiles(e.Attachments, names)
	if e.Personal != nil {
		t.Mail = newMailParts(e.Personal.MailContent, e.Original, e.Unverified, false)
	} else {
		t.Mail = newMailParts(receivedmail.MailContent{}, e.Original, e.Unverified, true)
	}
}

// applyCorrection sets corrected contacts.
func (t *Ticket) applyCorrection(e ticket.ContactsCorrected) {
	f := contacts.Corrected(ticket.Form{Email: t.Requester.Email, Phone: t.Requester.Phone}, e)
	t.Requester.Email, t.Requester.Phone = f.Email, f.Phone
}

// addHandover adds a hand-over.
func (t *Ticket) addHandover(n Names, i int, d Direction, asr catalog.EntityCode, at time.Time) {
	t.Handovers = append(t.Handovers, Handover{N: i, Direction: d, ASR: n.Entity(asr), At: at})
}

// markRecalled sets the time at which a hand-over was recalled.
func (t *Ticket) markRecalled(n int, at time.Time) {
	for i := range t.Handovers {
		if t.Handovers[i].N == n {
			t.Handovers[i].RecalledAt = &at
		}
	}
}

// CameFromRegion reports whether the ticket's entity got it from the Region.
func CameFromRegion(s ticket.State) bool { return s.Handover.N > 0 && s.Entity != catalog.Region }

// requesterName returns the given name and family name of the requester.
func (t *Ticket) requesterName() string {
	given, family := t.Requester.GivenName, t.Requester.FamilyName
	if given == "" || family == "" {
		return given + family
	}
	return given + " " + family
}

// newFiles returns attachments with their names, which are sealed in the event and missing after an erasure.
func newFiles(attachments []ticket.Attachment, names []string) []File {
	all := make([]File, len(attachments))
	for i, a := range attachments {
		all[i] = File{ID: a.ID, MediaType: a.MediaType, Size: a.Size, FileChecks: FileChecks{Contains: containedText(a.Contains)}}
		if i < len(names) {
			all[i].Name = names[i]
		}
	}
	return all
}
