// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// NewID makes the id of a ticket, note, reply or attachment.
func NewID() (ticket.ID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("new id: %w", err)
	}
	return ticket.ID(id.String()), nil
}

// Subject is the keyed hash of a tax code as typed; "" for one that is not valid, which the rules refuse anyway.
func (d *Desk) Subject(taxCode string) string {
	code, err := person.ParseTaxCode(taxCode)
	if err != nil {
		return ""
	}
	return d.store.KeyedHash(person.TaxCodeHash, code.String())
}

// Number draws the number of a new ticket, as people read it out: the year and a running number with gaps.
func (d *Desk) Number(ctx context.Context) (string, error) {
	n, err := d.store.NextNumber(ctx)
	if err != nil {
		return "", fmt.Errorf("draw a ticket number: %w", err)
	}
	return fmt.Sprintf("%d-%07d", d.store.Now().In(calendar.Rome()).Year(), n), nil
}

// Refusal tells what the rules would say to a form, before a number is drawn and attachments are stored; nil: it is good.
func (d *Desk) Refusal(form ticket.Open, by person.Actor) error {
	_, err := d.rules.Decide(ticket.State{}, form, by, d.store.Now())
	return err
}
