// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/acts"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
)

// NewID returns a new id, a UUID of version 7, for a ticket, note, reply or attachment.
func NewID() (ticket.ID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("new id: %w", err)
	}
	return ticket.ID(id.String()), nil
}

// PersonOf returns the person with a tax code, in whatever case and spacing it is typed. A new person gets an id. It returns the zero
// value for an invalid tax code, which the rules refuse.
func (d *TicketDispatcher) PersonOf(ctx context.Context, taxCode string) (persons.Person, error) {
	code, err := person.ParseTaxCode(taxCode)
	if err != nil {
		return persons.Person{}, nil
	}
	return d.persons.Assign(ctx, code.String())
}

// withPerson returns a command with the person of its form, if it opens a ticket.
func (d *TicketDispatcher) withPerson(ctx context.Context, c ticket.Command) (ticket.Command, error) {
	open, ok := c.(ticket.Open)
	if !ok {
		return c, nil
	}
	p, err := d.PersonOf(ctx, open.Form.TaxCode)
	open.Person, open.Subject = p.ID, p.Subject
	return open, err
}

// NextNumber returns the next ticket number: the year in Italy, a hyphen and a running number, which has gaps.
func (d *TicketDispatcher) NextNumber(ctx context.Context) (string, error) {
	n, err := d.store.NextNumber(ctx)
	if err != nil {
		return "", fmt.Errorf("draw a ticket number: %w", err)
	}
	return fmt.Sprintf("%d-%07d", d.store.Now().In(calendar.Rome()).Year(), n), nil
}

// Validate returns the error that Dispatch would return for a command now, or nil. It appends nothing, so callers use it before they
// draw a ticket number and store attachments. A request without a ticket is for a new ticket. Errors: those of the rules and the store.
func (d *TicketDispatcher) Validate(ctx context.Context, r CommandRequest) error {
	var s ticket.State
	now := d.store.Now()
	if r.Ticket != "" {
		history, err := d.History(ctx, r.Ticket)
		if err != nil {
			return err
		}
		for _, h := range history {
			s = ticket.Evolve(s, h)
		}
		known := acts.KnownEvents(history, r.By, now)
		if r.ExpectedVersion > 0 && r.ExpectedVersion < len(known) {
			if err := rules.Conflicts(s, r.Command, r.By, known[r.ExpectedVersion:]); err != nil {
				return err
			}
		}
	}
	if _, err := d.rules.Decide(s, r.Command, r.By, now); err != nil {
		return err
	}
	if r.ExpectedVersion > s.Known.VersionFor(r.By, now) {
		return fmt.Errorf("version %d of %s: %w", r.ExpectedVersion, r.Ticket, eventstore.ErrConflict)
	}
	return nil
}
