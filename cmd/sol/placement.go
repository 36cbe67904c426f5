// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

// place is a role at an entity as flags give it.
type place struct{ role, entity string }

func (p *place) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.role, "role", "", "e.g. operatore_asr, supervisore_asr, operatore_regionale, auditor")
	c.Flags().StringVar(&p.entity, "entity", "", "ministerial code, or regione; none for auditor, amministratore, cittadino")
}

// add gives an account the placement, at an entity that the catalogue knows.
func (p place) add(ctx context.Context, n *node, account string) error {
	entity := entityCode(p.entity)
	if _, known := n.catalog.Entity(entity); entity != "" && !known {
		return fmt.Errorf("there is no entity %q: want a ministerial code, e.g. 010301, or regione", p.entity)
	}
	_, err := n.identity.AddPlacement(ctx, account, person.Role(p.role), entity, time.Time{})
	return err
}

func (a *app) placementAdd() *cobra.Command {
	var in place
	c := &cobra.Command{
		Use: "add USERNAME --role ROLE [--entity CODE]", Short: "Give an account a role at an entity, from now on", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				u, err := n.account(ctx, args[0])
				if err != nil {
					return err
				}
				return in.add(ctx, n, u.ID)
			})
		},
	}
	in.flags(c)
	return c
}

func (a *app) placementEnd() *cobra.Command {
	var in place
	c := &cobra.Command{
		Use: "end USERNAME --role ROLE [--entity CODE]", Short: "End a placement now, and release the tickets held by it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				u, err := n.account(ctx, args[0])
				if err != nil {
					return err
				}
				entity := entityCode(in.entity)
				had := slices.ContainsFunc(u.Placements, func(p identity.Placement) bool { return string(p.Role) == in.role && p.Entity == entity })
				err = n.identity.EndPlacement(ctx, u.ID, person.Role(in.role), entity)
				if err != nil && (!had || !errors.Is(err, identity.ErrNotFound)) { // one that was ended before may still hold tickets
					return err
				}
				if entity == "" {
					return nil
				}
				return a.release(ctx, n, u, projections.Filter{Entity: entity})
			})
		},
	}
	in.flags(c)
	return c
}

// release takes an operator's tickets from them, one command each. A role at the same entity that goes on keeps them.
func (a *app) release(ctx context.Context, n *node, u identity.Account, f projections.Filter) error {
	if o, err := n.identity.Find(ctx, u.ID, f.Entity); err == nil && f.Entity != "" && o.Entity == f.Entity {
		return nil
	}
	f.Queue, f.Assignee, f.Sort, f.Limit = projections.AllQueue, u.ID, projections.OldestFirst, 200
	var held []ticket.ID
	for {
		page, err := n.reader.Tickets(ctx, auditor, f)
		if err != nil {
			return err
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
	for _, id := range held {
		_, err := n.desk.Dispatch(ctx, desk.Request{
			Ticket: id, Command: ticket.Release{Operator: u.ID}, By: person.Actor{ID: operatingName, Role: person.System},
		})
		if err != nil {
			return fmt.Errorf("release ticket %s: %w; repeat the command", id, err)
		}
	}
	fmt.Fprintf(a.out, "released %d tickets of %s\n", len(held), u.Username)
	return nil
}
