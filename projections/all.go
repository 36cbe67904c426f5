// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/dashboard"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// All lists every read model of this binary.
func All() []readmodel.Model { return []readmodel.Model{lists.Model, dashboard.Model} }

// NewRunner returns a runner for every read model of this binary.
func NewRunner(store *eventstore.Store) *readmodel.Runner {
	return readmodel.NewRunner(store, All()...)
}
