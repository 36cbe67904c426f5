// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package users

import (
	"context"
	"fmt"

	"github.com/sol-assistenza/sol/cmd/sol/internal/secrets"
	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
)

// ResetFactors removes the second factors and recovery codes of an account whose person lost them, and ends its sessions. The rules refuse it where
// another administrator can do it.
func (u Users) ResetFactors(ctx context.Context, username string, f Flags) error {
	a, err := u.Get(ctx, username)
	if err != nil {
		return err
	}
	has, err := secondfactor.List(ctx, u.Service.Identity, a.ID)
	if err != nil {
		return err
	}
	if len(has.Factors) == 0 {
		return fmt.Errorf("%s has no second factor", a.Username)
	}
	done, err := u.Service.Accounts.Change(ctx, accounts.CommandLine, f.request(account.ResetFactors, a.ID, secrets.Secrets{}))
	if err != nil {
		return err
	}
	fmt.Fprintf(u.Out, "removed the second factors of %s (%d)\n", a.Username, len(has.Factors))
	u.print(done)
	return nil
}
