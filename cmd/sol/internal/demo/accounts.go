// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/handlers/identity"
)

// CreateAccounts makes the accounts and placements that are not there yet, as of a moment, and gives the people with their ids.
// Hashing their secrets takes all processors.
func CreateAccounts(ctx context.Context, to *identity.Identity, people []Person, from time.Time) ([]Account, error) {
	there, err := to.ListAccounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	accounts := make([]Account, len(people))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for n, p := range people {
		accounts[n].Person = p
		if at := slices.IndexFunc(there, func(a identity.Account) bool { return a.Username == p.Username }); at >= 0 {
			accounts[n].ID = there[at].ID
		}
		g.Go(func() (err error) {
			accounts[n].ID, err = createAccount(ctx, to, accounts[n], from)
			return err
		})
	}
	return accounts, g.Wait()
}

func createAccount(ctx context.Context, to *identity.Identity, a Account, from time.Time) (id string, err error) {
	if id = a.ID; id == "" {
		id, err = to.CreateAccount(ctx, identity.NewAccount{
			Username: a.Username, GivenName: a.GivenName, FamilyName: a.FamilyName,
			Password: a.Password, PIN: a.PIN, TaxCode: a.TaxCode,
		})
		if err != nil {
			return "", fmt.Errorf("enrol %s: %w", a.Username, err)
		}
	}
	for _, in := range a.Placements {
		_, err := to.AddPlacement(ctx, id, in.Role, in.Entity, from)
		if err != nil && !errors.Is(err, identity.ErrTaken) {
			return "", fmt.Errorf("place %s: %w", a.Username, err)
		}
	}
	return id, nil
}
