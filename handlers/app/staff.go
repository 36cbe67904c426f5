// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/lists"
)

// EndPlacement ends an account's role at an entity now and releases the account's tickets at that entity. It returns the number of
// released tickets. If it fails between the two steps, the caller may repeat it to release the rest. actorID is the actor of the releases
// in the tickets' histories. Error: identity.ErrNotFound if there was neither a placement to end nor a ticket to release; those of
// accounts.Service.Change.
func (s *Service) EndPlacement(ctx context.Context, by person.Actor, id string, role person.Role, entity catalog.EntityCode, actorID string) (
	released int, err error,
) {
	_, err = s.Accounts.Change(ctx, by, accounts.Placement(account.EndRole, id, role, entity))
	if errors.Is(err, account.ErrUnchanged) {
		err = fmt.Errorf("end placement: %w", identity.ErrNotFound)
	}
	if err != nil && !errors.Is(err, identity.ErrNotFound) {
		return 0, err
	}
	endErr := err
	if entity != "" {
		if released, err = s.releaseTickets(ctx, id, entity, actorID); err != nil {
			return released, err
		}
	}
	if endErr != nil && released == 0 {
		return 0, endErr
	}
	return released, nil
}

// Disable disables an account for ever and releases all its tickets. It returns the number of released tickets. It may be repeated.
// actorID is the actor of the releases in the tickets' histories. Error: identity.ErrNotFound.
func (s *Service) Disable(ctx context.Context, by person.Actor, id, actorID string) (released int, err error) {
	_, err = s.Accounts.Change(ctx, by, accounts.Request{Change: account.Change{Operation: account.Disable, Account: id}})
	if err != nil && !errors.Is(err, account.ErrUnchanged) {
		return 0, err
	}
	return s.releaseTickets(ctx, id, "", actorID)
}

// releaseTickets releases an operator's open tickets at an entity, or at all entities if entity is "", with one command for each ticket.
// It releases nothing if the operator still has another role at that entity.
func (s *Service) releaseTickets(ctx context.Context, id string, entity catalog.EntityCode, actorID string) (released int, err error) {
	if entity != "" {
		o, err := s.Identity.FindOperator(ctx, id, entity)
		if err == nil && o.Entity == entity || err != nil && !errors.Is(err, identity.ErrNotFound) {
			return 0, err
		}
	}
	head, _, err := s.Store.Head(ctx)
	if err != nil {
		return 0, err
	}
	if stale, err := s.Lists.Wait(ctx, head); err != nil || stale {
		return 0, errors.Join(err, errors.New("release tickets: the lists do not hold everything yet"))
	}
	f := lists.Filter{Queue: lists.AllQueue, Assignee: id, Entity: entity, Sort: lists.OldestFirst, Limit: 200}
	var ids []ticket.ID
	for {
		page, err := s.Lists.ListTickets(ctx, AuditorViewer, f)
		if err != nil {
			return 0, err
		}
		for _, t := range page.Items {
			if t.Status != ticket.StatusClosed {
				ids = append(ids, t.ID)
			}
		}
		if f.Cursor = page.NextCursor; f.Cursor == "" {
			break
		}
	}
	for n, held := range ids {
		_, err := s.Dispatch(ctx, CommandRequest{
			Ticket: held, Command: ticket.Release{Operator: id}, By: person.Actor{ID: actorID, Role: person.System},
		})
		if err != nil {
			return n, fmt.Errorf("release ticket %s: %w", held, err)
		}
	}
	return len(ids), nil
}
