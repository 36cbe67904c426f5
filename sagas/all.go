// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package sagas holds the seven sagas of the product: auto-close, succession, escalation, reminders to the citizen, playbook checks,
// notifications and the end of the view of former holders. Each is a pure function from state and event to state and actions, which package sagas/runtime runs.
package sagas

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// table lists the sagas of the product. A new saga is a file beside autoclose.go and a line here.
var table = []struct {
	make      func(*catalog.Catalog, *playbook.Library) runtime.Definition
	simulated bool // the timers depend on settings of the catalogue, so Simulate can try other settings
}{
	{func(c *catalog.Catalog, _ *playbook.Library) runtime.Definition { return AutoClose(c) }, true},
	{func(c *catalog.Catalog, _ *playbook.Library) runtime.Definition { return Succession(c) }, true},
	{func(c *catalog.Catalog, _ *playbook.Library) runtime.Definition { return Escalation(c) }, true},
	{func(c *catalog.Catalog, _ *playbook.Library) runtime.Definition { return Waiting(c) }, true},
	{func(c *catalog.Catalog, l *playbook.Library) runtime.Definition { return RefertoCheck(c, l) }, false},
	{func(*catalog.Catalog, *playbook.Library) runtime.Definition { return Notifications() }, false},
	{func(*catalog.Catalog, *playbook.Library) runtime.Definition { return FormerView() }, false},
}

// All returns the sagas that run in the product.
func All(c *catalog.Catalog, l *playbook.Library) []runtime.Definition {
	var all []runtime.Definition
	for _, s := range table {
		all = append(all, s.make(c, l))
	}
	return all
}

// SimulationNames returns the names of the sagas that can be simulated, in alphabetical order.
func SimulationNames() []string {
	var names []string
	for _, s := range table {
		if s.simulated {
			names = append(names, s.make(catalog.Default(), nil).ID().Name)
		}
	}
	slices.Sort(names)
	return names
}

// ForSimulation returns the saga of that name with the settings of a catalogue. Error: it has no timers that depend on settings, or there
// is none of that name.
func ForSimulation(name string, c *catalog.Catalog) (runtime.Definition, error) {
	for _, s := range table {
		if !s.simulated {
			continue
		}
		if d := s.make(c, nil); d.ID().Name == name {
			return d, nil
		}
	}
	return nil, fmt.Errorf("%s cannot be simulated; those with timers can: %s", name, strings.Join(SimulationNames(), ", "))
}
