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

// CreateAccounts creates missing accounts, and missing placements that are valid from a time, and returns the people with the ids of their
// accounts. It uses all processors, because hashing the secrets is slow.
func CreateAccounts(ctx context.Context, identities *identity.Identity, people []Person, from time.Time) ([]Account, error) {
	existing, err := identities.ListAccounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	accounts := make([]Account, len(people))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for n, p := range people {
		accounts[n].Person = p
		if index := slices.IndexFunc(existing, func(a identity.Account) bool { return a.Username == p.Username }); index >= 0 {
			accounts[n].ID = existing[index].ID
		}
		g.Go(func() (err error) {
			accounts[n].ID, err = createAccount(ctx, identities, accounts[n], from)
			return err
		})
	}
	return accounts, g.Wait()
}

func createAccount(ctx context.Context, identities *identity.Identity, a Account, from time.Time) (id string, err error) {
	if id = a.ID; id == "" {
		id, err = identities.CreateAccount(ctx, identity.NewAccount{
			Username: a.Username, GivenName: a.GivenName, FamilyName: a.FamilyName,
			Password: a.Password, PIN: a.PIN, TaxCode: a.TaxCode,
		})
		if err != nil {
			return "", fmt.Errorf("enrol %s: %w", a.Username, err)
		}
	}
	for _, placement := range a.Placements {
		_, err := identities.AddPlacement(ctx, id, placement.Role, placement.Entity, from)
		if err != nil && !errors.Is(err, identity.ErrTaken) {
			return "", fmt.Errorf("place %s: %w", a.Username, err)
		}
	}
	return id, nil
}
