// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Erasure is the result of EraseTicket.
type Erasure struct {
	Position eventstore.Position // of the recorded event
	Linked   []string            // numbers of the linked tickets with the same personal data, which are not erased
}

// EraseTicket destroys the keys of a ticket's personal data and waits until the lists show the erasure. A person without another ticket
// or an account is removed from the directory. Error: persons.ErrNotReindexed, because the lists of the release before hold the personal
// data too.
func (s *Service) EraseTicket(ctx context.Context, by person.Actor, id ticket.ID) (Erasure, error) {
	if err := s.persons.CheckReindexed(ctx); err != nil {
		return Erasure{}, err
	}
	linked, err := s.linkedTickets(ctx, id) // before the erasure: linkedTickets needs the tax code
	if err != nil {
		return Erasure{}, err
	}
	out, err := s.Dispatch(ctx, CommandRequest{Ticket: id, Command: ticket.Erase{}, By: by})
	if err != nil {
		return Erasure{}, err
	}
	if err := s.WaitForLists(ctx); err != nil {
		return Erasure{}, fmt.Errorf("the keys are destroyed, the read models do not show it yet: %w", err)
	}
	if err := lists.EraseInEarlierVersion(ctx, s.Store.Pools().Consumer, id); err != nil {
		return Erasure{}, fmt.Errorf("the keys are destroyed: %w", err)
	}
	if citizen := out.State.Person; citizen != "" {
		if _, err := s.persons.RemoveErased(ctx, citizen); err != nil {
			return Erasure{}, fmt.Errorf("the keys are destroyed, the person is still in the directory: %w", err)
		}
	}
	return Erasure{Position: out.Position, Linked: linked}, nil
}

// linkedTickets returns the numbers of the tickets that are linked to a ticket, directly or through others, and not erased. Each linked
// ticket holds a copy of the form of the ticket that it continues. linkedTickets finds them by their common tax code.
func (s *Service) linkedTickets(ctx context.Context, id ticket.ID) ([]string, error) {
	read := func(id ticket.ID) (ticketview.Ticket, error) {
		history, names, err := s.openHistory(ctx, AuditorViewer, id, nil)
		if err != nil {
			return ticketview.Ticket{}, err
		}
		t, _ := history.Detail(AuditorViewer, names) // the auditor sees every ticket
		return t, nil
	}
	this, err := read(id)
	if err != nil || this.Requester.TaxCode == "" { // an erased ticket has no tax code
		return nil, err
	}
	var others []ticketview.Ticket
	f := lists.Filter{Queue: lists.AllQueue, Q: this.Requester.TaxCode, Sort: lists.OldestFirst, Limit: 200}
	for {
		page, err := s.Lists.ListTickets(ctx, AuditorViewer, f)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			t, err := read(item.ID)
			if err != nil {
				return nil, err
			}
			others = append(others, t)
		}
		if f.Cursor = page.NextCursor; f.Cursor == "" {
			return linkedNumbers(this, others), nil
		}
	}
}

// linkedNumbers returns the numbers of those others that are linked to this ticket, directly or through others. It leaves out this ticket
// and erased ones.
func linkedNumbers(this ticketview.Ticket, others []ticketview.Ticket) (numbers []string) {
	others = slices.Clone(others)
	for chain := []ticketview.Ticket{this}; len(chain) > 0; chain = chain[1:] {
		others = slices.DeleteFunc(others, func(t ticketview.Ticket) bool {
			linked := t.ID == chain[0].Continues || t.Continues == chain[0].ID
			if linked && t.ID != this.ID && !t.Erased {
				numbers = append(numbers, t.Number)
			}
			if linked {
				chain = append(chain, t)
			}
			return linked
		})
	}
	return numbers
}
