// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// model is a read model: what tables of schema read hold of tickets. A new one is a Go file that fills in a model,
// a migration that makes its tables, and its place in models.
type model struct {
	name           string
	version        int // its tables' names carry it: another version is built beside this one
	tables         []string
	readTables     []string // those that doors read
	setupProcedure string   // procedure that gives filled tables of a suffix their indexes, owner, policies and grants
	// apply folds what happened next into the tables of a suffix. It is given events that the tables may hold already.
	apply func(ctx context.Context, tx pgx.Tx, suffix string, happened []ticket.Recorded) error
	// build begins empty tables.
	build func() builder
}

// builder fills empty tables with whole tickets, in any order of tickets.
type builder struct {
	add    func(history []ticket.Recorded)
	flush  func(ctx context.Context, tx pgx.Tx, suffix string) error // writes what was added, as far as it is final
	finish func(ctx context.Context, tx pgx.Tx, suffix string) error // writes the rest
}

// models are all read models of this binary.
var models = []model{ticketsModel, figuresModel}

// DecodeRecord is a record of the log as the domain knows it.
func DecodeRecord(r eventstore.Record) (ticket.Recorded, error) {
	e, err := ticket.Decode(r.Type, r.Data, r.Personal)
	if err != nil {
		return ticket.Recorded{}, fmt.Errorf("event %d: %w", r.Position, err)
	}
	return ticket.Recorded{
		Event: e, Ticket: ticket.ID(r.Stream), Version: r.Version, Position: r.Position, At: r.At, Act: ticket.ID(r.Act),
		By: person.Actor{ID: r.By.ID, Role: person.Role(r.By.Role), Entity: catalog.EntityCode(r.By.Entity)},
	}, nil
}

// StreamKind is the kind of the streams that hold tickets.
const StreamKind = "ticket"

// DecodeHistory is the tickets' events among records of the log.
func DecodeHistory(records []eventstore.Record) ([]ticket.Recorded, error) {
	history := make([]ticket.Recorded, 0, len(records))
	for _, r := range records {
		if r.Kind != StreamKind {
			continue
		}
		recorded, err := DecodeRecord(r)
		if err != nil {
			return nil, err
		}
		history = append(history, recorded)
	}
	return history, nil
}
