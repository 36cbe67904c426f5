// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import "github.com/sol-assistenza/sol/eventstore"

// All lists every read model of this binary.
func All() []model { return []model{ticketsModel, figuresModel} }

// NewRunner returns a runner of every read model of this binary.
func NewRunner(store *eventstore.Store) *Runner { return newRunner(store, All()...) }
