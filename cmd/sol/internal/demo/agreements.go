// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app"
)

// withAgreements is the only entity that agreed to figures of single operators and to the search for unusual reading.
const withAgreements catalog.EntityCode = "010301"

// findAdministrator returns the first administrator of the demo.
func findAdministrator(accounts []Account) person.Actor {
	n := slices.IndexFunc(accounts, func(a Account) bool { return a.Placements[0].Role == person.Administrator })
	return person.Actor{ID: accounts[n].ID, Role: person.Administrator}
}

// recordAgreements records the agreements of the entity as an administrator, at the present time of the simulation.
func recordAgreements(ctx context.Context, s *app.Service, by person.Actor, now time.Time) error {
	for _, use := range agreement.Uses() {
		err := s.Agreements.Record(ctx, by, agreement.Record{
			Entity: withAgreements, Use: use, Reference: "Accordo sindacale di prova, prot. 0000", SignedOn: now.AddDate(0, 0, -20).Format(time.DateOnly),
		})
		if err != nil && !errors.Is(err, agreement.ErrUnchanged) { // recorded before the seeding was interrupted
			return fmt.Errorf("demo: agreement about %s: %w", use, err)
		}
	}
	return nil
}
