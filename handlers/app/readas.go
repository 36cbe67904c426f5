// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// The queries in this file are for the command line. It reads as another viewer; the access records name the actor of the command line.

// Moment is a moment of a ticket's history: a time, a log position, or now (zero value).
type Moment struct {
	Time     time.Time
	Position eventstore.Position // used if Time is zero: the moment after the event at this position
}

// TicketAtMoment is a ticket as a viewer sees it at a moment.
type TicketAtMoment struct {
	Ticket  ticketview.Ticket
	Visible bool              // false: the viewer does not see the ticket at that moment; the other fields are empty
	Events  []ticket.Recorded // of the ticket; those up to the position, if the moment is one
	Epoch   int               // of the log
}

// ReadTicketAs returns a ticket as viewer v sees it at a moment. It records the look, if v sees the ticket.
// Errors: eventstore.ErrNotFound; those of Store.CheckPosition for the moment's position.
func (s *Service) ReadTicketAs(ctx context.Context, by Caller, v ticketview.Viewer, id ticket.ID, at Moment, kind accesslog.Kind) (
	TicketAtMoment, error,
) {
	var asked *time.Time
	if !at.Time.IsZero() {
		asked = &at.Time
	}
	settled, err := s.settleMoment(ctx, asked)
	if err != nil {
		return TicketAtMoment{}, err
	}
	events, err := s.History(ctx, id)
	if err != nil {
		return TicketAtMoment{}, err
	}
	moment := viewTime(settled, events)
	switch {
	case asked != nil:
		moment = at.Time
	case at.Position != eventstore.Position{}:
		if err := s.Store.CheckPosition(ctx, at.Position); err != nil {
			return TicketAtMoment{}, err
		}
		records, err := s.Store.Read(ctx, at.Position.N-1, 1)
		if err != nil {
			return TicketAtMoment{}, err
		}
		if len(records) == 0 {
			return TicketAtMoment{}, eventstore.ErrBeyondHead
		}
		moment = records[0].At
		kept := 0
		for kept < len(events) && events[kept].Position <= at.Position.N {
			kept++
		}
		events = events[:kept]
	}
	history := ticketview.Open(events, moment)
	names, err := s.lookUpNames(ctx, v, history)
	if err != nil {
		return TicketAtMoment{}, err
	}
	t, visible := history.Detail(v, names)
	if !visible {
		return TicketAtMoment{}, s.Looks.Record(ctx, by, accesslog.Access{Kind: kind, Outcome: accesslog.Refused, Ticket: id, Controller: history.Today.Entity})
	}
	if err := s.Looks.Record(ctx, by, accesslog.Access{Kind: kind, Ticket: id, Controller: history.Today.Entity}); err != nil {
		return TicketAtMoment{}, err
	}
	return TicketAtMoment{Ticket: t, Visible: true, Events: events, Epoch: names.Epoch}, nil
}

// ListTicketsAsAuditor returns one page of all tickets as an auditor sees them. It records the look at them.
func (s *Service) ListTicketsAsAuditor(ctx context.Context, by Caller, f lists.Filter) (lists.Page, error) {
	f.Queue = lists.AllQueue
	page, err := s.Lists.ListTickets(ctx, AuditorViewer, f)
	if err != nil {
		return lists.Page{}, err
	}
	if err := s.Looks.RecordList(ctx, by, f, page.Items, false); err != nil {
		return lists.Page{}, err
	}
	return page, nil
}

// ReadTicketAsAuditor returns a ticket as an auditor sees it now, and records the look. Error: eventstore.ErrNotFound.
func (s *Service) ReadTicketAsAuditor(ctx context.Context, by Caller, id ticket.ID) (ticketview.Ticket, error) {
	r, err := s.ReadTicketAs(ctx, by, AuditorViewer, id, Moment{}, accesslog.Ticket)
	return r.Ticket, err
}

// FindTicket returns the id of the ticket with a number. If number is an id, it returns it unchecked. Error: eventstore.ErrNotFound.
func (s *Service) FindTicket(ctx context.Context, number string) (ticket.ID, error) {
	return s.findTicket(ctx, AuditorViewer, number)
}

// findTicket returns the id of the ticket with a number, among those that the viewer may see; an id unchecked. Error: eventstore.ErrNotFound.
func (s *Service) findTicket(ctx context.Context, v ticketview.Viewer, numberOrID string) (ticket.ID, error) {
	numberOrID = strings.TrimSpace(numberOrID)
	if eventstore.IsID(numberOrID) {
		return ticket.ID(numberOrID), nil
	}
	id, err := s.Lists.FindByNumber(ctx, v, numberOrID)
	if err == nil && id == "" {
		err = eventstore.ErrNotFound
	}
	return id, err
}

// WaitForLists waits until the lists have processed all events that the log holds now.
func (s *Service) WaitForLists(ctx context.Context) error {
	head, _, err := s.Store.Head(ctx)
	if err != nil {
		return err
	}
	for {
		if stale, err := s.Lists.Wait(ctx, head); err != nil || !stale {
			return err
		}
	}
}
