// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package faults

import (
	"context"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// benchLoad opens and resolves tickets, which close by themselves a second later.
type benchLoad struct {
	app    *app.TicketDispatcher
	closed chan struct{} // closed when the load has lasted longer than it takes to close
}

// loadInterval is the pause between two tickets, loadRampUp the number of tickets before the fault.
const (
	loadInterval = 50 * time.Millisecond
	loadRampUp   = 60
)

// run opens and resolves tickets until ctx ends.
func (l *benchLoad) run(ctx context.Context) error {
	pace := time.NewTicker(loadInterval)
	defer pace.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-pace.C:
		}
		if n == loadRampUp {
			close(l.closed)
		}
		if err := l.openAndResolve(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}

func (l *benchLoad) openAndResolve(ctx context.Context) error {
	id, _, err := l.openTicket(ctx)
	if err != nil {
		return err
	}
	note, err := app.NewID()
	if err != nil {
		return err
	}
	_, err = l.app.Dispatch(ctx, app.CommandRequest{
		Ticket: id, By: person.Actor{ID: "01930000-0000-7000-8000-000000000a01", Role: person.ASROperator, Entity: benchEntity},
		Command: ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: &ticket.NoteInput{ID: note, Text: "Fatto.", Visibility: ticket.Public}},
	})
	return err
}

// open opens a ticket and returns the position of its event.
func (l *benchLoad) open(ctx context.Context) (int64, error) {
	_, position, err := l.openTicket(ctx)
	return position, err
}

// benchEntity is the entity at which the tickets are opened.
const benchEntity catalog.EntityCode = "010301"

func (l *benchLoad) openTicket(ctx context.Context) (ticket.ID, int64, error) {
	id, err := app.NewID()
	if err != nil {
		return "", 0, err
	}
	number, err := l.app.NextNumber(ctx)
	if err != nil {
		return "", 0, err
	}
	result, err := l.app.Dispatch(ctx, app.CommandRequest{Ticket: id, By: person.Actor{Role: person.Anonymous}, Command: ticket.Open{
		Number: number, Service: "ritiro-documenti", Problem: "altro", Entity: benchEntity, Channel: ticket.ChannelWeb, Identity: ticket.Declared,
		Requester: ticket.ForSelf,
		Form:      ticket.Form{GivenName: "Prova", FamilyName: "Prova", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.it", Phone: "+390110000000", Description: "Prova."},
	}})
	return id, result.Position.N, err
}
