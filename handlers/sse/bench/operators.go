// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// Account is an operator of an entity with a session.
type Account struct {
	Entity catalog.EntityCode
	Token  string
}

// CreateOperators creates operators, the same number at each ASR and at least one, and logs them in. Passwords are hashed
// cheaply and rows do not wait for the disk: this is not what is measured. progress is called after each operator.
func CreateOperators(ctx context.Context, url string, hashes func(purpose, value string) []string, c *catalog.Catalog, number int,
	progress func(done, total int64),
) ([]Account, error) {
	pools, err := pgpool.Open(ctx, pgpool.Config{Logins: pgpool.TrustedLogins(url), Adjust: []func(*pgpool.Spec){pgpool.Small, pgpool.WithoutDiskWait}})
	if err != nil {
		return nil, fmt.Errorf("create operators: %w", err)
	}
	defer pools.Close()
	people, err := identity.New(identity.Config{Pools: pools, KeyedHashes: hashes, Clock: time.Now, Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1}})
	if err != nil {
		return nil, err
	}
	var entities []catalog.EntityCode
	for _, e := range c.Entities(time.Now()) {
		if e.Code != catalog.Region {
			entities = append(entities, e.Code)
		}
	}
	const password, pin = "una parola lunga", "24680"
	accounts := make([]Account, max(number, len(entities)))
	for i := range accounts {
		username, entity := fmt.Sprintf("operatore.%d", i), entities[i%len(entities)]
		id, err := people.CreateAccount(ctx, identity.NewAccount{Username: username, GivenName: "Prova", FamilyName: "Numero", Password: password, PIN: pin})
		if err != nil {
			return nil, err
		}
		if _, err := people.AddPlacement(ctx, id, person.ASROperator, entity, time.Time{}); err != nil {
			return nil, err
		}
		session, err := people.Login(ctx, username, password, pin, "192.0.2.7")
		if err != nil {
			return nil, err
		}
		accounts[i] = Account{Entity: entity, Token: session.Token}
		progress(int64(i+1), int64(len(accounts)))
	}
	return accounts, nil
}
