// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"context"
	"fmt"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/privacystatement"
	"github.com/sol-assistenza/sol/handlers/app"
)

// withStatement are the entities that have a privacy statement. The others show the demo what the form is without one.
var withStatement = []catalog.EntityCode{"010301", "010211", "010212", "010213"}

// publishStatements publishes the privacy statements of some entities as an administrator.
func publishStatements(ctx context.Context, s *app.Service, by person.Actor) error {
	for _, code := range withStatement {
		e, _ := s.Catalog.Entity(code)
		if _, found, err := s.Statements.Find(ctx, code, 0); found || err != nil { // published before the seeding was interrupted
			if err != nil {
				return fmt.Errorf("demo: privacy statement: %w", err)
			}
			continue
		}
		err := s.Statements.Publish(ctx, by, privacystatement.Publish{Entity: code, Text: "Testo di prova.\n\n" +
			"Titolare del trattamento è " + e.Name + ". I dati che Lei scrive servono solo a rispondere alla Sua richiesta di assistenza ai servizi sanitari on line.\n\n" +
			"Li leggono gli operatori dell’Azienda e, se la richiesta è inoltrata, quelli della Regione Piemonte. Lei può chiedere di vederli, correggerli o cancellarli, " +
			"e può rivolgersi al Garante per la protezione dei dati personali."})
		if err != nil {
			return fmt.Errorf("demo: privacy statement of %s: %w", code, err)
		}
	}
	return nil
}
