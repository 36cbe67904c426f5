// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// placementFlags are the flags --role and --entity.
type placementFlags struct{ role, entity string }

// register adds the flags to a command.
func (p *placementFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&p.role, "role", "", "e.g. operatore_asr, supervisore_asr, operatore_regionale, auditor")
	c.Flags().StringVar(&p.entity, "entity", "", "ministerial code, or regione; none for auditor, amministratore, cittadino")
}

// errNoRole is the error for a missing --role.
var errNoRole = errors.New("--role is required, e.g. operatore_asr with --entity 010301, or auditor")

// String returns ROLE@ENTITY, or ROLE without an entity.
func (p placementFlags) String() string {
	if p.entity == "" {
		return p.role
	}
	return p.role + "@" + p.entity
}

// check returns an error for a missing role, an unknown entity, or a role that does not exist at the entity.
func (p placementFlags) check(n *node) error {
	entity := parseEntityCode(p.entity)
	if p.role == "" {
		return errNoRole
	}
	if _, known := n.catalog.Entity(entity); entity != "" && !known {
		return fmt.Errorf("there is no entity %q: want a ministerial code, e.g. 010301, or regione", p.entity)
	}
	return identity.CheckPlacement(person.Role(p.role), entity)
}

// add adds the placement to an account.
func (p placementFlags) add(ctx context.Context, n *node, account string) error {
	if err := p.check(n); err != nil {
		return err
	}
	_, err := n.identity.AddPlacement(ctx, account, person.Role(p.role), parseEntityCode(p.entity), time.Time{})
	return err
}

func (a *cli) placementAdd() *cobra.Command {
	var flags placementFlags
	c := &cobra.Command{
		Use: "add USERNAME --role ROLE [--entity CODE]", Short: "Give an account a role at an entity, from now on", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				u, err := n.getAccount(ctx, args[0])
				if err != nil {
					return err
				}
				return flags.add(ctx, n, u.ID)
			})
		},
	}
	flags.register(c)
	return c
}

func (a *cli) placementEnd() *cobra.Command {
	var flags placementFlags
	c := &cobra.Command{
		Use: "end USERNAME --role ROLE [--entity CODE]", Short: "End a placement now, and unassign its tickets", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				u, err := n.getAccount(ctx, args[0])
				if err != nil {
					return err
				}
				return a.endPlacement(ctx, n, u, flags)
			})
		},
	}
	flags.register(c)
	return c
}

// endPlacement ends a placement and releases its tickets. After an interruption between the two the command can be repeated: it releases
// the remaining tickets. It returns an error if nothing is left to do.
func (a *cli) endPlacement(ctx context.Context, n *node, u identity.Account, flags placementFlags) error {
	if flags.role == "" {
		return errNoRole
	}
	entity := parseEntityCode(flags.entity)
	var placement *identity.Placement
	for i, p := range u.Placements {
		if string(p.Role) == flags.role && p.Entity == entity {
			placement = &u.Placements[i]
		}
	}
	if placement == nil {
		return fmt.Errorf("%s has no placement %q; sol user list shows what there is", u.Username, flags)
	}
	released, err := n.service.EndPlacement(ctx, u.ID, placement.Role, entity, cliActorID)
	if errors.Is(err, identity.ErrNotFound) {
		return fmt.Errorf("%s of %s has ended already; sol user list shows when", flags, u.Username)
	}
	if err != nil {
		return fmt.Errorf("%w; repeat the command", err)
	}
	fmt.Fprintf(a.out, "ended %s of %s\n", flags, u.Username)
	return a.printReleased(ctx, n, u, released)
}

// printReleased prints the number of released tickets and waits until the lists show them as released.
func (a *cli) printReleased(ctx context.Context, n *node, u identity.Account, tickets int) error {
	fmt.Fprintf(a.out, "released %d tickets of %s\n", tickets, u.Username)
	return n.service.WaitForLists(ctx)
}
