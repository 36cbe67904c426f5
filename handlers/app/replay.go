// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// RawEvent is an event as the log stores it, with its sealed part opened.
type RawEvent struct {
	Position string          `json:"position" example:"1.42"`
	Version  int             `json:"version" doc:"Of the ticket"`
	Type     string          `json:"type" example:"ticket.resolved.v1"`
	At       time.Time       `json:"at" doc:"When the log recorded it"`
	By       ticketview.By   `json:"by"`
	Act      ticket.ID       `json:"act" doc:"Id of the act; all events of one command have the same id"`
	Cause    string          `json:"cause,omitempty" doc:"Position of the event to which the saga reacted; absent if no saga gave the command"`
	Data     json.RawMessage `json:"data" doc:"The facts"`
	Personal json.RawMessage `json:"personal,omitempty" doc:"The personal data of the event, which the log stores sealed"`
	Erased   bool            `json:"erased" doc:"There was a sealed part; its key was destroyed"`
	Readers  []string        `json:"readers,omitempty" example:"entity/010301" doc:"Reader tags of the ticket from this event on; absent if the event changes none, or was recorded before tags were"`
	OnlyFor  []string        `json:"only_for,omitempty" doc:"Reader tags of the only readers who may know of the event; absent if all readers of the ticket may, or tags were not recorded"`
	Hash     string          `json:"hash" doc:"RFC 6962 leaf hash, hex"`
	Withheld bool            `json:"withheld,omitempty" doc:"The event is for another entity: data and personal are left out"`
}

// Replay holds the history of a ticket, and returns the ticket at any moment as any viewer could see it then.
type Replay struct {
	Events  []RawEvent
	Now     time.Time         // the latest moment that can be viewed
	Viewer  ticketview.Viewer // the auditor or data protection officer
	Latest  ticketview.Ticket // at Now, as Viewer sees it
	history []ticket.Recorded
	present ReplayMoment // at Now
	names   ticketview.Names
}

// ReplayMoment is a ticket at one moment, folded once for all viewers, with the rights of that moment. Personal data that were erased later
// are missing too.
type ReplayMoment struct {
	history ticketview.History
	names   ticketview.Names
}

// Ticket returns the ticket as a viewer could see it at the moment. It returns false if the viewer could not see the ticket then.
func (m ReplayMoment) Ticket(v ticketview.Viewer) (ticketview.Ticket, bool) {
	return m.history.Detail(v, m.names)
}

// Checks returns the playbook's run as a viewer could see it at the moment. It returns false if there was none or the viewer could not read
// it.
func (m ReplayMoment) Checks(v ticketview.Viewer) (ticketview.Playbook, bool) {
	return m.history.PlaybookRun(v, m.names)
}

// Replay reads a ticket's history, once for all moments and viewers, and records the access. Of an event of which the caller may not know it
// holds neither data nor texts, so no view shows them. Errors: *ticket.NotVisibleError for those who are neither auditor nor data protection
// officer; eventstore.ErrNotFound.
func (s *Service) Replay(ctx context.Context, by Caller, id ticket.ID) (*Replay, error) {
	return s.ReplayAs(ctx, by, id, accesslog.History)
}

// ReplayAs is Replay with the kind of look that it records.
func (s *Service) ReplayAs(ctx context.Context, by Caller, id ticket.ID, kind accesslog.Kind) (*Replay, error) {
	viewer := by.Viewer()
	if !by.May(policy.ReadEvents) {
		return nil, &ticket.NotVisibleError{}
	}
	settled := s.Store.SettledTime(ctx)
	records, err := s.Store.ReadStreamFor(ctx, viewer.Reader(), string(id))
	if err != nil {
		return nil, err
	}
	if records[0].Kind != ticketlog.StreamKind {
		return nil, &ticket.NotVisibleError{}
	}
	r := &Replay{Viewer: viewer}
	if r.history, err = ticketlog.DecodeHistory(records); err != nil {
		return nil, err
	}
	r.Now = viewTime(settled, r.history)
	present := ticketview.Open(r.history, r.Now)
	if !present.Today.Allows(by.Actor, policy.ReadEvents) {
		return nil, &ticket.NotVisibleError{}
	}
	if err := s.Looks.Record(ctx, by, accesslog.Access{Kind: kind, Ticket: id, Controller: present.Today.Entity}); err != nil {
		return nil, err
	}
	if r.names, err = s.lookUpNames(ctx, by.Viewer(), present); err != nil {
		return nil, err
	}
	r.present = ReplayMoment{present, r.names}
	r.Latest, _ = r.present.Ticket(viewer)
	for i, record := range records {
		e := r.rawEvent(record)
		if viewer.HidesReason(r.history[i]) {
			e.Personal = withoutReason(r.history[i].Event)
		}
		r.Events = append(r.Events, e)
	}
	return r, nil
}

