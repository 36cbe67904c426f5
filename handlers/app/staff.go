// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/lists"
)

// EndPlacement ends somebody's role at an entity, now, and releases the tickets that they had by it. What was cut off between
// the two may be repeated: it releases the rest. as names who does it in the tickets' history. Error: identity.ErrNotFound
// when there is nothing left to end or release.
func (c *Service) EndPlacement(ctx context.Context, account string, role person.Role, at catalog.EntityCode, as string) (released int, err error) {
	err = c.Identity.EndPlacement(ctx, account, role, at)
	if err != nil && !errors.Is(err, identity.ErrNotFound) {
		return 0, err
	}
	before := err
	if at != "" {
		if released, err = c.releaseTickets(ctx, account, at, as); err != nil {
			return released, err
		}
	}
	if before != nil && released == 0 {
		return 0, before
	}
	return released, nil
}

// Disable keeps an account from logging in for ever, and releases all its tickets. It may be repeated. Error:
// identity.ErrNotFound.
func (c *Service) Disable(ctx context.Context, account, as string) (released int, err error) {
	if err := c.Identity.Disable(ctx, account); err != nil {
		return 0, err
	}
	return c.releaseTickets(ctx, account, "", as)
}

// releaseTickets takes an operator's tickets at an entity, or at all of them, from them: one command each. A role at the same entity
// that goes on keeps them.
func (c *Service) releaseTickets(ctx context.Context, account string, at catalog.EntityCode, as string) (released int, err error) {
	if at != "" {
		o, err := c.Identity.FindOperator(ctx, account, at)
		if err == nil && o.Entity == at || err != nil && !errors.Is(err, identity.ErrNotFound) {
			return 0, err
		}
	}
	head, _, err := c.Store.Head(ctx)
	if err != nil {
		return 0, err
	}
	if late, err := c.Lists.Wait(ctx, head); err != nil || late {
		return 0, errors.Join(err, errors.New("release tickets: the lists do not hold everything yet"))
	}
	f := lists.Filter{Queue: lists.AllQueue, Assignee: account, Entity: at, Sort: lists.OldestFirst, Limit: 200}
	var held []ticket.ID
	for {
		page, err := c.Lists.ListTickets(ctx, AuditorViewer, f)
		if err != nil {
			return 0, err
		}
		for _, t := range page.Items {
			if t.Status != ticket.Closed {
				held = append(held, t.ID)
			}
		}
		if f.Cursor = page.NextCursor; f.Cursor == "" {
			break
		}
	}
	for n, id := range held {
		_, err := c.Dispatch(ctx, CommandRequest{Ticket: id, Command: ticket.Release{Operator: account}, By: person.Actor{ID: as, Role: person.System}})
		if err != nil {
			return n, fmt.Errorf("release ticket %s: %w", id, err)
		}
	}
	return len(held), nil
}
