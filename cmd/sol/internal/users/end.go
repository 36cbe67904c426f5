// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package users

import (
	"context"
	"errors"
	"fmt"

	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// actorID is the actor of the releases of tickets in their histories.
const actorID = "sol-command-line"

// EndPlacement ends a placement and releases its tickets. After an interruption between the two the command can be repeated: it releases
// the remaining tickets. It returns an error if nothing is left to do.
func (u Users) EndPlacement(ctx context.Context, username string, f Flags) error {
	a, err := u.Get(ctx, username)
	if err != nil {
		return err
	}
	if f.Role == "" {
		return errNoRole
	}
	var placement *identity.Placement
	for i, p := range a.Placements {
		if string(p.Role) == f.Role && p.Entity == f.entity() {
			placement = &a.Placements[i]
		}
	}
	if placement == nil {
		return fmt.Errorf("%s has no placement %q; sol user list shows what there is", a.Username, f)
	}
	released, err := u.Service.EndPlacement(ctx, accounts.CommandLine, a.ID, placement.Role, f.entity(), actorID)
	if errors.Is(err, identity.ErrNotFound) {
		return fmt.Errorf("%s of %s has ended already; sol user list shows when", f, a.Username)
	}
	if err != nil {
		return fmt.Errorf("%w; repeat the command", err)
	}
	fmt.Fprintf(u.Out, "ended %s of %s\n", f, a.Username)
	return u.printReleased(ctx, a, released)
}

// Disable disables an account and releases its tickets.
func (u Users) Disable(ctx context.Context, username string) error {
	a, err := u.Get(ctx, username)
	if err != nil {
		return err
	}
	released, err := u.Service.Disable(ctx, accounts.CommandLine, a.ID, actorID)
	if err != nil {
		return fmt.Errorf("%w; repeat the command", err)
	}
	return u.printReleased(ctx, a, released)
}

// printReleased prints the number of released tickets and waits until the lists show them as released.
func (u Users) printReleased(ctx context.Context, a identity.Account, tickets int) error {
	fmt.Fprintf(u.Out, "released %d tickets of %s\n", tickets, a.Username)
	return u.Service.WaitForLists(ctx)
}
