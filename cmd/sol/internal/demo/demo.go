// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package demo makes a believable installation out of nothing: fictitious people at every entity, and some thousands
// of tickets over simulated months. Nothing is inserted: every ticket is real commands, sent through the one way in,
// in the order of their time, while the store's clock is driven and the sagas run.
package demo

import (
	"errors"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Params say how much to make. The same Params make the same plan.
type Params struct {
	Tickets int       `json:"tickets"` // 1–100,000; some of them bring another one about
	Months  int       `json:"months"`  // of simulated time, 1–60
	Until   time.Time `json:"until"`   // when the simulation ends; nothing is dated later
	Seed    uint64    `json:"seed"`
}

// The Params of a fresh demo.
const (
	DefaultTickets = 3000
	DefaultMonths  = 6
)

// From is when the simulation begins.
func (p Params) From() time.Time { return p.Until.AddDate(0, -p.Months, 0) }

// Validate refuses what cannot be simulated.
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

// listASRs lists the health authorities that work at a moment.
func listASRs(c *catalog.Catalog, at time.Time) []catalog.Entity {
	var all []catalog.Entity
	for _, e := range c.Entities(at) {
		if e.Code != catalog.Region {
			all = append(all, e)
		}
	}
	return all
}