func (r *Replay) rawEvent(rec eventstore.Record) RawEvent {
	at := func(n int64) string { return eventstore.Position{Epoch: r.names.Epoch, N: n}.String() }
	e := RawEvent{
		Position: at(rec.Position), Version: rec.Version, Type: rec.Type, At: rec.At, Act: ticket.ID(rec.Act),
		By:   ticketview.By{ID: rec.By.ID, Role: person.Role(rec.By.Role), Entity: catalog.EntityCode(rec.By.Entity), Name: r.names.Operator(rec.By.ID)},
		Data: rec.Data, Personal: rec.Personal, Erased: rec.Erased, Readers: rec.Readers, OnlyFor: rec.OnlyFor, Hash: hex.EncodeToString(rec.Hash[:]),
	}
	if !policy.Off && len(rec.OnlyFor) > 0 && !r.Viewer.ReadsEverything() && !slices.ContainsFunc(r.Viewer.Tags(), func(tag ticket.ReaderTag) bool {
		return slices.Contains(rec.OnlyFor, string(tag))
	}) {
		e.Withheld, e.Data, e.Personal = true, json.RawMessage("{}"), nil
	}
	if rec.Cause > 0 {
		e.Cause = at(rec.Cause)
	}
	return e
}

// withoutReason returns the personal part of an event without the reason of the act: nothing, but the contacts if the event corrects them.
func withoutReason(e ticket.Event) json.RawMessage {
	corrected, ok := e.(ticket.ContactsCorrected)
	if !ok || corrected.Personal == nil {
		return nil
	}
	contacts := *corrected.Personal
	contacts.Reason = ""
	personal, _ := json.Marshal(contacts) // of texts alone: it cannot fail
	return personal
}

// History returns the decoded events.
func (r *Replay) History() []ticket.Recorded { return r.history }

// At returns the ticket at a moment.
func (r *Replay) At(at time.Time) ReplayMoment {
	if at.Equal(r.Now) {
		return r.present
	}
	events := r.history
	if n := slices.IndexFunc(events, func(e ticket.Recorded) bool { return e.At.After(at) }); n >= 0 {
		events = events[:n]
	}
	return ReplayMoment{ticketview.Open(events, at), r.names}
}

// Step is a moment at which the ticket changed for some viewer.
type Step struct {
	At   time.Time
	Text string // Italian
}

// Steps returns all steps in order of time: the times of the timeline, and the times at which held notes became visible.
func (r *Replay) Steps() []Step {
	var all []Step
	for _, l := range r.Latest.Timeline {
		if n := len(all); n > 0 && all[n-1].At.Equal(l.At) {
			all[n-1].Text += " · " + l.Text
		} else {
			all = append(all, Step{l.At, l.Text})
		}
	}
	for _, n := range r.Latest.Notes {
		if n.VisibleFrom.After(n.At) && !n.Withdrawn && !n.VisibleFrom.After(r.Now) {
			all = append(all, Step{n.VisibleFrom, "Una nota diventa leggibile per i suoi destinatari"})
		}
	}
	slices.SortStableFunc(all, func(a, b Step) int { return a.At.Compare(b.At) })
	return all
}

// Entities returns all entities that were competent for the ticket, in the order in which they first were.
func (r *Replay) Entities() []catalog.EntityCode {
	var all []catalog.EntityCode
	var s ticket.State
	for _, e := range r.history {
		s = ticket.Evolve(s, e)
		if s.Entity != "" && !slices.Contains(all, s.Entity) {
			all = append(all, s.Entity)
		}
	}
	return all
}

// AuditorViewer is the viewer that sees every ticket with all its texts.
var AuditorViewer = ticketview.Viewer{Actor: person.Actor{Role: person.Auditor}}

// OperatorViewer returns a viewer with the role of an operator at an entity, without an account.
func OperatorViewer(e catalog.EntityCode) ticketview.Viewer {
	role := person.ASROperator
	if e == catalog.Region {
		role = person.RegionalOperator
	}
	return ticketview.Viewer{Actor: person.Actor{Role: role, Entity: e}}
}

// CitizenViewer returns the viewer for a ticket's citizen, logged in or not.
func CitizenViewer(id ticket.ID) ticketview.Viewer { return ticketview.Viewer{Ticket: id} }
