// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package demo creates the demo's data: fictitious people at all entities and thousands of tickets over simulated months. It
// dispatches commands in the order of their simulated time, while it moves the store's clock and the sagas run. It inserts rows of the access
// log alone. It also runs the demo backends and writes demo.json.
package demo

import (
	"errors"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Params are the size, time and seed of the simulation. The same Params give the same plan.
type Params struct {
	Tickets int       `json:"tickets"` // 1–100,000, without duplicates and linked tickets, which come in addition
	Months  int       `json:"months"`  // of simulated time, 1–60
	Until   time.Time `json:"until"`   // end of the simulation; no event is later
	Seed    uint64    `json:"seed"`
}

// Defaults of Params.
const (
	DefaultTickets = 3000
	DefaultMonths  = 6
)

// From returns the start of the simulation.
func (p Params) From() time.Time { return p.Until.AddDate(0, -p.Months, 0) }

// Validate returns an error for a value that is out of range.
func (p Params) Validate() error {
	switch {
	case p.Tickets < 1 || p.Tickets > 100_000:
		return errors.New("demo: the number of tickets must be 1 to 100000")
	case p.Months < 1 || p.Months > 60:
		return errors.New("demo: the number of months must be 1 to 60")
	case p.Until.IsZero():
		return errors.New("demo: the simulation has no end")
	}
	return nil
}

// listASRs returns the health authorities that are active at a time.
func listASRs(c *catalog.Catalog, at time.Time) []catalog.Entity {
	var all []catalog.Entity
	for _, e := range c.Entities(at) {
		if e.Code != catalog.Region {
			all = append(all, e)
		}
	}
	return all
}
